// octet advise: precision, calibrator, protection and batch for this model on
// this machine, each with its measurement.
#include <algorithm>
#include <cstring>
#include <map>

#include "advice.h"
#include "base/error.h"
#include "calibrate_options.h"
#include "command.h"
#include "side_by_side.h"
#include "timing.h"
#include "usage.h"

namespace octet::cli {
namespace {

constexpr double kMostTimingSeconds = 3600;

struct AdviseArguments {
  ModelArguments model;
  CalibrateArguments samples;
  std::string use;
  int64_t batch = 8;
  double seconds = 0.5;
};

// One sample of the numbers that `bench` runs on: enough for ranges that only
// latencies are measured with.
class RandomSample : public SampleSource {
 public:
  static Result<RandomSample> For(const Engine& engine) {
    OCTET_ASSIGN(Session session, Session::Create(engine));
    FillRandom(session);
    RandomSample sample;
    for (size_t i = 0; i < session.inputs().size(); ++i) {
      const ValueInfo& input = session.inputs()[i];
      Tensor tensor(input.dtype, input.shape);
      std::memcpy(tensor.raw(), session.input(int(i)).data(),
                  size_t(tensor.bytes()));
      sample.inputs_.push_back(std::move(tensor));
    }
    return sample;
  }
  int64_t size() const override { return 1; }
  Result<std::vector<Tensor>> Get(int64_t) const override { return inputs_; }
  std::string Name(int64_t) const override { return "random numbers"; }

 private:
  std::vector<Tensor> inputs_;
};

Result<Build> BuildFloat(const Model& model) {
  BuildOptions options;
  options.precision = "fp32";
  return BuildEngine(model, nullptr, options);
}

class Measuring {
 public:
  Measuring(const AdviseArguments& options, Console& console)
      : options_(options), console_(console) {}

  Result<Measurements> Run() {
    OCTET_ASSIGN(m_.machine, MeasureMachine());
    OCTET_ASSIGN(const Model model, options_.model.Open());
    OCTET_ASSIGN(const Build float_build, BuildFloat(model));
    OCTET_ASSIGN(const Engine f32, Engine::FromBytes(float_build.engine));
    OCTET_ASSIGN(const Build build, BuildInt8(model, f32));
    OCTET_ASSIGN(const Engine int8, Engine::FromBytes(build.engine));
    m_.tried = build.tried;
    m_.is_quantized = model.is_quantized();
    CountKept(int8);
    OCTET_RETURN_IF_ERROR(Time(f32, int8));
    OCTET_RETURN_IF_ERROR(TimeBatch(model, build));
    OCTET_RETURN_IF_ERROR(Agree(model, f32, int8));
    OCTET_RETURN_IF_ERROR(MeasureHalves(model, f32));
    return std::move(m_);
  }

 private:
  bool has_samples() const { return !options_.samples.data.empty(); }

  Result<Build> BuildInt8(const Model& model, const Engine& f32) {
    BuildOptions build;
    if (model.is_quantized()) return BuildEngine(model, nullptr, build);
    if (!has_samples()) {
      OCTET_ASSIGN(const RandomSample sample, RandomSample::For(f32));
      OCTET_ASSIGN(const Calibration calibration, Calibrate(model, sample));
      return BuildEngine(model, &calibration, build);
    }
    OCTET_ASSIGN(
        const Calibration calibration,
        RunCalibration(model, options_.model, options_.samples, "", console_));
    OCTET_ASSIGN(const auto samples, OpenSamples(model));
    build.range_rule = "auto";
    build.samples = samples.get();
    build.threads = options_.samples.threads;
    build.preprocess = preprocess_ = calibration.preprocess();
    calibration_ = calibration;
    return BuildEngine(model, &calibration, build);
  }

  Result<std::unique_ptr<SampleSource>> OpenSamples(const Model& model) {
    OCTET_ASSIGN(settings_,
                 LoadPreprocess(options_.samples.preprocess, model.name()));
    return OpenCalibrationSamples(model, options_.samples, settings_);
  }

  void CountKept(const Engine& int8) {
    std::map<std::string, int> kept;
    uint64_t macs = 0, in_int8 = 0;
    for (const NodeNote& note : int8.notes()) {
      macs += note.macs;
      if (note.precision == "int8") {
        in_int8 += note.macs;
      } else {
        ++kept[note.reason];
      }
    }
    m_.int8_share = macs > 0 ? double(in_int8) / double(macs) : 0;
    m_.kept.assign(kept.begin(), kept.end());
  }

  void CountSteps(const Session& session) {
    uint64_t macs = 0, depthwise = 0;
    for (const StepInfo& step : session.steps()) {
      macs += step.macs;
      if (step.kernel.starts_with("depthwise")) depthwise += step.macs;
      if (step.kernel.starts_with("softmax")) ++m_.structure.softmaxes;
      if (step.kernel.starts_with("layer_norm")) ++m_.structure.layer_norms;
      if (step.kernel.starts_with("gather")) ++m_.structure.gathers;
      ++m_.structure.steps;
    }
    m_.structure.depthwise_share =
        macs > 0 ? double(depthwise) / double(macs) : 0;
  }

