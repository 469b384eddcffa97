// octet sensitivity: which values lose accuracy in int8, and how much.
#include <filesystem>

#include "answers.h"
#include "base/error.h"
#include "base/file.h"
#include "calibrate_options.h"
#include "command.h"
#include "interrupt.h"
#include "labelled_accuracy.h"
#include "octet/sensitivity.h"
#include "output_check.h"

namespace octet::cli {
namespace {

// What is larger than so many standard errors is shown to be there.
constexpr double kErrorsShown = 2;

struct SensitivityArguments {
  ModelArguments model;
  CalibrateArguments calibrate;
  std::string ranges, plan, output;
  int64_t samples = 32;
  int64_t top = 20;
  DataArguments labelled;  // to rank by the metric too
  int64_t evaluated = 8;
};

// The plan that is looked into: the given one, or what `build` would make.
Result<std::string> PlanToMeasure(const SensitivityArguments& options,
                                  const Model& model,
                                  const vision::Settings& settings,
                                  const SampleSource& samples,
                                  Console& console) {
  if (!options.plan.empty()) {
    return ReadTextFile(options.plan, kMostPlanBytes);
  }
  BuildOptions build;
  build.range_rule = options.calibrate.method;
  build.samples = &samples;
  build.threads = options.calibrate.threads;
  OCTET_ASSIGN(build.preprocess,
               RecordedPreprocess(settings, InputSpecs(model.inputs())));
  OCTET_RETURN_IF_ERROR(CheckBuildOptions(model, build));
  const std::string partial =
      options.output.empty() ? "" : options.output + ".calib.part";
  OCTET_ASSIGN(
      const std::optional<Calibration> calibration,
      GetCalibration(model, options.model, options.calibrate, options.ranges,
                     build.preprocess, partial, console));
  OCTET_ASSIGN(
      Build built,
      BuildEngine(model, calibration ? &*calibration : nullptr, build));
  return std::move(built.plan);
}

std::string Joined(const std::vector<std::string>& names) {
  std::string text;
  for (size_t i = 0; i < std::min(names.size(), kNamesShown); ++i) {
    text += (i > 0 ? ", " : "") + names[i];
  }
  return names.size() > kNamesShown ? text + ", ..." : text;
}

nlohmann::json ToJson(const Estimate& estimate) {
  return {{"mean", estimate.mean}, {"error", estimate.error}};
}

nlohmann::json ToJson(const Loss& loss) {
  return {{"noise", ToJson(loss.noise)},
          {"cosine", ToJson(loss.cosine)},
          {"kl", ToJson(loss.kl)},
          {"changed", ToJson(loss.changed)}};
}

nlohmann::json ToJson(const UnitSensitivity& row, const char* kind) {
  nlohmann::json out = {{kind, row.name},
                        {"rank", row.rank},
                        {"predicted_rank", row.predicted_rank},
                        {"predicted", row.predicted},
                        {"is_measured", row.is_measured},
                        {"alone", ToJson(row.alone)}};
  if (!row.readers.empty()) out["readers"] = row.readers;
  if (row.metric_rank > 0) {
    out["metric_rank"] = row.metric_rank;
    out["metric_gain"] = ToJson(row.metric_gain);
  }
  if (row.has_gain) {
    out["gain"] = ToJson(row.gain);
    out["gain_changed"] = ToJson(row.gain_changed);
    out["gain_db"] = row.gain_db;
  }
  return out;
}

// A table of the first `top`; all of them as JSON.
nlohmann::json PrintRows(const std::vector<UnitSensitivity>& all,
                         const char* kind, int64_t top, bool answers,
                         Console& console) {
  console.Print("{:>4} {:>19} {:>9} {:>17} {:>9}  {}", "rank", "lost by it, %",
                "predicted", answers ? "answers, %" : "", "gain, dB", kind);
  nlohmann::json rows = nlohmann::json::array();
  for (const UnitSensitivity& row : all) {
    rows.push_back(ToJson(row, kind));
    if (row.rank > top) continue;
    const Estimate& noise = row.alone.noise;
    const Estimate& changed = row.alone.changed;
    console.Print(
        "{:>4} {:>9.4f} +- {:>6.4f} {:>9} {:>17} {:>9}  {}{}{}", row.rank,
        100 * noise.mean, 100 * noise.error, row.predicted_rank,
        answers && row.is_measured
            ? fmt::format("{:.2f} +- {:.2f}", 100 * changed.mean,
                          100 * changed.error)
            : "",
        row.has_gain ? fmt::format("{:+.2f}", row.gain_db) : "", row.name,
        row.readers.empty() ? "" : " -> ", Joined(row.readers));
  }
  return rows;
}

std::string Points(const Estimate& share) {
  return fmt::format("{:.2f} ± {:.2f}", 100 * share.mean, 100 * share.error);
}

// The value that most of the metric comes back with; null if none is evaluated.
const UnitSensitivity* FirstByMetric(const Sensitivity& result) {
  const auto first =
      std::ranges::find(result.values, 1, &UnitSensitivity::metric_rank);
  return first == result.values.end() ? nullptr : &*first;
}

// What was evaluated, the value first that costs most.
void PrintByMetric(const Sensitivity& result, Console& console) {
  if (!result.has_metric) return;
  console.result()["metric"] = {{"float", result.metric_of_float},
                                {"lost", ToJson(result.metric_lost)}};
  console.Print(
      "by the metric: float {:.4f}, everything in int8 loses {} points",
      result.metric_of_float, Points(result.metric_lost));
  console.Print("{:>4} {:>19} {:>9}  {}", "rank", "given back, points",
                "by noise", "value");
  std::vector<const UnitSensitivity*> rows;
  for (const UnitSensitivity& row : result.values) {
    if (row.metric_rank > 0) rows.push_back(&row);
  }
  std::ranges::sort(
      rows, {}, [](const UnitSensitivity* row) { return row->metric_rank; });
  for (const UnitSensitivity* row : rows) {
    console.Print("{:>4} {:>19} {:>9}  {} -> {}", row->metric_rank,
                  Points(row->metric_gain), row->rank, row->name,
                  Joined(row->readers));
  }
}

void Report(const Sensitivity& result, int64_t top, bool answers,
            Console& console) {
  console.result()["values"] =
      PrintRows(result.values, "value", top, answers, console);
  console.Print(
      "{:>4} {:>9.4f} +- {:>6.4f} {:>9} {:>17}  {}", "all",
      100 * result.all.noise.mean, 100 * result.all.noise.error, "",
      answers ? fmt::format("{:.2f} +- {:.2f}", 100 * result.all.changed.mean,
                            100 * result.all.changed.error)
              : "",
      "everything in int8");
  console.result()["nodes"] =
      PrintRows(result.nodes, "node", top, answers, console);
  PrintByMetric(result, console);
  console.result()["all"] = ToJson(result.all);
  console.result()["rank_correlation"] = result.rank_correlation;
  console.result()["compared"] = result.compared;
  console.result()["top_share"] = result.top_share;
  console.result()["samples"] = result.samples;
  console.result()["skipped"] = result.skipped;
  console.result()["seconds"] = result.seconds;
}

// What the ranking by the metric says, in words.
std::string DescribeByMetric(const Sensitivity& result) {
  const UnitSensitivity* first = FirstByMetric(result);
  const std::string lost = Points(result.metric_lost);
  if (first == nullptr) {
    return fmt::format("everything in int8 loses {} points", lost);
  }
  const Estimate& gain = first->metric_gain;
  if (gain.mean <= kErrorsShown * gain.error) {
    return fmt::format(
        "no value is shown to cost any of the {} points that int8 loses: at "
        "most {} come back, with '{}'",
        lost, Points(gain), first->name);
  }
  return fmt::format(
      "'{}' costs most: {} of the {} points that int8 loses come back when it "
      "is kept out",
      first->name, Points(gain), lost);
}

// What the ranking says, in words.
std::string Describe(const Sensitivity& result) {
  if (result.has_metric) return DescribeByMetric(result);
  const UnitSensitivity& worst = result.values[0];
  switch (result.damage) {
    case Damage::kNone:
      return "next to nothing is lost by storing values in int8";
    case Damage::kSingle:
      return fmt::format("one value makes {:.0f} % of the damage: '{}'",
                         100 * result.top_share, worst.name);
    case Damage::kFew:
      return fmt::format(
          "a few values make most of the damage, '{}' the most "
          "({:.0f} %)",
          worst.name, 100 * result.top_share);
    case Damage::kSpread:
      break;
  }
  return fmt::format(
      "the damage is spread over many values; '{}' makes the "
      "most, {:.0f} %",
      worst.name, 100 * result.top_share);
}

constexpr const char* kDamageNames[] = {"none", "single", "few", "spread"};

// The command that keeps the culprit out of int8. The precisions of a quantized
// model are its own: only a search may change them.
std::string Next(const SensitivityArguments& options, bool is_quantized,
                 const Sensitivity& result) {
  CommandLine build("build");
  options.model.Repeat(build);
  options.calibrate.RepeatForBuild(build, options.ranges);
  if (result.damage == Damage::kSingle && !is_quantized) {
    for (const std::string& reader : result.values[0].readers) {
      build.Add("--keep", reader + "=fp32");
    }
  } else if (result.damage != Damage::kNone) {
    build.Add("--max-drop", "0.5%");
  }
  return build.Add("-o", "built.octet").Text();
}

// Nowhere if there is no path. What was kept to go on from is needed no more.
Status Write(const nlohmann::json& result, const std::string& path,
             const std::string& state_path) {
  if (path.empty()) return {};
  const auto replace = nlohmann::json::error_handler_t::replace;
  OCTET_RETURN_IF_ERROR(
      WriteFileAtomically(path, result.dump(2, ' ', false, replace)));
  std::error_code ignored;  // that there is none is fine
  std::filesystem::remove(state_path, ignored);
  return {};
}

// What can be wrong without a look at the samples.
Status CheckArguments(const SensitivityArguments& options) {
  if (options.calibrate.data.empty()) {
    return Usage("--calib DATA is missing: samples to measure on");
  }
  if (options.calibrate.resume && options.output.empty()) {
    return Usage("--resume needs -o FILE: what is done is kept beside it");
  }
  OCTET_RETURN_IF_ERROR(CheckCalibrateArguments(options.calibrate));
  std::vector<std::string> outputs = {options.output};
  if (!options.output.empty()) {
    outputs.push_back(options.output + ".part");
    outputs.push_back(options.output + ".calib.part");
  }
  return CheckOutputs(outputs,
                      {options.calibrate.data, options.ranges, options.plan},
                      options.model.path);
}

Status Measure(SensitivityArguments options, Console& console) {
  TakeCalibrationCache(options.calibrate, options.ranges);
  OCTET_RETURN_IF_ERROR(CheckArguments(options));
  OCTET_ASSIGN(const Model model, options.model.Open());
  OCTET_ASSIGN(const vision::Settings settings,
               LoadPreprocess(options.calibrate.preprocess, model.name()));
  OCTET_ASSIGN(const auto samples,
               OpenCalibrationSamples(model, options.calibrate, settings));
  OCTET_ASSIGN(const std::string plan,
               PlanToMeasure(options, model, settings, *samples, console));
  const Answers answers =
      Answers::For(settings, model.inputs(), model.outputs());
  const bool has_answers = answers.kind() != evaluate::AnswerKind::kTensors;
  SensitivityOptions inner;
  inner.samples = options.samples;
  inner.gains = options.top;
  inner.threads = options.calibrate.threads;
  if (has_answers) {
    inner.changed = [&](const auto& a, const auto& b) {
      return answers.Changed(a, b);
    };
  }
  if (!options.output.empty()) inner.state_path = options.output + ".part";
  inner.resume = options.calibrate.resume;
  inner.progress = [&](std::string_view what, int64_t done, int64_t all) {
    console.Progress(fmt::format("measuring {}", what), done, all);
  };
  if (!options.labelled.data.empty()) {
    OCTET_ASSIGN(inner.accuracy,
                 AccuracyByLabels(model, settings, options.labelled,
                                  options.calibrate.threads, console));
    inner.accuracy_of = NameOf(options.labelled);
    inner.evaluated = options.evaluated;
  }
  inner.stop = InterruptGuard::Interrupted;
  const InterruptGuard guard;
  OCTET_ASSIGN(const Sensitivity result,
               MeasureSensitivity(model, plan, *samples, inner));
  for (const std::string& name : result.skipped) {
    console.Warn("skipped {}: it cannot be read", name);
  }
  Report(result, options.top, has_answers, console);
  console.result()["damage"] = kDamageNames[size_t(result.damage)];
  OCTET_RETURN_IF_ERROR(
      Write(console.result(), options.output, inner.state_path));
  console.Verdict(
      Describe(result),
      fmt::format("{} values, {} nodes, {} samples, {:.1f} s; the "
                  "prediction's rank correlation is {:.2f} over {} values",
                  result.values.size(), result.nodes.size(), result.samples,
                  result.seconds, result.rank_correlation, result.compared),
      Next(options, model.is_quantized(), result));
  return {};
}

}  // namespace

std::function<Status(Console&)> AddSensitivity(CLI::App& app) {
  auto options = std::make_shared<SensitivityArguments>();
  options->model.Add(app);
  options->calibrate.Add(app, "--calib");
  app.add_option("--ranges", options->ranges,
                 "a .calib file, or TensorRT's calibration cache, instead of "
                 "calibrating")
      ->group("Calibration");
  app.add_option("--plan", options->plan,
                 "measure this plan, as build --plan-out writes it")
      ->group("Measuring");
  app.add_option("--samples", options->samples,
                 "samples to measure on, spread evenly over the data")
      ->check(CLI::PositiveNumber)
      ->capture_default_str()
      ->group("Measuring");
  app.add_option("--top", options->top,
                 "show this many values, and measure for them what keeping "
                 "them out of int8 gains")
      ->check(CLI::PositiveNumber)
      ->capture_default_str()
      ->group("Measuring");
  AddLabelledData(app, "Metric",
                  "rank by what this labelled data says too, as eval takes it",
                  options->labelled);
  app.add_option("--eval-top", options->evaluated,
                 "of so many values at most, the first of the ranking: each "
                 "costs an evaluation of all labelled data")
      ->check(CLI::PositiveNumber)
      ->capture_default_str()
      ->group("Metric");
  app.add_option("-o,--output", options->output,
                 "also write the ranking, JSON; what is done so far stands "
                 "beside it")
      ->group("Output");
  return [options](Console& console) { return Measure(*options, console); };
}

}  // namespace octet::cli
