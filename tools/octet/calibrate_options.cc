#include "calibrate_options.h"

#include <charconv>
#include <filesystem>

#include "base/error.h"
#include "base/file.h"
#include "compile/calibrate/range_rule.h"
#include "compile/calibrate/tensorrt_cache.h"
#include "doctor/glance.h"
#include "interrupt.h"

namespace octet::cli {
namespace {

// The first samples of a longer list.
class FirstSamples : public SampleSource {
 public:
  FirstSamples(std::unique_ptr<SampleSource> all, int64_t limit)
      : all_(std::move(all)), size_(std::min(limit, all_->size())) {}
  int64_t size() const override { return size_; }
  Result<std::vector<Tensor>> Get(int64_t i) const override {
    return all_->Get(i);
  }
  std::string Name(int64_t i) const override { return all_->Name(i); }

 private:
  std::unique_ptr<SampleSource> all_;
  int64_t size_;
};

bool IsTensorRtCache(const std::string& path) {
  std::error_code ignored;  // a folder is none
  if (!std::filesystem::is_regular_file(path, ignored)) return false;
  const Result<MappedFile> file = MappedFile::Open(path);
  if (!file.ok()) return false;
  const auto bytes = file->bytes();
  return compile::IsTensorRtCache(
      {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

// The whole of `text` as a positive number; 0 if it is none.
int PositiveNumber(std::string_view text) {
  int n = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), n);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole && n > 0 ? n : 0;
}

// What can be told without another look at the samples.
void PointToDoctor(const ModelArguments& source,
                   const CalibrateArguments& arguments,
                   const SampleSource& samples, const Calibration& calibration,
                   Console& console) {
  if (!arguments.shard.empty()) return;
  const auto finding =
      doctor::GlanceAt(calibration.values(), calibration.samples(),
                       [&](int64_t i) { return samples.Name(i); });
  if (!finding) return;
  CommandLine doctor("doctor");
  source.Repeat(doctor);
  arguments.RepeatSamples(doctor, "--data");
  console.Warn("{}; {} says more", finding->found, doctor.Text());
}

}  // namespace

Result<ShardOption> ParseShard(std::string_view text) {
  const size_t slash = text.find('/');
  ShardOption option;
  if (slash != std::string_view::npos) {
    option.shard = PositiveNumber(text.substr(0, slash));
    option.shards = PositiveNumber(text.substr(slash + 1));
    if (option.shard > 0 && option.shard <= option.shards) return option;
  }
  return Usage("--shard '{}': expected i/N with i from 1 to N, e.g. 2/7", text);
}

Status CheckCalibrateArguments(const CalibrateArguments& arguments) {
  if (arguments.method != "auto") {
    const auto choice = compile::ParseRangeChoice(arguments.method);
    if (!choice.ok()) return choice.status();
  }
  if (arguments.limit < 0) {
    return Usage("--limit {}: expected a number of samples, 0 for all",
                 arguments.limit);
  }
  if (arguments.shard.empty()) return {};
  return ParseShard(arguments.shard).status();
}

void CalibrateArguments::AddSamples(CLI::App& app,
                                    const std::string& data_option) {
  app.add_option(data_option, data,
                 "samples: folder or list of images, .npy, .npz, folder of "
                 "such files")
      ->group("Calibration");
  app.add_option("--preprocess", preprocess,
                 "how a picture becomes the input: a preset (imagenet, yolov8, "
                 "...), FILE.toml, case.json, or raw for tensors as they are")
      ->group("Calibration");
  app.add_option("--limit", limit, "use the first N samples only; 0 = all")
      ->group("Calibration");
}

void CalibrateArguments::AddThreads(CLI::App& app) {
  app.add_option("--threads", threads, "threads; 0 = all")
      ->check(CLI::NonNegativeNumber)
      ->group("Calibration");
}

void CalibrateArguments::Add(CLI::App& app, const std::string& data_option) {
  AddSamples(app, data_option);
  AddThreads(app);
  app.add_option("--method", method,
                 "how ranges are chosen: mse, minmax, mean-minmax, entropy, "
                 "percentile[:P], moving-average, or auto (build tries "
                 "several)")
      ->capture_default_str()
      ->group("Calibration");
  app.add_option("--shard", shard,
                 "i/N: this run takes every Nth sample, from the ith on; octet "
                 "merge joins the files")
      ->group("Calibration");
  app.add_flag("--resume", resume,
               "go on where a stopped run with the same output ended")
      ->group("Calibration");
}

void CalibrateArguments::RepeatSamples(CommandLine& command,
                                       const std::string& data_option) const {
  command.Add(data_option, data).Add("--preprocess", preprocess);
  if (limit > 0) command.Add("--limit", fmt::format("{}", limit));
}

void CalibrateArguments::RepeatForBuild(CommandLine& command,
                                        const std::string& ranges) const {
  if (ranges.empty() && data.empty()) command.Add("--calib", "DATA");
  command.Add("--ranges", ranges);
  RepeatSamples(command, "--calib");
  if (ranges.empty()) command.Add("--shard", shard);
  if (method != CalibrateArguments().method) command.Add("--method", method);
}

Result<std::unique_ptr<SampleSource>> OpenCalibrationSamples(
    const Model& model, const CalibrateArguments& arguments,
    const vision::Settings& settings) {
  OCTET_ASSIGN(std::unique_ptr<SampleSource> samples,
               evaluate::OpenSamples(arguments.data, InputSpecs(model.inputs()),
                                     settings.preprocess));
  if (arguments.limit > 0) {
    samples =
        std::make_unique<FirstSamples>(std::move(samples), arguments.limit);
  }
  return samples;
}

Result<Calibration> RunCalibration(const Model& model,
                                   const ModelArguments& source,
                                   const CalibrateArguments& arguments,
                                   const std::string& partial_path,
                                   Console& console) {
  OCTET_RETURN_IF_ERROR(CheckCalibrateArguments(arguments));
  OCTET_ASSIGN(const vision::Settings settings,
               LoadPreprocess(arguments.preprocess, model.name()));
  OCTET_ASSIGN(const auto samples,
               OpenCalibrationSamples(model, arguments, settings));
  CalibrateOptions options;
  if (!arguments.shard.empty()) {
    OCTET_ASSIGN(const ShardOption shard, ParseShard(arguments.shard));
    options.shard = shard.shard;
    options.shards = shard.shards;
  }
  OCTET_ASSIGN(options.preprocess,
               RecordedPreprocess(settings, InputSpecs(model.inputs())));
  options.threads = arguments.threads;
  options.moving_average = arguments.method == "moving-average";
  options.partial_path = partial_path;
  options.resume = arguments.resume;
  options.progress = [&](int64_t done, int64_t all) {
    console.Progress("calibrating", done, all);
  };
  options.stop = InterruptGuard::Interrupted;
  const InterruptGuard guard;
  OCTET_ASSIGN(Calibration calibration,
               octet::Calibrate(model, *samples, options));
  for (const std::string& name : calibration.skipped()) {
    console.Warn("skipped {}: it cannot be read, or is no numbers", name);
  }
  PointToDoctor(source, arguments, *samples, calibration, console);
  return calibration;
}

void TakeCalibrationCache(CalibrateArguments& arguments, std::string& ranges) {
  if (!IsTensorRtCache(arguments.data)) return;
  if (ranges.empty()) ranges = arguments.data;
  arguments.data.clear();
}

Result<std::optional<Calibration>> GetCalibration(
    const Model& model, const ModelArguments& source,
    const CalibrateArguments& arguments, const std::string& ranges,
    const std::string& preprocess, const std::string& partial_path,
    Console& console) {
  std::optional<Calibration> calibration;
  if (IsTensorRtCache(ranges)) {
    OCTET_ASSIGN(calibration,
                 Calibration::FromTensorRtCache(model, ranges, preprocess));
  } else if (!ranges.empty()) {
    OCTET_ASSIGN(calibration, Calibration::Open(ranges));
  } else if (!arguments.data.empty() && !model.is_quantized()) {
    OCTET_ASSIGN(calibration, RunCalibration(model, source, arguments,
                                             partial_path, console));
  }
  return calibration;
}

}  // namespace octet::cli