  static int64_t BytesOf(const Session& session) {
    const MemoryUse memory = session.memory();
    return memory.weight_bytes + memory.session_bytes();
  }

  Result<Timing> TimeBoth(const Engine& f32, const Engine& int8,
                          const SessionOptions& session_options) {
    OCTET_ASSIGN(Session a, Session::Create(f32, session_options));
    OCTET_ASSIGN(Session b, Session::Create(int8, session_options));
    FillRandom(a);
    FillRandom(b);
    Timing timing;
    timing.threads = a.threads();
    OCTET_ASSIGN(timing.f32, TimeRuns(a, options_.seconds));
    OCTET_ASSIGN(timing.int8, TimeRuns(b, options_.seconds));
    if (timing.threads == 1 && m_.structure.steps == 0) {
      CountSteps(a);
      m_.f32_bytes = BytesOf(a);
      m_.int8_bytes = BytesOf(b);
    }
    return timing;
  }

  Status Time(const Engine& f32, const Engine& int8) {
    OCTET_ASSIGN(m_.one, TimeBoth(f32, int8, {}));
    if (m_.machine.threads < 2) return {};
    SessionOptions all;
    all.threads = 0;
    OCTET_ASSIGN(m_.threaded, TimeBoth(f32, int8, all));
    return {};
  }

  // The same model for several samples at once, if it can be had.
  Status TimeBatch(const Model& model, const Build& build) {
    // The whole shapes of all inputs: what --shapes said is among them.
    ModelArguments arguments = {options_.model.path, {}};
    const ValueInfo* without = nullptr;
    for (const ValueInfo& input : model.inputs()) {
      if (input.shape.rank() == 0 || input.shape[0] != 1) without = &input;
      if (input.shape.rank() == 0) continue;
      std::string shape = fmt::format("{}:{}", input.name, options_.batch);
      for (int d = 1; d < input.shape.rank(); ++d) {
        shape += fmt::format("x{}", input.shape[d]);
      }
      arguments.shapes.push_back(shape);
    }
    const Result<Model> batched = arguments.Open();
    if (without != nullptr) {
      const std::string shape = without->shape.ToString();
      m_.fixed_batch =
          batched.ok()
              ? fmt::format(
                    "--shapes gives input '{}' the shape {}; leave its "
                    "batch at 1 to have others tried",
                    without->name, shape)
              : fmt::format("input '{}' of shape {} has no batch",
                            without->name, shape);
      return {};
    }
    if (!batched.ok()) {
      m_.fixed_batch = fmt::format("the model's batch is fixed at 1 (input {})",
                                   model.inputs()[0].shape.ToString());
      return {};
    }
    OCTET_ASSIGN(const Build float_build, BuildFloat(*batched));
    BuildOptions options;
    // Ranges do not depend on the batch.
    if (!model.is_quantized()) options.plan = build.plan;
    OCTET_ASSIGN(const Build int8_build,
                 BuildEngine(*batched, nullptr, options));
    OCTET_ASSIGN(const Engine f32, Engine::FromBytes(float_build.engine));
    OCTET_ASSIGN(const Engine int8, Engine::FromBytes(int8_build.engine));
    OCTET_ASSIGN(m_.batched, TimeBoth(f32, int8, {}));
    m_.batched->batch = options_.batch;
    return {};
  }

  Status Agree(const Model& model, const Engine& f32, const Engine& int8) {
    if (!has_samples()) return {};
    OCTET_ASSIGN(m_.agreed, AgreedOf(model, f32, int8));
    return {};
  }

  // The whole model in 16 bits; what may help is compared with float too.
  Status MeasureHalves(const Model& model, const Engine& f32) {
    for (const char* name : {"fp16", "bf16"}) {
      BuildOptions options;
      options.precision = name;
      options.preprocess = preprocess_;
      OCTET_ASSIGN(
          const Build build,
          BuildEngine(model, calibration_ ? &*calibration_ : nullptr, options));
      OCTET_ASSIGN(const Engine engine, Engine::FromBytes(build.engine));
      OCTET_ASSIGN(Session session, Session::Create(engine));
      FillRandom(session);
      HalfMeasured half;
      half.name = name;
      half.bytes = BytesOf(session);
      OCTET_ASSIGN(half.latency, TimeRuns(session, options_.seconds));
      if (has_samples() && MayHelp(*FindUse(options_.use), m_, half)) {
        OCTET_ASSIGN(half.agreed, AgreedOf(model, f32, engine));
      }
      m_.halves.push_back(std::move(half));
    }
    return {};
  }

  Result<Agreed> AgreedOf(const Model& model, const Engine& f32,
                          const Engine& engine) {
    OCTET_ASSIGN(const auto samples, OpenSamples(model));
    OCTET_ASSIGN(SideBySide both, SideBySide::Create(f32, engine, settings_));
    OCTET_RETURN_IF_ERROR(both.Run(*samples, console_));
    const evaluate::Agreement& agreement = both.agreement();
    Agreed agreed;
    agreed.words = DescribeAgreement(agreement);
    agreed.is_share = agreement.kind() != evaluate::AnswerKind::kTensors;
    agreed.share = agreement.share();
    agreed.sqnr_db = agreement.sqnr_db();
    agreed.samples = agreement.samples();
    return agreed;
  }

