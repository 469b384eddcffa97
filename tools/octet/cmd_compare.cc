// octet compare: an engine layer by layer against the float model, another
// engine, or tensors that another runtime computed.
#include <algorithm>

#include "base/error.h"
#include "base/file.h"
#include "calibrate_options.h"
#include "command.h"
#include "dumped_tensors.h"
#include "suspects.h"

namespace octet::cli {
namespace {

constexpr int64_t kSamples = 16;

struct CompareArguments {
  ModelArguments model;
  std::vector<std::string> engines;  // none, one, or the truth and one
  CalibrateArguments samples;        // data, preprocess and limit only
  std::string tensors, ranges, plan;
  std::string sort = "order";

  bool against_float() const { return tensors.empty() && engines.size() == 1; }
};

// Everything that is opened before anything is run.
struct Opened {
  Model model;
  std::vector<Engine> engines;
  std::shared_ptr<const DumpedTensors> tensors;  // null: none
  std::unique_ptr<SampleSource> samples;
};

void Sort(const std::string& by, std::vector<LayerError>& rows) {
  if (by == "own") {
    std::ranges::stable_sort(rows, {}, &LayerError::own_sqnr_db);
  } else if (by == "total") {
    std::ranges::stable_sort(rows, {}, &LayerError::sqnr_db);
  }
}

Status CheckArguments(const CompareArguments& options) {
  OCTET_RETURN_IF_ERROR(CheckCalibrateArguments(options.samples));
  if (options.tensors.empty() && options.engines.empty()) {
    return Usage(
        "an ENGINE to compare with the float model, or --tensors DIR to "
        "compare the float model with, is missing");
  }
  if (!options.tensors.empty() && options.engines.size() > 1) {
    return Usage("--tensors takes one engine or none; {} are given",
                 options.engines.size());
  }
  if (options.tensors.empty() && options.samples.data.empty()) {
    return Usage("--data is missing: samples to compare on");
  }
  return {};
}

Result<Opened> OpenAll(const CompareArguments& options) {
  OCTET_ASSIGN(Model model, options.model.Open());
  Opened opened{std::move(model), {}, nullptr, nullptr};
  for (const std::string& path : options.engines) {
    OCTET_ASSIGN(Engine engine, Engine::Open(path));
    opened.engines.push_back(std::move(engine));
  }
  if (!options.tensors.empty()) {
    OCTET_ASSIGN(opened.tensors, DumpedTensors::Open(options.tensors));
  }
  if (options.samples.data.empty()) {
    OCTET_ASSIGN(opened.samples, opened.tensors->Inputs(opened.model));
    return opened;
  }
  OCTET_ASSIGN(const vision::Settings settings,
               LoadPreprocess(options.samples.preprocess, opened.model.name()));
  OCTET_ASSIGN(opened.samples,
               OpenCalibrationSamples(opened.model, options.samples, settings));
  return opened;
}

Result<Comparison> RunComparison(const CompareArguments& options,
                                 const Opened& opened) {
  const int64_t most =
      options.samples.limit > 0 ? options.samples.limit : kSamples;
  if (opened.tensors != nullptr) {
    const ValueSource truth = [&](int64_t index) {
      return Result<NamedTensors>(opened.tensors->Sample(index));
    };
    return CompareTensors(opened.model,
                          opened.engines.empty() ? nullptr : &opened.engines[0],
                          truth, *opened.samples, most);
  }
  if (opened.engines.size() == 2) {
    return CompareEngines(opened.model, opened.engines[0], opened.engines[1],
                          *opened.samples, most);
  }
  return CompareLayers(opened.model, opened.engines[0], *opened.samples, most);
}

void ReportLayers(const std::vector<LayerError>& rows, Console& console) {
  console.Print(
      "{:>8} {:>8} {:>9} {:>9} {:>9} {:>9} {:>8} {:>6} {:>6}  {:<5} "
      "{}",
      "SQNR", "own", "cosine", "rel. L2", "inherited", "max err", "KL", "low %",
      "high %", "prec", "value");
  nlohmann::json list = nlohmann::json::array();
  for (const LayerError& row : rows) {
    const double high = row.saturated - row.saturated_low;
    console.Print(
        "{:>8.2f} {:>8.2f} {:>9.6f} {:>9.5f} {:>9.5f} {:>9.4g} {:>8.4f} "
        "{:>6.2f} {:>6.2f}  {:<5} {}",
        row.sqnr_db, row.own_sqnr_db, row.cosine, row.relative_l2,
        row.inherited_relative_l2, row.max_error, row.kl,
        100 * row.saturated_low, 100 * high, row.precision, row.value);
    list.push_back({{"value", row.value},
                    {"node", row.node},
                    {"precision", row.precision},
                    {"l2", row.l2},
                    {"relative_l2", row.relative_l2},
                    {"cosine", row.cosine},
                    {"sqnr_db", row.sqnr_db},
                    {"max_error", row.max_error},
                    {"kl", row.kl},
                    {"saturated", row.saturated},
                    {"saturated_low", row.saturated_low},
                    {"saturated_high", high},
                    {"low", row.low},
                    {"high", row.high},
                    {"own_sqnr_db", row.own_sqnr_db},
                    {"own_relative_l2", row.own_relative_l2},
                    {"inherited_relative_l2", row.inherited_relative_l2},
                    {"inputs_sqnr_db", row.inputs_sqnr_db}});
  }
  console.result()["layers"] = list;
}

void WarnOfGaps(const Comparison& comparison, Console& console) {
  for (const std::string& name : comparison.skipped) {
    console.Warn(
        "skipped {}: it cannot be read, or has nothing to compare with", name);
  }
  const std::vector<std::string>& names = comparison.unmatched;
  if (names.empty()) return;
  std::string shown;
  for (size_t i = 0; i < std::min(names.size(), kNamesShown); ++i) {
    shown += (i > 0 ? ", " : "") + names[i];
  }
  console.Warn(
      "{} tensors have no value of their name and size here (most are fused "
      "into others): {}{}",
      names.size(), shown, names.size() > kNamesShown ? ", ..." : "");
}

const LayerError& Named(const std::vector<LayerError>& rows,
                        const std::string& value) {
  return *std::ranges::find(rows, value, &LayerError::value);
}

std::string JumpInWords(const Comparison& comparison) {
  const std::vector<LayerError>& rows = comparison.layers;
  if (!comparison.first_jump.empty()) {
    const LayerError& jump = Named(rows, comparison.first_jump);
    return fmt::format(
        "the error jumps first at {}: {:.1f} dB, {:.1f} dB by "
        "its own doing",
        jump.value, jump.sqnr_db, jump.own_sqnr_db);
  }
  const LayerError& worst =
      *std::ranges::min_element(rows, {}, &LayerError::own_sqnr_db);
  return fmt::format(
      "the error jumps nowhere; {} has most of its own, {:.1f} "
      "dB",
      worst.value, worst.own_sqnr_db);
}

// A build from what is compared on; how many samples of it are, says nothing
// of how many to calibrate with.
CommandLine BuildOf(const CompareArguments& options) {
  CommandLine build("build");
  options.model.Repeat(build);
  CalibrateArguments samples;
  samples.data = options.samples.data;
  samples.preprocess = options.samples.preprocess;
  samples.RepeatForBuild(build, options.ranges);
  return build;
}

Status Compare(const CompareArguments& options, Console& console) {
  OCTET_RETURN_IF_ERROR(CheckArguments(options));
  std::optional<Calibration> ranges;
  if (!options.ranges.empty()) {
    OCTET_ASSIGN(ranges, Calibration::Open(options.ranges));
  }
  std::string plan;
  if (!options.plan.empty()) {
    OCTET_ASSIGN(plan, ReadTextFile(options.plan, kMostPlanBytes));
  }
  OCTET_ASSIGN(const Opened opened, OpenAll(options));
  OCTET_ASSIGN(Comparison comparison, RunComparison(options, opened));
  WarnOfGaps(comparison, console);
  const std::string jump = JumpInWords(comparison);
  std::vector<LayerError>& rows = comparison.layers;
  const std::string worst =
      std::ranges::min_element(rows, {}, &LayerError::own_sqnr_db)->value;
  Sort(options.sort, rows);
  ReportLayers(rows, console);
  std::vector<Suspect> suspects;
  if (options.against_float()) {
    OCTET_ASSIGN(suspects,
                 Diagnose(opened.model, opened.engines[0], *opened.samples,
                          ranges ? &*ranges : nullptr, plan));
    ReportSuspects(suspects, console);
  }
  console.result()["first_jump"] = comparison.first_jump;
  console.result()["worst_own"] = worst;
  console.result()["samples"] = comparison.samples;
  console.result()["skipped"] = comparison.skipped;
  console.result()["unmatched"] = comparison.unmatched;
  const std::string costs = WorstInWords(suspects);
  console.Verdict(
      fmt::format("{} values compared over {} samples, {} skipped; {}",
                  rows.size(), comparison.samples, comparison.skipped.size(),
                  costs.empty() ? jump : costs),
      costs.empty() ? "" : jump, RepairCommand(suspects, BuildOf(options)));
  return {};
}

}  // namespace

std::function<Status(Console&)> AddCompare(CLI::App& app) {
  auto options = std::make_shared<CompareArguments>();
  options->model.Add(app);
  app.add_option("ENGINE", options->engines,
                 "engine to compare; of two, the first is taken for the truth")
      ->expected(0, 2);
  options->samples.AddSamples(app, "--data");
  app.add_option("--tensors", options->tensors,
                 "folder of .npy or .npz tensors of another runtime, named by "
                 "value (/ and : as _): the truth instead of the float model");
  app.add_option("--ranges", options->ranges,
                 "the .calib file of the engine: causes are told from it");
  app.add_option("--plan", options->plan,
                 "the plan of the engine (build --plan-out): which of its "
                 "weights have narrower ranges is told from it");
  app.add_option("--sort", options->sort, "order, own or total")
      ->check(CLI::IsMember({"order", "own", "total"}));
  return [options](Console& console) { return Compare(*options, console); };
}

}  // namespace octet::cli
