// octet calibrate: watches a model's values over samples.
#include "base/error.h"
#include "calibrate_options.h"
#include "command.h"

namespace octet::cli {
namespace {

struct Options {
  ModelArguments model;
  CalibrateArguments calibrate;
  std::string output;
};

Status Calibrate(const Options& options, Console& console) {
  OCTET_ASSIGN(const Model model, options.model.Open());
  OCTET_ASSIGN(const Calibration calibration,
               RunCalibration(model, options.calibrate,
                              options.output + ".part", console));
  OCTET_RETURN_IF_ERROR(calibration.Save(options.output));
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
      fmt::format("octet build {} --ranges {} -o model.octet",
                  options.model.path, options.output));
  return {};
}

}  // namespace

std::function<Status(Console&)> AddCalibrate(CLI::App& app) {
  auto options = std::make_shared<Options>();
  options->model.Add(app);
  options->calibrate.Add(app, "--data");
  app.get_option("--data")->required();
  app.add_option("-o,--output", options->output, "the .calib file to write")
      ->required();
  return [options](Console& console) { return Calibrate(*options, console); };
}

}  // namespace octet::cli