  const AdviseArguments& options_;
  Console& console_;
  vision::Settings settings_;
  std::optional<Calibration> calibration_;  // of samples
  std::string preprocess_;                  // of these
  Measurements m_;
};

nlohmann::json ToJson(const Timing& timing) {
  return {{"batch", timing.batch},
          {"threads", timing.threads},
          {"f32_p50_ms", timing.f32.p50_ms},
          {"f32_p99_ms", timing.f32.p99_ms},
          {"int8_p50_ms", timing.int8.p50_ms},
          {"int8_p99_ms", timing.int8.p99_ms}};
}

void ReportMeasurements(const Measurements& m, Console& console) {
  nlohmann::json timings = {ToJson(m.one)};
  if (m.threaded) timings.push_back(ToJson(*m.threaded));
  if (m.batched) timings.push_back(ToJson(*m.batched));
  nlohmann::json& result = console.result();
  result["machine"] = {{"cpu", m.machine.cpu},
                       {"level", Name(m.machine.level)},
                       {"threads", m.machine.threads},
                       {"int8_gops", m.machine.int8_gops},
                       {"f32_gflops", m.machine.f32_gflops}};
  result["timings"] = timings;
  result["bytes"] = {{"f32", m.f32_bytes}, {"int8", m.int8_bytes}};
  result["int8_mac_share"] = m.int8_share;
  result["structure"] = {{"depthwise_share", m.structure.depthwise_share},
                         {"softmaxes", m.structure.softmaxes},
                         {"layer_norms", m.structure.layer_norms},
                         {"gathers", m.structure.gathers}};
  if (m.agreed) {
    result["agreement"] = {{"samples", m.agreed->samples},
                           {"share", m.agreed->share},
                           {"sqnr_db", m.agreed->sqnr_db}};
  }
}

std::string NextCommand(const AdviseArguments& options, bool is_quantized,
                        const std::string& precision) {
  CommandLine build("build");
  options.model.Repeat(build);
  if (precision != "int8") {
    build.Add("--precision", precision);
  } else if (is_quantized) {
    options.samples.RepeatSamples(build, "--calib");
  } else {
    options.samples.RepeatForBuild(build, "");
    build.Add("--method", "auto");
  }
  return build.Add("-o", "model.octet").Text();
}

Status GiveAdvice(const AdviseArguments& options, Console& console) {
  // False for NaN too.
  if (!(options.seconds >= 0 && options.seconds <= kMostTimingSeconds)) {
    return Usage("--seconds {}: expected a number from 0 to {}",
                 options.seconds, kMostTimingSeconds);
  }
  OCTET_RETURN_IF_ERROR(CheckCalibrateArguments(options.samples));
  const Use& use = *FindUse(options.use);
  OCTET_ASSIGN(const Measurements m, Measuring(options, console).Run());
  console.Print("{} for {}: {}", options.model.path, use.name, use.words);
  nlohmann::json lines = nlohmann::json::array();
  for (const Advice& line : Advise(use, m)) {
    console.Print("  {:<11} {}", line.topic, line.advice);
    console.Print("  {:<11} because: {}", "", line.evidence);
    lines.push_back({{"topic", line.topic},
                     {"advice", line.advice},
                     {"evidence", line.evidence}});
  }
  const HalfMeasured* half = AdvisedHalf(use, m);
  const std::string precision = AdvisesInt8(use, m) ? "int8"
                                : half != nullptr   ? half->name
                                                    : "fp32";
  console.result()["for"] = use.name;
  console.result()["advice"] = lines;
  console.result()["precision"] = precision;
  ReportMeasurements(m, console);
  console.Verdict(
      fmt::format("{} for {}", precision, use.name),
      fmt::format("fp32 {:.3f} ms, int8 {:.3f} ms{}", m.one.f32.p50_ms,
                  m.one.int8.p50_ms,
                  m.agreed ? ", " + m.agreed->words
                           : std::string(", accuracy not measured")),
      NextCommand(options, m.is_quantized, precision));
  return {};
}

}  // namespace

std::function<Status(Console&)> AddAdvise(CLI::App& app) {
  auto options = std::make_shared<AdviseArguments>();
  options->model.Add(app);
  std::vector<std::string> names;
  for (const Use& use : Uses()) names.emplace_back(use.name);
  app.add_option("--for", options->use,
                 "what the model is for: video, edge, recommend, medical, "
                 "language or speech")
      ->check(OneOf(names))
      ->required();
  options->samples.AddSamples(app, "--calib");
  options->samples.AddThreads(app);
  app.add_option("--batch", options->batch,
                 "samples at once that are tried against one")
      ->check(CLI::Range(2, 1024))
      ->capture_default_str();
  app.add_option("--seconds", options->seconds, "how long to run each")
      ->capture_default_str();
  return [options](Console& console) { return GiveAdvice(*options, console); };
}

}  // namespace octet::cli
