#include "report_measures.h"

#include "base/cpu.h"
#include "base/error.h"
#include "engine_options.h"
#include "evaluate/metrics/interval.h"
#include "side_by_side.h"

namespace octet::cli {
namespace {

// The worst values stand out on few samples.
constexpr int64_t kRankSamples = 4;

}  // namespace

report::EngineRow RowOf(const EngineCost& cost, const std::string& precision) {
  report::EngineRow row;
  row.precision = precision;
  row.file_bytes = cost.file_bytes;
  row.memory = cost.memory;
  if (cost.latency) {
    row.speed = report::Speed{cost.latency->min_ms, cost.latency->p50_ms,
                              cost.latency->p99_ms, 1e3 / cost.latency->mean_ms,
                              cost.latency->runs,
                              /*threads=*/1};
  }
  return row;
}

void AddAgreement(const evaluate::Agreement& agreement,
                  report::EngineRow& row) {
  row.sqnr_db = agreement.sqnr_db();
  if (agreement.kind() == evaluate::AnswerKind::kTensors) return;
  const evaluate::Interval interval =
      evaluate::WilsonInterval(agreement.equal(), agreement.answers());
  row.agreement = report::Score{agreement.share(), interval.low, interval.high,
                                agreement.answers()};
}

Result<MeasuredEngine> MeasureHalf(const Model& model, const Engine& f32,
                                   const Engine& like,
                                   const HalfRequest& request,
                                   Console& console) {
  OCTET_ASSIGN(const CpuLevel level, ChooseCpuLevel());
  const bool is_fp16 =
      level < CpuLevel::kAvx512Bf16 && request.calibration != nullptr;
  BuildOptions options;
  options.precision = is_fp16 ? "fp16" : "bf16";
  options.preprocess = like.preprocess();
  options.detect = like.detect();
  console.Note("building in {} to compare with", options.precision);
  OCTET_ASSIGN(
      const Build build,
      BuildEngine(model, is_fp16 ? request.calibration : nullptr, options));
  OCTET_ASSIGN(Engine engine, Engine::FromBytes(build.engine));
  OCTET_ASSIGN(SideBySide both,
               SideBySide::Create(f32, engine, request.settings));
  EngineCost cost;
  cost.file_bytes = int64_t(build.engine.size());
  cost.memory = both.built().memory();
  if (request.time) {
    OCTET_RETURN_IF_ERROR(AddTimes(both.built(), /*with_steps=*/false, cost));
  }
  MeasuredEngine half{std::move(engine), RowOf(cost, options.precision)};
  if (request.samples != nullptr) {
    OCTET_RETURN_IF_ERROR(both.Run(*request.samples, console));
    AddAgreement(both.agreement(), half.row);
  }
  return half;
}

Result<std::string> AddAccuracy(const DataArguments& labelled, int threads,
                                std::vector<MeasuredEngine>& engines,
                                Console& console) {
  // All have the preprocessing of the built one, which also records its
  // decoder.
  OCTET_ASSIGN(const vision::Settings settings,
               EngineSettings(engines.back().engine));
  OCTET_ASSIGN(const LabelledData data, OpenData(labelled, settings));
  std::string metric;
  for (MeasuredEngine& measured : engines) {
    OCTET_ASSIGN(Session session,
                 Session::Create(measured.engine, {.threads = threads}));
    OCTET_ASSIGN(const Score score,
                 Measure(data, session, console,
                         "accuracy of " + measured.row.precision));
    measured.row.accuracy = report::Score{score.value, score.interval.low,
                                          score.interval.high, score.samples};
    metric = score.metric;
  }
  return metric;
}

Result<std::vector<UnitSensitivity>> RankValues(const Model& model,
                                                const std::string& plan,
                                                const SampleSource& samples,
                                                int threads, Console& console) {
  SensitivityOptions options;
  options.samples = kRankSamples;
  options.nodes = false;
  options.gains = 0;
  options.threads = threads;
  options.progress = [&](std::string_view what, int64_t done, int64_t all) {
    console.Progress(fmt::format("ranking: {}", what), done, all);
  };
  OCTET_ASSIGN(Sensitivity ranked,
               MeasureSensitivity(model, plan, samples, options));
  return std::move(ranked.values);
}

}  // namespace octet::cli
