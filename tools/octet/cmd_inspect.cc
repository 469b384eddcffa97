// octet inspect: what is in a model, .calib, plan or engine.
#include <algorithm>

#include "base/error.h"
#include "base/file.h"
#include "command.h"
#include "command_line.h"
#include "half_words.h"
#include "model_options.h"
#include "octet/compiler.h"
#include "output_check.h"
#include "why.h"

namespace octet::cli {
namespace {

constexpr size_t kMostComparisonBytes = size_t(1) << 28;

struct InspectArguments {
  std::string path;
  std::string why;
  ModelArguments model;            // the engine's, for --why and --annotate
  std::string ranges, comparison;  // for --why
  std::string annotate;
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

// The answer to --why and --annotate, which need more than the engine.
Status InspectWithModel(const InspectArguments& options, const Engine& engine,
                        Console& console) {
  std::optional<Model> model;
  if (!options.model.path.empty()) {
    OCTET_ASSIGN(model, options.model.Open());
  }
  if (!options.annotate.empty()) {
    if (!model) {
      return Usage("--annotate needs --model: the ONNX file of the engine");
    }
    OCTET_RETURN_IF_ERROR(CheckOutputs(
        {options.annotate}, {options.path, options.ranges, options.comparison},
        options.model.path));
    OCTET_RETURN_IF_ERROR(WriteAnnotated(options.model.path, *model, engine,
                                         options.annotate, console));
  }
  if (options.why.empty()) return {};
  WhySources sources;
  sources.engine = &engine;
  sources.model = model ? &*model : nullptr;
  options.model.Repeat(sources.build);
  std::optional<Calibration> calibration;
  if (!options.ranges.empty()) {
    OCTET_ASSIGN(calibration, Calibration::Open(options.ranges));
    sources.calibration = &*calibration;
  }
  if (!options.comparison.empty()) {
    OCTET_ASSIGN(const std::string text,
                 ReadTextFile(options.comparison, kMostComparisonBytes));
    sources.comparison = nlohmann::json::parse(text, nullptr, false);
    if (!sources.comparison.is_object()) {
      return BadInput("{}: is not what octet compare --json writes",
                      options.comparison);
    }
  }
  return ExplainNode(options.why, sources, console);
}

void PrintNodes(const Engine& engine, Console& console) {
  nlohmann::json nodes = nlohmann::json::array();
  for (const NodeNote& note : engine.notes()) {
    nodes.push_back({{"node", note.node},
                     {"type", note.type},
                     {"precision", note.precision},
                     {"reason", note.reason},
                     {"macs", note.macs}});
    console.Print("  {:<5} {:<20} {:>12} MACs  {}  [{}]", note.precision,
                  note.type, note.macs, note.node, note.reason);
  }
  console.result()["nodes"] = nodes;
}

Status PrintSteps(const Engine& engine, Console& console) {
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
  console.result()["steps"] = steps;
  const MemoryUse memory = session.memory();
  console.Print("  session {}", SessionUse(memory));
  console.result()["arena_bytes"] = memory.arena_bytes;
  console.result()["scratch_bytes"] = memory.scratch_bytes;
  console.result()["live_bytes"] = memory.live_bytes;
  return {};
}

Status InspectEngine(const InspectArguments& options, Console& console) {
  OCTET_ASSIGN(const Engine engine, Engine::Open(options.path));
  console.result() = {{"kind", "engine"},
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
  OCTET_RETURN_IF_ERROR(InspectWithModel(options, engine, console));
  if (!options.why.empty()) return {};
  console.Print("engine of {} (sha256 {}), made by octet {}",
                engine.model_name(), engine.model_hash(),
                engine.octet_version());
  console.Print("  ranges: {}", engine.calibration());
  PrintValues(console, "input ", engine.inputs());
  PrintValues(console, "output", engine.outputs());
  PrintNodes(engine, console);
  if (options.steps) OCTET_RETURN_IF_ERROR(PrintSteps(engine, console));
  console.Verdict(
      DescribeMacs(MacsByPrecision(engine.notes())), "",
      CommandLine("bench").Add(options.path).Add("--layers").Text());
  return {};
}

Status InspectCalibration(const InspectArguments& options, Console& console) {
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
                  CommandLine("build")
                      .Add("MODEL")
                      .Add("--ranges", options.path)
                      .Add("-o", "model.octet")
                      .Text());
  return {};
}

Status InspectPlan(const InspectArguments& options, Console& console) {
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
  console.Verdict(fmt::format("of {} nodes {}", notes.size(), counts), "",
                  CommandLine("build")
                      .Add("MODEL")
                      .Add("--plan", options.path)
                      .Add("-o", "model.octet")
                      .Text());
  return {};
}

Status InspectModel(const InspectArguments& options, Console& console) {
  const ModelArguments arguments = {options.path, options.model.shapes};
  OCTET_ASSIGN(const Model model, arguments.Open());
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
  CommandLine build("build");
  arguments.Repeat(build);
  build.Add("--calib", model.is_quantized() ? "" : "DATA");
  console.Verdict(
      fmt::format("{} nodes after fusion, {:.1f} million multiply-accumulates, "
                  "{} of weights",
                  nodes.size(), double(macs) / 1e6,
                  Bytes(double(model.weight_bytes()))),
      model.is_quantized() ? "a QDQ model: its own parameters are used" : "",
      build.Add("-o", "model.octet").Text());
  return {};
}

Status Inspect(const InspectArguments& options, Console& console) {
  OCTET_ASSIGN(const MappedFile file, MappedFile::Open(options.path));
  const auto bytes = file.bytes();
  const auto begins = [&](std::string_view magic) {
    return bytes.size() >= magic.size() &&
           std::equal(magic.begin(), magic.end(),
                      reinterpret_cast<const char*>(bytes.data()));
  };
  const bool is_model =
      !begins("OCTETENG") && !begins("OCTETCAL") && !begins("{");
  if (!options.model.shapes.empty() && !is_model &&
      options.model.path.empty()) {
    return Usage("{}: is no model, which --shapes is about; give --model too",
                 options.path);
  }
  if (begins("OCTETENG")) return InspectEngine(options, console);
  if (!options.why.empty() || !options.annotate.empty()) {
    return Usage("{}: is no engine, which --why and --annotate are about",
                 options.path);
  }
  if (begins("OCTETCAL")) return InspectCalibration(options, console);
  if (begins("{")) return InspectPlan(options, console);
  return InspectModel(options, console);
}

}  // namespace

std::function<Status(Console&)> AddInspect(CLI::App& app) {
  auto options = std::make_shared<InspectArguments>();
  app.add_option("FILE", options->path, "model, .calib, plan or engine")
      ->required();
  app.add_option("--why", options->why,
                 "everything about one node of an engine");
  app.add_option("--model", options->model.path,
                 "the engine's ONNX file: --why tells readers and weights too");
  options->model.AddShapes(app);
  app.add_option("--ranges", options->ranges,
                 "its .calib file: --why tells what was seen");
  app.add_option("--comparison", options->comparison,
                 "what octet compare --json wrote: --why tells the error");
  app.add_option("--annotate", options->annotate,
                 "write --model here with each node's precision and reason in "
                 "its doc_string, for Netron");
  app.add_flag("--steps", options->steps, "kernels of an engine's steps");
  app.add_flag("--text", options->text, "a model's graph in text form");
  return [options](Console& console) { return Inspect(*options, console); };
}

}  // namespace octet::cli
