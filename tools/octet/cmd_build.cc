// octet build: model and samples in, a verified INT8 engine out.
#include <fstream>

#include "base/error.h"
#include "base/file.h"
#include "calibrate_options.h"
#include "command.h"
#include "verdict.h"

namespace octet::cli {
namespace {

constexpr size_t kMostPlanBytes = size_t(1) << 28;

struct Options {
  ModelArguments model;
  CalibrateArguments calibrate;
  std::string output, ranges, plan, plan_out, save_ranges;
  std::string precision = "int8";
  std::vector<std::string> keep, require;
  bool no_timing = false;
  bool no_verdict = false;
};

Result<std::optional<Calibration>> GetRanges(const Options& options,
                                             const Model& model,
                                             Console& console) {
  std::optional<Calibration> calibration;
  if (!options.ranges.empty()) {
    OCTET_ASSIGN(calibration, Calibration::Open(options.ranges));
  } else if (!options.calibrate.data.empty() && !model.is_quantized()) {
    OCTET_ASSIGN(calibration,
                 RunCalibration(model, options.calibrate,
                                options.output + ".calib.part", console));
  }
  if (calibration && !options.save_ranges.empty()) {
    OCTET_RETURN_IF_ERROR(calibration->Save(options.save_ranges));
  }
  return calibration;
}

Result<BuildOptions> MakeBuildOptions(const Options& options,
                                      const Model& model) {
  BuildOptions build;
  build.int8 = options.precision != "fp32";
  build.range_rule = options.calibrate.method;
  build.keep = options.keep;
  build.require = options.require;
  if (!options.plan.empty()) {
    OCTET_ASSIGN(build.plan, ReadTextFile(options.plan, kMostPlanBytes));
    build.plan_source = options.plan;
  }
  OCTET_ASSIGN(const vision::Settings settings,
               LoadPreprocess(options.calibrate.preprocess, model.name()));
  OCTET_ASSIGN(build.preprocess,
               RecordedPreprocess(settings, InputSpecs(model.inputs())));
  if (settings.detect) build.detect = vision::ToText(*settings.detect);
  return build;
}

Status BuildIt(const Options& options, Console& console) {
  OCTET_ASSIGN(const Model model, options.model.Open());
  OCTET_ASSIGN(const BuildOptions build_options,
               MakeBuildOptions(options, model));
  std::optional<Calibration> calibration;
  if (build_options.int8) {
    OCTET_ASSIGN(calibration, GetRanges(options, model, console));
  }
  OCTET_ASSIGN(
      const Build build,
      BuildEngine(model, calibration ? &*calibration : nullptr, build_options));
  OCTET_RETURN_IF_ERROR(build.Save(options.output));
  if (!options.plan_out.empty()) {
    OCTET_RETURN_IF_ERROR(WriteFileAtomically(options.plan_out, build.plan));
  }
  VerdictRequest request;
  request.engine_path = options.output;
  request.measure = !options.no_verdict;
  request.time = !options.no_timing;
  if (request.measure && !options.calibrate.data.empty()) {
    OCTET_ASSIGN(const vision::Settings settings,
                 LoadPreprocess(options.calibrate.preprocess, model.name()));
    request.settings = settings;
    OCTET_ASSIGN(request.samples,
                 OpenCalibrationSamples(model, options.calibrate, settings));
  }
  return GiveVerdict(model, build, build_options, request, console);
}

}  // namespace

std::function<Status(Console&)> AddBuild(CLI::App& app) {
  auto options = std::make_shared<Options>();
  options->model.Add(app);
  options->calibrate.Add(app, "--calib");
  app.add_option("-o,--output,--saveEngine", options->output,
                 "engine file to write")
      ->required();
  app.add_option("--ranges", options->ranges,
                 "use this .calib file instead of calibrating")
      ->group("Calibration");
  app.add_option("--save-ranges", options->save_ranges,
                 "also write the .calib file here")
      ->group("Calibration");
  app.add_option("--precision", options->precision, "int8 or fp32")
      ->check(CLI::IsMember({"int8", "fp32"}))
      ->group("Precision");
  app.add_flag_callback(
         "--int8", [options] { options->precision = "int8"; },
         "the same as --precision int8")
      ->group("Precision");
  app.add_option("--keep", options->keep,
                 "PATTERN=fp32: keep these nodes out of int8 (name, glob, "
                 "type:OP, region:A..B)")
      ->group("Precision");
  app.add_option("--require", options->require,
                 "PATTERN=int8: fail rather than do otherwise")
      ->group("Precision");
  app.add_option("--plan", options->plan, "obey this plan")->group("Precision");
  app.add_option("--plan-out", options->plan_out, "write the plan, JSON")
      ->group("Precision");
  app.add_flag("--no-timing", options->no_timing,
               "choose kernels by heuristic and time nothing")
      ->group("Output");
  app.add_flag("--no-verdict", options->no_verdict,
               "do not compare with the float model")
      ->group("Output");
  return [options](Console& console) { return BuildIt(*options, console); };
}

}  // namespace octet::cli
