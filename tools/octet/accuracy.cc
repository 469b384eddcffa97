#include "accuracy.h"

#include <array>

#include "base/error.h"
#include "base/nearest.h"
#include "detector.h"
#include "evaluate/evaluate.h"
#include "interrupt.h"
#include "vision/preprocess_text.h"

namespace octet::cli {
namespace {

constexpr int kBootstrapRounds = 200;
constexpr uint64_t kBootstrapSeed = 1;
constexpr std::array<std::string_view, 4> kMetrics = {"top1", "top5",
                                                      "map50_95", "map50"};

// Average precision wants every box, not only the likely ones. A case says
// itself from which score on.
constexpr double kEveryBox = 0.001;

Result<vision::DetectSpec> BoundSpec(const LabelledData& data,
                                     const Session& session) {
  OCTET_ASSIGN(
      vision::DetectSpec spec,
      DetectSpecFor(data.settings, session.inputs(), session.outputs()));
  if (!data.from_case) {
    spec.score_threshold = std::min(spec.score_threshold, kEveryBox);
  }
  return spec;
}

Result<Score> MeasureDetection(const LabelledData& data, Session& session,
                               const evaluate::RunModel& run,
                               const evaluate::Progress& progress) {
  OCTET_ASSIGN(
      const auto samples,
      evaluate::SamplesFromImages(data.dataset.images, data.settings.preprocess,
                                  InputSpecs(session.inputs())));
  OCTET_ASSIGN(const vision::DetectSpec spec, BoundSpec(data, session));
  OCTET_ASSIGN(evaluate::DetectionResult result,
               evaluate::EvaluateDetection(*samples, *data.dataset.truth, spec,
                                           run, progress));
  Score score;
  const bool at50 = data.metric == "map50";
  score.metric = at50 ? "map50" : "map50_95";
  score.value = at50 ? result.score.ap50 : result.score.ap;
  score.samples = result.matches.images;
  score.without = evaluate::PrecisionsWithoutEach(result.matches, at50);
  score.others = {{"map50_95", result.score.ap},
                  {"map50", result.score.ap50},
                  {"map75", result.score.ap75}};
  if (!at50) {
    score.interval = evaluate::BootstrapInterval(
        result.matches, kBootstrapRounds, kBootstrapSeed);
  }
  score.of_samples = std::move(result.matches);
  return score;
}

Result<Score> MeasureClassification(const LabelledData& data, Session& session,
                                    const evaluate::RunModel& run,
                                    const evaluate::Progress& progress) {
  OCTET_ASSIGN(const auto samples,
               evaluate::SamplesOf(data.dataset, InputSpecs(session.inputs()),
                                   data.settings.preprocess));
  OCTET_ASSIGN(
      evaluate::ClassificationResult result,
      evaluate::EvaluateClassification(*samples, data.dataset.labels,
                                       data.first_class, run, progress));
  Score score;
  const int64_t k = data.metric == "top5" ? 5 : 1;
  score.metric = k == 5 ? "top5" : "top1";
  score.value = result.ranks.Share(k);
  score.interval = result.ranks.ShareInterval(k);
  score.samples = result.ranks.samples();
  score.without = result.ranks.SharesWithoutEach(k);
  score.others = {{"top1", result.ranks.Share(1)},
                  {"top5", result.ranks.Share(5)}};
  score.of_samples = std::move(result.ranks);
  return score;
}

}  // namespace

ScoreDifference DifferenceOf(const Score& one, const Score& other) {
  ScoreDifference difference;
  difference.value = one.value - other.value;
  if (const auto* ranks = std::get_if<evaluate::TopK>(&one.of_samples)) {
    difference.hits =
        evaluate::PairHits(*ranks, std::get<evaluate::TopK>(other.of_samples),
                           one.metric == "top5" ? 5 : 1);
    difference.interval = evaluate::PairedInterval(
        difference.hits->won, difference.hits->lost, one.samples);
  } else {
    difference.interval = evaluate::BootstrapDifference(
        std::get<evaluate::CocoMatches>(one.of_samples),
        std::get<evaluate::CocoMatches>(other.of_samples),
        one.metric == "map50", kBootstrapRounds, kBootstrapSeed);
  }
  return difference;
}

void DataArguments::Add(CLI::App& app) {
  app.add_option("--data", data,
                 "case.json, class folders, COCO .json, list, or .npy")
      ->group("Data")
      ->required();
  app.add_option("--labels", labels, "labels, where they are not with the data")
      ->group("Data");
  app.add_option("--images", images, "folder of the pictures of a COCO file")
      ->group("Data");
  app.add_option("--metric", metric, "top1, top5, map50_95, map50")
      ->group("Data");
  app.add_option("--split", split, "of a case: eval or calib")->group("Data");
  app.add_option("--preprocess", preprocess,
                 "checked against what the engine records")
      ->group("Data");
}

Result<LabelledData> OpenData(const DataArguments& arguments,
                              const vision::Settings& recorded) {
  LabelledData data;
  data.settings = recorded;
  data.metric = arguments.metric;
  std::string difference;
  if (evaluate::IsCase(arguments.data)) {
    OCTET_ASSIGN(const evaluate::Case the_case,
                 evaluate::ReadCase(arguments.data));
    OCTET_ASSIGN(data.dataset, evaluate::OpenSplit(the_case, arguments.split));
    data.first_class = the_case.first_class;
    data.detection = the_case.task == evaluate::Task::kDetection;
    data.from_case = true;
    if (data.metric.empty()) data.metric = the_case.metric;
    if (recorded.preprocess.raw) data.settings = the_case.settings;
    data.settings.detect = the_case.settings.detect;
    difference =
        vision::DescribeDifference(data.settings.preprocess, "the engine",
                                   the_case.settings.preprocess, "the case");
  } else {
    OCTET_ASSIGN(data.dataset,
                 evaluate::OpenDataset(
                     {arguments.data, arguments.labels, arguments.images}));
    data.detection = data.dataset.truth.has_value();
  }
  if (!arguments.preprocess.empty()) {
    OCTET_ASSIGN(const vision::Settings asked,
                 vision::LoadSettings(arguments.preprocess));
    difference =
        vision::DescribeDifference(data.settings.preprocess, "the engine",
                                   asked.preprocess, "--preprocess");
  }
  if (!difference.empty()) {
    return BadInput(
        "the preprocessing differs: {}; measure with what the "
        "engine was calibrated with",
        difference);
  }
  if (!data.metric.empty() &&
      std::ranges::find(kMetrics, data.metric) == kMetrics.end()) {
    return Usage("no metric '{}'{}", data.metric,
                 Suggestion(data.metric, kMetrics));
  }
  const bool of_boxes = data.metric.starts_with("map");
  if (!arguments.metric.empty() && of_boxes != data.detection) {
    return Usage("--metric {} is of {}, {} is labelled with {}", data.metric,
                 of_boxes ? "boxes" : "classes", arguments.data,
                 data.detection ? "boxes" : "classes");
  }
  return data;
}

Result<Score> Measure(const LabelledData& data, Session& session,
                      Console& console, const std::string& what) {
  const int64_t all =
      data.dataset.images != nullptr ? data.dataset.images->size() : 0;
  const evaluate::RunModel run =
      [&](std::vector<Tensor> inputs) -> Result<std::vector<Tensor>> {
    if (InterruptGuard::Interrupted()) return Failed("stopped");
    return RunSession(session, inputs);
  };
  const evaluate::Progress progress = [&](int64_t done) {
    if (all > 0) console.Progress(what, done, all);
  };
  return data.detection ? MeasureDetection(data, session, run, progress)
                        : MeasureClassification(data, session, run, progress);
}

}  // namespace octet::cli
