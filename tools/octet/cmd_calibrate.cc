// octet calibrate: watches a model's values over samples.
#include "base/error.h"
#include "base/file.h"
#include "calibrate_options.h"
#include "command.h"
#include "output_check.h"
#include "usage.h"

namespace octet::cli {
namespace {

struct CalibrateCommand {
  ModelArguments model;
  CalibrateArguments calibrate;
  std::string output, tensorrt_cache;
};

// Where a stopped calibration is kept to be resumed.
std::string PartialPath(const CalibrateCommand& options) {
  return options.output + ".part";
}

// The command that takes what was calibrated here.
std::string Next(const CalibrateCommand& options) {
  if (!options.calibrate.shard.empty()) {
    return CommandLine("merge")
        .Add(options.output)
        .Add("OTHER_SHARDS")
        .Add("-o", "merged.calib")
        .Text();
  }
  CommandLine build("build");
  options.model.Repeat(build);
  options.calibrate.RepeatForBuild(build, options.output);
  return build.Add("-o", "model.octet").Text();
}

Status Calibrate(const CalibrateCommand& options, Console& console) {
  OCTET_RETURN_IF_ERROR(CheckCalibrateArguments(options.calibrate));
  OCTET_RETURN_IF_ERROR(CheckOutputs(
      {options.output, PartialPath(options), options.tensorrt_cache},
      {options.calibrate.data}, options.model.path));
  OCTET_ASSIGN(const Model model, options.model.Open());
  OCTET_ASSIGN(const Calibration calibration,
               RunCalibration(model, options.model, options.calibrate,
                              PartialPath(options), console));
  OCTET_RETURN_IF_ERROR(calibration.Save(options.output));
  if (!options.tensorrt_cache.empty()) {
    OCTET_ASSIGN(const std::string cache,
                 calibration.ToTensorRtCache(options.calibrate.method));
    OCTET_RETURN_IF_ERROR(WriteFileAtomically(options.tensorrt_cache, cache));
  }
  console.result()["samples"] = calibration.samples();
  console.result()["fingerprint"] =
      fmt::format("{:016x}", calibration.fingerprint());
  console.result()["skipped"] = calibration.skipped();
  console.result()["values"] = calibration.values().size();
  console.Verdict(
      fmt::format("calibrated with {} samples: {}", calibration.samples(),
                  options.output),
      fmt::format("{} values observed, {} samples skipped",
                  calibration.values().size(), calibration.skipped().size()),
      Next(options));
  return {};
}

}  // namespace

std::function<Status(Console&)> AddCalibrate(CLI::App& app) {
  auto options = std::make_shared<CalibrateCommand>();
  options->model.Add(app);
  options->calibrate.Add(app, "--data");
  app.get_option("--data")->required();
  app.add_option("-o,--output", options->output, "the .calib file to write")
      ->group("Output")
      ->check(NotEmpty())
      ->required();
  app.add_option("--tensorrt-cache", options->tensorrt_cache,
                 "also write the ranges of --method as TensorRT's calibration "
                 "cache")
      ->group("Output");
  return [options](Console& console) { return Calibrate(*options, console); };
}

}  // namespace octet::cli
