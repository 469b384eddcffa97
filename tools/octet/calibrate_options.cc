#include "calibrate_options.h"

#include <csignal>
#include <cstdio>

#include "base/error.h"

namespace octet::cli {
namespace {

volatile std::sig_atomic_t interrupted = 0;
void OnInterrupt(int) { interrupted = 1; }

// Makes Ctrl-C a question that the calibration asks, while it lives.
class InterruptGuard {
 public:
  InterruptGuard() : before_(std::signal(SIGINT, OnInterrupt)) {
    interrupted = 0;
  }
  ~InterruptGuard() { std::signal(SIGINT, before_); }
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

 private:
  void (*before_)(int);
};

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

Status ParseShard(const std::string& text, CalibrateOptions& options) {
  if (text.empty()) return {};
  char end = 0;
  if (std::sscanf(text.c_str(), "%d/%d%c", &options.shard, &options.shards,
                  &end) != 2 ||
      options.shard < 1 || options.shard > options.shards) {
    return Usage("--shard '{}': expected i/N with i from 1 to N, e.g. 2/7",
                 text);
  }
  return {};
}

}  // namespace

void CalibrateArguments::Add(CLI::App& app, const std::string& data_option) {
  app.add_option(data_option, data,
                 "samples: folder of images, list, .npy, .npz, folder of them")
      ->group("Calibration");
  app.add_option("--preprocess", preprocess,
                 "preset (imagenet, yolov8, ...), FILE.toml, case.json or raw")
      ->group("Calibration");
  app.add_option("--shard", shard, "this run's share, i/N")
      ->group("Calibration");
  app.add_option("--method", method,
                 "minmax, mean-minmax, entropy, percentile[:P], mse, "
                 "moving-average")
      ->group("Calibration");
  app.add_option("--limit", limit, "use the first N samples only")
      ->group("Calibration");
  app.add_option("--threads", threads, "threads; 0 = all")
      ->group("Calibration");
  app.add_flag("--resume", resume, "go on where a stopped run ended")
      ->group("Calibration");
}

Result<std::unique_ptr<SampleSource>> OpenCalibrationSamples(
    const Model& model, const CalibrateArguments& arguments,
    const vision::Settings& settings) {
  OCTET_ASSIGN(std::unique_ptr<SampleSource> samples,
               evaluate::OpenSamples(arguments.data, InputSpecs(model.inputs()),
                                     settings.preprocess));
  if (arguments.limit < 0) {
    return Usage("--limit {}: expected a number of samples, 0 for all",
                 arguments.limit);
  }
  if (arguments.limit > 0) {
    samples =
        std::make_unique<FirstSamples>(std::move(samples), arguments.limit);
  }
  return samples;
}

Result<Calibration> RunCalibration(const Model& model,
                                   const CalibrateArguments& arguments,
                                   const std::string& partial_path,
                                   Console& console) {
  OCTET_ASSIGN(const vision::Settings settings,
               LoadPreprocess(arguments.preprocess, model.name()));
  OCTET_ASSIGN(const auto samples,
               OpenCalibrationSamples(model, arguments, settings));
  CalibrateOptions options;
  OCTET_RETURN_IF_ERROR(ParseShard(arguments.shard, options));
  OCTET_ASSIGN(options.preprocess,
               RecordedPreprocess(settings, InputSpecs(model.inputs())));
  options.threads = arguments.threads;
  options.moving_average = arguments.method == "moving-average";
  options.partial_path = partial_path;
  options.resume = arguments.resume;
  options.progress = [&](int64_t done, int64_t all) {
    console.Progress("calibrating", done, all);
  };
  options.stop = [] { return interrupted != 0; };
  const InterruptGuard guard;
  OCTET_ASSIGN(Calibration calibration,
               octet::Calibrate(model, *samples, options));
  for (const std::string& name : calibration.skipped()) {
    console.Warn("skipped {}: it cannot be read", name);
  }
  return calibration;
}

}  // namespace octet::cli
