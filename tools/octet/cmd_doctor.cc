// octet doctor: is this calibration set any good?
#include <algorithm>

#include "base/error.h"
#include "calibrate_options.h"
#include "command.h"
#include "detector.h"
#include "doctor/doctor.h"
#include "vision/preprocess_text.h"

namespace octet::cli {
namespace {

struct DoctorArguments {
  ModelArguments model;
  CalibrateArguments samples;  // data, preprocess, limit and threads only
  std::string ranges, evaluation;
};

std::string_view Name(doctor::Severity severity) {
  return severity == doctor::Severity::kError ? "error" : "warning";
}

// Of the .calib file; empty without one.
Result<std::vector<ObservedRange>> CalibratedRanges(
    const DoctorArguments& options, const Model& model,
    const vision::Settings& settings) {
  if (options.ranges.empty()) return std::vector<ObservedRange>();
  OCTET_ASSIGN(const Calibration calibration,
               Calibration::Open(options.ranges));
  OCTET_ASSIGN(const std::string preprocess,
               RecordedPreprocess(settings, InputSpecs(model.inputs())));
  if (calibration.preprocess() != preprocess) {
    return BadInput(
        "{} was made with other preprocessing:\n  calibrated: {}\n  asked:     "
        " "
        "{}\ngive what was calibrated, or calibrate again",
        options.ranges, calibration.preprocess(), preprocess);
  }
  return calibration.values();
}

// The range of the value in the middle, with 1, 2, 4, ... samples.
void PrintCurve(const std::vector<doctor::SaturationCurve>& curves,
                Console& console) {
  if (curves.empty()) return;
  std::vector<const doctor::SaturationCurve*> sorted;
  for (const auto& curve : curves) sorted.push_back(&curve);
  std::ranges::stable_sort(sorted, {}, &doctor::SaturationCurve::growth);
  std::string counts, widths;
  for (const auto& [samples, width] : sorted[sorted.size() / 2]->points) {
    counts += fmt::format("{:>6}", samples);
    widths += fmt::format("{:>5.0f}%", 100 * width);
  }
  console.Print("  samples          {}", counts);
  console.Print("  range, median    {}", widths);
}

void ReportCurves(const std::vector<doctor::SaturationCurve>& curves,
                  Console& console) {
  nlohmann::json rows = nlohmann::json::array();
  for (const doctor::SaturationCurve& curve : curves) {
    nlohmann::json points = nlohmann::json::array();
    for (const auto& [samples, width] : curve.points) {
      points.push_back({{"samples", samples}, {"width", width}});
    }
    rows.push_back({{"value", curve.value},
                    {"growth", curve.growth},
                    {"escape", curve.escape},
                    {"points", points}});
  }
  console.result()["saturation"] = rows;
}

void ReportFinding(const doctor::Finding& finding, Console& console) {
  console.Print("{}: {} [{}]", Name(finding.severity), finding.found,
                finding.kind);
  console.Print("    {}", finding.evidence);
  console.Print("    do: {}", finding.advice);
  nlohmann::json numbers = nlohmann::json::object();
  for (const auto& [name, number] : finding.numbers) numbers[name] = number;
  console.result()["findings"].push_back({{"kind", finding.kind},
                                          {"severity", Name(finding.severity)},
                                          {"found", finding.found},
                                          {"evidence", finding.evidence},
                                          {"advice", finding.advice},
                                          {"numbers", numbers},
                                          {"names", finding.names}});
}

// A good set is calibrated on, or built with where that is done.
std::string NextOfGoodSet(const DoctorArguments& options) {
  if (options.ranges.empty()) {
    CommandLine calibrate("calibrate");
    options.model.Repeat(calibrate);
    options.samples.RepeatSamples(calibrate, "--data");
    return calibrate.Add("-o", "model.calib").Text();
  }
  CommandLine build("build");
  options.model.Repeat(build);
  options.samples.RepeatForBuild(build, options.ranges);
  return build.Add("-o", "model.octet").Text();
}

void Report(const DoctorArguments& options, const doctor::Diagnosis& diagnosis,
            Console& console) {
  console.result()["samples"] = diagnosis.samples;
  console.result()["usable"] = diagnosis.usable;
  console.result()["evaluation_samples"] = diagnosis.evaluation;
  console.result()["findings"] = nlohmann::json::array();
  ReportCurves(diagnosis.curves, console);
  PrintCurve(diagnosis.curves, console);
  std::string kinds;
  for (const doctor::Finding& finding : diagnosis.findings) {
    ReportFinding(finding, console);
    kinds += (kinds.empty() ? "" : ", ") + finding.kind;
  }
  if (diagnosis.findings.empty()) {
    console.Verdict(
        fmt::format("no fault found in {} samples", diagnosis.samples), "",
        NextOfGoodSet(options));
    return;
  }
  console.Verdict(
      fmt::format("{} found in {} samples: {}",
                  diagnosis.findings.size() == 1 ? "one fault" : "faults",
                  diagnosis.samples, kinds),
      diagnosis.findings[0].found, diagnosis.findings[0].advice);
}

Status Doctor(const DoctorArguments& options, Console& console) {
  OCTET_RETURN_IF_ERROR(CheckCalibrateArguments(options.samples));
  OCTET_ASSIGN(const Model model, options.model.Open());
  OCTET_ASSIGN(const vision::Settings settings,
               LoadPreprocess(options.samples.preprocess, model.name()));
  OCTET_ASSIGN(const auto samples,
               OpenCalibrationSamples(model, options.samples, settings));
  OCTET_ASSIGN(const std::vector<ObservedRange> calibrated,
               CalibratedRanges(options, model, settings));
  std::unique_ptr<SampleSource> evaluation;
  if (!options.evaluation.empty()) {
    OCTET_ASSIGN(evaluation, evaluate::OpenSamples(options.evaluation,
                                                   InputSpecs(model.inputs()),
                                                   settings.preprocess));
  }
  BuildOptions in_float;
  in_float.precision = "fp32";
  OCTET_ASSIGN(const Build build, BuildEngine(model, nullptr, in_float));
  OCTET_ASSIGN(const Engine engine, Engine::FromBytes(build.engine));
  doctor::Request request;
  request.samples = samples.get();
  request.evaluation = evaluation.get();
  request.engine = &engine;
  request.calibrated = calibrated;
  request.settings = settings;
  const Result<vision::DetectSpec> detect =
      DetectSpecFor(settings, engine.inputs(), engine.outputs());
  if (detect.ok()) request.detect = *detect;
  request.threads = options.samples.threads;
  request.progress = [&](const std::string& what, int64_t done, int64_t all) {
    console.Progress(what, done, all);
  };
  OCTET_ASSIGN(const doctor::Diagnosis diagnosis, doctor::Examine(request));
  Report(options, diagnosis, console);
  return {};
}

}  // namespace

std::function<Status(Console&)> AddDoctor(CLI::App& app) {
  auto options = std::make_shared<DoctorArguments>();
  options->model.Add(app);
  options->samples.AddSamples(app, "--data");
  options->samples.AddThreads(app);
  app.get_option("--data")->required();
  app.add_option("--ranges", options->ranges,
                 "a .calib file: is it of these samples?")
      ->group("Calibration");
  app.add_option("--eval-data", options->evaluation,
                 "what the model will be measured on, in a form that --data "
                 "takes: is its light in the samples too?")
      ->group("Calibration");
  return [options](Console& console) { return Doctor(*options, console); };
}

}  // namespace octet::cli
