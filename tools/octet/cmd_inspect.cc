// octet inspect: what is in a model, .calib, plan or engine.
#include <algorithm>

#include "base/error.h"
#include "base/file.h"
#include "base/nearest.h"
#include "command.h"
#include "half_words.h"
#include "octet/compiler.h"

namespace octet::cli {
namespace {

constexpr size_t kMostPlanBytes = size_t(1) << 28;

struct Options {
  std::string path;
  std::string why;
  bool steps = false;
  bool text = false;
};

nlohmann::json Describe(const std::vector<ValueInfo>& values) {
  nlohmann::json rows = nlohmann::json::array();
  for (const ValueInfo& value : values) {
    rows.push_back({{"name", value.name},
                    {"dtype", Name(value.dtype)},
                    {"shape", value.shape.ToString()}});
  }
  return rows;
}

void PrintValues(Console& console, const char* what,
                 const std::vector<ValueInfo>& values) {
  for (const ValueInfo& value : values) {
    console.Print("  {} {} {}{}", what, value.name, Name(value.dtype),
                  value.shape.ToString());
  }
}

Status NoSuchNode(const Options& options, const std::vector<NodeNote>& notes) {
  std::vector<std::string_view> known;
  for (const NodeNote& note : notes) known.push_back(note.node);
  const std::string_view near = Nearest(options.why, known);
  return Usage("--why '{}': no such node; {}", options.why,
               near.empty()
                   ? fmt::format("octet inspect {} lists them", options.path)
                   : fmt::format("did you mean '{}'?", near));
}

Status InspectEngine(const Options& options, Console& console) {
  OCTET_ASSIGN(const Engine engine, Engine::Open(options.path));
  nlohmann::json& result = console.result();
  result = {{"kind", "engine"},
            {"model", engine.model_name()},
            {"model_sha256", engine.model_hash()},
            {"octet", engine.octet_version()},
            {"target", engine.target()},
            {"calibration", engine.calibration()},
            {"preprocess", engine.preprocess()},
            {"detect", engine.detect()},
            {"weight_bytes", engine.weight_bytes()},
            {"inputs", Describe(engine.inputs())},
            {"outputs", Describe(engine.outputs())}};
  console.Print("engine of {} (sha256 {}), made by octet {}",
                engine.model_name(), engine.model_hash(),
                engine.octet_version());
  console.Print("  ranges: {}", engine.calibration());
  PrintValues(console, "input ", engine.inputs());
  PrintValues(console, "output", engine.outputs());
  bool found = options.why.empty();
  nlohmann::json nodes = nlohmann::json::array();
  for (const NodeNote& note : engine.notes()) {
    if (!options.why.empty() && note.node != options.why) continue;
    found = true;
    nodes.push_back({{"node", note.node},
                     {"type", note.type},
                     {"precision", note.precision},
                     {"reason", note.reason},
                     {"macs", note.macs}});
    console.Print("  {:<5} {:<20} {:>12} MACs  {}  [{}]", note.precision,
                  note.type, note.macs, note.node, note.reason);
  }
  if (!found) return NoSuchNode(options, engine.notes());
  result["nodes"] = nodes;
  if (options.steps) {
    OCTET_ASSIGN(const Session session, Session::Create(engine));
    nlohmann::json steps = nlohmann::json::array();
    for (const StepInfo& step : session.steps()) {
      steps.push_back({{"step", step.name},
                       {"node", step.node},
                       {"kernel", step.kernel},
                       {"precision", step.precision},
                       {"reason", step.reason}});
      console.Print("  step {:<5} {:<28} {}", step.precision, step.kernel,
                    step.name);
    }
    result["steps"] = steps;
  }
  console.Verdict(DescribeMacs(MacsByPrecision(engine.notes())), "",
                  fmt::format("octet bench {} --layers", options.path));
  return {};
}

Status InspectCalibration(const Options& options, Console& console) {
  OCTET_ASSIGN(const Calibration ranges, Calibration::Open(options.path));
  nlohmann::json rows = nlohmann::json::array();
  for (const ObservedRange& row : ranges.values()) {
    rows.push_back({{"name", row.name},
                    {"low", row.low},
                    {"high", row.high},
                    {"count", row.count},
                    {"zeros", row.zeros},
                    {"non_finite", row.non_finite},
                    {"low_sample", row.low_sample},
                    {"high_sample", row.high_sample}});
    console.Print("  [{:>12.5g}, {:>12.5g}]  {:>12} values  {}", row.low,
                  row.high, row.count, row.name);
  }
  console.result() = {
      {"kind", "calibration"},
      {"samples", ranges.samples()},
      {"fingerprint", fmt::format("{:016x}", ranges.fingerprint())},
      {"preprocess", ranges.preprocess()},
      {"skipped", ranges.skipped()},
      {"values", rows}};
  console.Verdict(fmt::format("{} values seen on {} samples",
                              ranges.values().size(), ranges.samples()),
                  "",
                  fmt::format("octet build MODEL --ranges {} -o "
                              "model.octet",
                              options.path));
  return {};
}

Status InspectPlan(const Options& options, Console& console) {
  OCTET_ASSIGN(const std::string text,
               ReadTextFile(options.path, kMostPlanBytes));
  OCTET_ASSIGN(const std::vector<NodeNote> notes, ReadPlan(text, options.path));
  std::map<std::string, int> nodes = {{"int8", 0}};
  for (const NodeNote& note : notes) {
    ++nodes[note.precision];
    console.Print("  {:<5} {}  [{}]", note.precision, note.node, note.reason);
  }
  console.result() = {{"kind", "plan"},
                      {"plan", nlohmann::json::parse(text, nullptr, false)}};
  std::string counts;
  for (const auto& [precision, n] : nodes) {
    if (precision == "fp32") continue;
    counts +=
        fmt::format("{}{} in {}", counts.empty() ? "" : ", ", n, precision);
  }
  console.Verdict(
      fmt::format("of {} nodes {}", notes.size(), counts), "",
      fmt::format("octet build MODEL --plan {} -o model.octet", options.path));
  return {};
}

Status InspectModel(const Options& options, Console& console) {
  OCTET_ASSIGN(const Model model, Model::Open(options.path));
  if (options.text) {
    console.Print("{}", model.ToText());
    return {};
  }
  nlohmann::json nodes = nlohmann::json::array();
  int64_t macs = 0;
  PrintValues(console, "input ", model.inputs());
  PrintValues(console, "output", model.outputs());
  for (const ModelNode& node : model.nodes()) {
    macs += node.macs;
    nodes.push_back({{"name", node.name},
                     {"type", node.type},
                     {"shape", node.output_shape},
                     {"origins", node.origins},
                     {"macs", node.macs}});
    console.Print("  {:<20} {:<20} {:>12} MACs  {}", node.type,
                  node.output_shape, node.macs, node.name);
  }
  console.result() = {{"kind", "model"},
                      {"sha256", model.hash()},
                      {"quantized", model.is_quantized()},
                      {"weight_bytes", model.weight_bytes()},
                      {"macs", macs},
                      {"inputs", Describe(model.inputs())},
                      {"outputs", Describe(model.outputs())},
                      {"nodes", nodes}};
  console.Verdict(
      fmt::format("{} nodes after fusion, {:.1f} million multiply-accumulates, "
                  "{} of weights",
                  nodes.size(), double(macs) / 1e6,
                  Bytes(double(model.weight_bytes()))),
      model.is_quantized() ? "a QDQ model: its own parameters are used" : "",
      fmt::format("octet build {} --calib DATA -o model.octet", options.path));
  return {};
}

Status Inspect(const Options& options, Console& console) {
  OCTET_ASSIGN(const MappedFile file, MappedFile::Open(options.path));
  const auto bytes = file.bytes();
  const auto begins = [&](std::string_view magic) {
    return bytes.size() >= magic.size() &&
           std::equal(magic.begin(), magic.end(),
                      reinterpret_cast<const char*>(bytes.data()));
  };
  if (begins("OCTETENG")) return InspectEngine(options, console);
  if (begins("OCTETCAL")) return InspectCalibration(options, console);
  if (begins("{")) return InspectPlan(options, console);
  return InspectModel(options, console);
}

}  // namespace

std::function<Status(Console&)> AddInspect(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("FILE", options->path, "model, .calib, plan or engine")
      ->required();
  app.add_option("--why", options->why, "one node of an engine");
  app.add_flag("--steps", options->steps, "kernels of an engine's steps");
  app.add_flag("--text", options->text, "a model's graph in text form");
  return [options](Console& console) { return Inspect(*options, console); };
}

}  // namespace octet::cli
