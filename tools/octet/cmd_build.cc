// octet build: model and samples in, a verified INT8 engine out.
#include "base/error.h"
#include "base/file.h"
#include "calibrate_options.h"
#include "command.h"
#include "labelled_accuracy.h"
#include "output_check.h"
#include "report_data.h"
#include "search_options.h"
#include "trtexec_options.h"
#include "usage.h"

namespace octet::cli {
namespace {

constexpr size_t kOwnRulesShown = 3;

struct BuildArguments {
  ModelArguments model;
  CalibrateArguments calibrate;
  TrtexecArguments trtexec;
  SearchArguments search;
  std::string output, ranges, plan, plan_out, save_ranges, report;
  std::string precision = "int8";
  std::vector<std::string> keep, require;
  std::string timing_cache;
  bool no_timing = false;
  bool no_verdict = false;
};

// What stands beside the engine: a calibration and a search to resume, and the
// best plan so far, unless --plan-out says where.
std::string PartialPath(const BuildArguments& options) {
  return options.output + ".calib.part";
}
std::string SearchStatePath(const BuildArguments& options) {
  return options.output + ".search.part";
}
std::string BestPlanPath(const BuildArguments& options) {
  return options.plan_out.empty() ? options.output + ".plan.json"
                                  : options.plan_out;
}

// The same build again, its outputs left out. A plan is not repeated: nothing
// can be asked beside it.
CommandLine BuildAgain(const BuildArguments& options) {
  CommandLine build("build");
  options.model.Repeat(build);
  options.calibrate.RepeatForBuild(build, options.ranges);
  if (options.precision != BuildArguments().precision) {
    build.Add("--precision", options.precision);
  }
  build.Add("--keep", options.keep).Add("--require", options.require);
  if (!options.timing_cache.empty()) {
    build.Add("--timing-cache", options.timing_cache);
  }
  const SearchArguments& search = options.search;
  if (!search.active()) return build;
  build.Add("--max-drop", search.max_drop)
      .Add("--max-latency", search.max_latency)
      .Add("--time-budget", search.time_budget)
      .Add("--fall-back", search.fall_back)
      .Add("--spare", search.spare)
      .Add("--eval-data", search.labelled.data)
      .Add("--eval-labels", search.labelled.labels)
      .Add("--eval-images", search.labelled.images);
  if (search.labelled.data.empty()) return build;
  return build.Add("--eval-split", search.labelled.split)
      .Add("--eval-metric", search.labelled.metric);
}

Result<std::optional<Calibration>> GetRanges(const BuildArguments& options,
                                             const Model& model,
                                             const std::string& preprocess,
                                             Console& console) {
  OCTET_ASSIGN(
      std::optional<Calibration> calibration,
      GetCalibration(model, options.model, options.calibrate, options.ranges,
                     preprocess, PartialPath(options), console));
  if (calibration && !options.save_ranges.empty()) {
    OCTET_RETURN_IF_ERROR(calibration->Save(options.save_ranges));
  }
  return calibration;
}

Result<BuildOptions> MakeBuildOptions(const BuildArguments& options,
                                      const Model& model,
                                      const vision::Settings& settings) {
  BuildOptions build;
  build.precision = options.precision;
  build.range_rule = options.calibrate.method;
  build.timing_cache = options.timing_cache;
  build.keep = options.keep;
  build.require = options.require;
  if (!options.plan.empty()) {
    OCTET_ASSIGN(build.plan, ReadTextFile(options.plan, kMostPlanBytes));
    build.plan_source = options.plan;
    if (build.plan.empty()) {
      return BadInput("{}: is empty; expected a plan of --plan-out",
                      options.plan);
    }
  }
  OCTET_ASSIGN(build.preprocess,
               RecordedPreprocess(settings, InputSpecs(model.inputs())));
  if (settings.detect) build.detect = vision::ToText(*settings.detect);
  return build;
}

SearchRequest SearchRequestOf(const BuildArguments& options,
                              const VerdictRequest& request) {
  return {.arguments = options.search,
          .settings = request.settings,
          .samples = *request.samples,
          .calibration = request.calibration,
          .plan_path = BestPlanPath(options),
          .state_path = SearchStatePath(options),
          .resume = options.calibrate.resume,
          .threads = options.calibrate.threads};
}

// What was tried, and which values of the best have rules of their own.
void PrintTried(const std::vector<RangeTrial>& tried, Console& console) {
  for (const RangeTrial& trial : tried) {
    console.Print("  ranges by {:<24} {:.2f} dB", trial.rule, trial.sqnr_db);
  }
  if (tried.empty()) return;
  const std::vector<OwnRule>& own = tried[0].own;
  for (size_t i = 0; i < std::min(own.size(), kOwnRulesShown); ++i) {
    console.Print("    {} by {}: {:+.1f} dB", own[i].value, own[i].rule,
                  own[i].gain_db);
  }
  if (own.size() > kOwnRulesShown) {
    console.Print("    and {} more", own.size() - kOwnRulesShown);
  }
}

// Builds what a search has found.
Status Rebuild(const Model& model,
               const std::optional<Calibration>& calibration,
               const std::string& plan, BuildOptions& options, Build& build) {
  options.plan = plan;
  options.keep.clear();  // the plan keeps it
  std::vector<RangeTrial> tried = std::move(build.tried);
  OCTET_ASSIGN(build, BuildEngine(model, calibration ? &*calibration : nullptr,
                                  options));
  build.tried = std::move(tried);
  return {};
}

// What can be wrong without a look at the samples; calibrating takes long.
Status CheckArguments(const BuildArguments& options) {
  OCTET_RETURN_IF_ERROR(CheckCalibrateArguments(options.calibrate));
  OCTET_RETURN_IF_ERROR(CheckSearchArguments(
      options.search, /*with_report=*/!options.report.empty()));
  if (options.search.active() && options.calibrate.data.empty()) {
    return Usage(
        "--max-drop and --max-latency need --calib DATA: samples to measure "
        "on");
  }
  if (options.search.active() && options.precision != "int8") {
    return Usage("--precision {} leaves nothing to search; drop one of them",
                 options.precision);
  }
  OCTET_RETURN_IF_ERROR(CheckReportPath(options.report));
  std::vector<std::string> outputs = {
      options.output, VerdictPath(options.output), options.plan_out,
      options.save_ranges, options.report};
  if (!options.timing_cache.empty()) outputs.push_back(options.timing_cache);
  if (!options.calibrate.data.empty()) outputs.push_back(PartialPath(options));
  if (options.search.active()) {
    outputs.push_back(SearchStatePath(options));
    if (options.plan_out.empty()) outputs.push_back(BestPlanPath(options));
  }
  return CheckOutputs(outputs,
                      {options.calibrate.data, options.ranges, options.plan},
                      options.model.path);
}

Status Report(const BuildArguments& options, const Model& model,
              const Build& build, const std::optional<Calibration>& calibration,
              const VerdictFacts& facts, const VerdictRequest& verdict,
              const std::optional<SearchResult>& search, Console& console) {
  const ReportRequest request{.samples = verdict.samples.get(),
                              .are_calibrated = options.ranges.empty() &&
                                                options.calibrate.shard.empty(),
                              .settings = verdict.settings,
                              .time = verdict.time,
                              .threads = options.calibrate.threads,
                              .search = search ? &*search : nullptr,
                              .search_words = verdict.headline,
                              .labelled = options.search.labelled};
  OCTET_ASSIGN(report::Report report,
               GatherReport(model, build, calibration ? &*calibration : nullptr,
                            facts, request, console));
  report.engine = options.output;
  OCTET_RETURN_IF_ERROR(WriteReport(report, options.report));
  console.Print("report:  {}", options.report);
  return {};
}

// int8 needs ranges, and fp16 ends somewhere.
bool ReadsRanges(const BuildArguments& options) {
  return options.precision == "int8" || options.precision == "fp16" ||
         !options.keep.empty() || !options.require.empty();
}

void SayIfNothingWasMeasured(const BuildArguments& options, const Build& build,
                             Console& console) {
  if (!build.tried.empty() || !options.plan.empty() ||
      !options.calibrate.data.empty()) {
    return;
  }
  console.Print(
      "  nothing was measured without samples: give --calib too, to have "
      "biases corrected");
}

// Before what takes long.
Status CheckLabelledData(const BuildArguments& options, const Model& model,
                         const vision::Settings& settings, Console& console) {
  if (options.search.labelled.data.empty()) return {};
  return AccuracyByLabels(model, settings, options.search.labelled,
                          options.calibrate.threads, console)
      .status();
}

VerdictRequest RequestOf(const BuildArguments& options) {
  VerdictRequest request;
  request.engine_path = options.output;
  request.measure = !options.no_verdict;
  request.time = !options.no_timing;
  request.time_steps = !options.report.empty();
  request.build = BuildAgain(options);
  return request;
}

Status BuildIt(BuildArguments options, Console& console) {
  OCTET_RETURN_IF_ERROR(options.trtexec.Apply(options.precision, options.keep));
  TakeCalibrationCache(options.calibrate, options.ranges);
  OCTET_RETURN_IF_ERROR(CheckArguments(options));
  OCTET_ASSIGN(const Model model, options.model.Open());
  OCTET_ASSIGN(const vision::Settings settings,
               LoadPreprocess(options.calibrate.preprocess, model.name()));
  OCTET_ASSIGN(BuildOptions build_options,
               MakeBuildOptions(options, model, settings));
  OCTET_RETURN_IF_ERROR(CheckBuildOptions(model, build_options));
  OCTET_RETURN_IF_ERROR(CheckLabelledData(options, model, settings, console));
  std::optional<Calibration> calibration;
  if (ReadsRanges(options)) {
    OCTET_ASSIGN(calibration,
                 GetRanges(options, model, build_options.preprocess, console));
  }
  if (options.precision == "fp16" && !calibration) {
    console.Warn(
        "no samples: values that leave the range of fp16 (65504) were not "
        "looked for; give --calib DATA");
  }
  VerdictRequest request = RequestOf(options);
  request.calibration = calibration ? &*calibration : nullptr;
  if (!options.calibrate.data.empty()) {
    request.settings = settings;
    OCTET_ASSIGN(request.samples,
                 OpenCalibrationSamples(model, options.calibrate, settings));
    build_options.samples = request.samples.get();
    build_options.threads = options.calibrate.threads;
  }
  OCTET_ASSIGN(
      Build build,
      BuildEngine(model, calibration ? &*calibration : nullptr, build_options));
  Status budgets;
  std::optional<SearchResult> found;
  if (options.search.active()) {
    OCTET_ASSIGN(found, RunSearch(model, build.plan,
                                  SearchRequestOf(options, request), console));
    OCTET_RETURN_IF_ERROR(
        Rebuild(model, calibration, found->plan, build_options, build));
    request.headline = Headline(options.search, *found);
    budgets = BudgetStatus(options.search, *found);
  }
  OCTET_RETURN_IF_ERROR(build.Save(options.output));
  if (!options.plan_out.empty()) {
    OCTET_RETURN_IF_ERROR(WriteFileAtomically(options.plan_out, build.plan));
  }
  if (calibration) SayIfNothingWasMeasured(options, build, console);
  PrintTried(build.tried, console);
  if (!options.report.empty()) console.result()["report"] = options.report;
  OCTET_ASSIGN(const VerdictFacts facts,
               GiveVerdict(model, build, build_options, request, console));
  if (!options.report.empty()) {
    OCTET_RETURN_IF_ERROR(Report(options, model, build, calibration, facts,
                                 request, found, console));
  }
  return budgets;
}

void AddPrecision(CLI::App& app, BuildArguments& options) {
  app.add_option("--precision", options.precision,
                 "int8, fp16 or bf16: where the rules allow it, fp32 "
                 "elsewhere; fp32: everything")
      ->check(OneOf({"int8", "fp16", "bf16", "fp32"}))
      ->capture_default_str()
      ->group("Precision");
  app.add_option("--keep", options.keep,
                 "PATTERN=fp32, =fp16 or =bf16: keep these nodes out of int8; "
                 "a name (it counts before a pattern), a glob like 'head.*', "
                 "type:OP or region:A..B")
      ->allow_extra_args(false)
      ->group("Precision");
  app.add_option("--require", options.require,
                 "PATTERN=int8: fail rather than do otherwise")
      ->allow_extra_args(false)
      ->group("Precision");
  app.add_option("--plan", options.plan,
                 "obey this plan, written by --plan-out and edited perhaps")
      ->group("Precision");
}

void AddOutput(CLI::App& app, BuildArguments& options) {
  app.add_option("-o,--output,--saveEngine", options.output,
                 "engine file to write")
      ->group("Output")
      ->check(NotEmpty())
      ->required();
  app.add_option("--save-ranges", options.save_ranges,
                 "also write the .calib file here")
      ->group("Output");
  app.add_option("--plan-out", options.plan_out, "also write the plan, JSON")
      ->group("Output");
  app.add_option("--report", options.report,
                 "also write what was found as a page, FILE.html, or as "
                 "FILE.json")
      ->group("Output");
  app.add_option("--timing-cache,--timingCacheFile", options.timing_cache,
                 "FILE with the fastest tactic of each int8 convolution on "
                 "this machine; what it lacks is timed and added")
      ->group("Output");
  app.add_flag("--no-timing", options.no_timing, "measure no latencies")
      ->group("Output");
  app.add_flag("--no-verdict", options.no_verdict,
               "do not compare with the float model")
      ->group("Output");
}

}  // namespace

std::function<Status(Console&)> AddBuild(CLI::App& app) {
  auto options = std::make_shared<BuildArguments>();
  options->model.Add(app);
  options->calibrate.Add(app, "--calib");
  app.add_option("--ranges", options->ranges,
                 "a .calib file, or TensorRT's calibration cache, instead of "
                 "calibrating")
      ->group("Calibration");
  AddPrecision(app, *options);
  options->search.Add(app);
  AddOutput(app, *options);
  options->trtexec.Add(app);
  return [options](Console& console) { return BuildIt(*options, console); };
}

}  // namespace octet::cli
