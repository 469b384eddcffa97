#include "evaluate/evaluate.h"

#include <algorithm>

#include "base/error.h"

namespace octet::evaluate {
namespace {

constexpr double kMostSkipped = 0.05;

Status Skip(const Status& reason, int64_t samples, Skipped* skipped) {
  skipped->messages.push_back(reason.message());
  if (double(skipped->messages.size()) <= kMostSkipped * double(samples)) {
    return {};
  }
  return BadInput(
      "{} of {} samples cannot be read, which is more than {:.0f} "
      "%; the last: {}",
      skipped->messages.size(), samples, 100 * kMostSkipped, reason.message());
}

Status CheckClassOutput(const std::vector<Tensor>& outputs) {
  if (outputs.empty() || outputs[0].dtype() != DType::kF32) {
    return Usage("a classifier's first output must be f32 class scores");
  }
  return {};
}

void AddDetections(const std::vector<vision::Detection>& found,
                   int64_t image_id, const std::vector<int64_t>& categories,
                   std::vector<CocoDetection>* detections) {
  for (const vision::Detection& d : found) {
    const size_t c = size_t(d.class_index);
    if (c >= categories.size()) continue;
    detections->push_back({image_id, categories[c], d.box.x0, d.box.y0,
                           d.box.x1 - d.box.x0, d.box.y1 - d.box.y0,
                           double(d.score)});
  }
}

}  // namespace

Result<ClassificationResult> EvaluateClassification(
    const SampleSource& samples, const std::vector<int64_t>& labels,
    int64_t first_class, const RunModel& run, const Progress& progress) {
  if (int64_t(labels.size()) != samples.size()) {
    return BadInput("there are {} samples and {} labels", samples.size(),
                    labels.size());
  }
  ClassificationResult result{TopK(first_class), {}};
  for (int64_t i = 0; i < samples.size(); ++i) {
    Result<std::vector<Tensor>> inputs = samples.Get(i);
    if (!inputs.ok()) {
      OCTET_RETURN_IF_ERROR(
          Skip(inputs.status(), samples.size(), &result.skipped));
      continue;
    }
    OCTET_ASSIGN(const std::vector<Tensor> outputs, run(*std::move(inputs)));
    OCTET_RETURN_IF_ERROR(CheckClassOutput(outputs));
    result.ranks.Add(outputs[0].as<float>(), labels[size_t(i)]);
    if (progress) progress(i + 1);
  }
  return result;
}

Result<std::vector<int64_t>> CategoriesOf(
    const vision::DetectSpec& spec,
    const std::vector<TruthCategory>& categories) {
  std::vector<int64_t> ids(spec.names.size(), -1);
  size_t named = 0;
  for (const TruthCategory& category : categories) {
    const auto found = std::ranges::find(spec.names, category.name);
    if (found == spec.names.end()) continue;
    ids[size_t(found - spec.names.begin())] = category.id;
    ++named;
  }
  if (!spec.names.empty() && named == categories.size()) return ids;
  if (!spec.names.empty() && spec.names.size() != categories.size()) {
    return Usage(
        "the model has {} classes and the annotations {}, with other "
        "names",
        spec.names.size(), categories.size());
  }
  ids.clear();
  for (const TruthCategory& category : categories) ids.push_back(category.id);
  return ids;
}

Result<DetectionResult> EvaluateDetection(const ImageSamples& samples,
                                          const CocoTruth& truth,
                                          const vision::DetectSpec& spec,
                                          const RunModel& run,
                                          const Progress& progress) {
  if (int64_t(truth.images.size()) != samples.size()) {
    return BadInput("there are {} pictures and annotations of {}",
                    samples.size(), truth.images.size());
  }
  OCTET_ASSIGN(const std::vector<int64_t> categories,
               CategoriesOf(spec, truth.categories));
  DetectionResult result;
  for (int64_t i = 0; i < samples.size(); ++i) {
    Result<PreparedImage> prepared = samples.Prepare(i);
    if (!prepared.ok()) {
      OCTET_RETURN_IF_ERROR(
          Skip(prepared.status(), samples.size(), &result.skipped));
      continue;
    }
    std::vector<Tensor> inputs;
    inputs.push_back(std::move(prepared->tensor));
    OCTET_ASSIGN(const std::vector<Tensor> outputs, run(std::move(inputs)));
    OCTET_ASSIGN(const std::vector<vision::Detection> found,
                 vision::Detect(outputs, spec, prepared->placement,
                                prepared->width, prepared->height));
    AddDetections(found, truth.images[size_t(i)].id, categories,
                  &result.detections);
    if (progress) progress(i + 1);
  }
  OCTET_ASSIGN(result.matches, MatchDetections(truth, result.detections));
  result.score = Score(result.matches);
  return result;
}

}  // namespace octet::evaluate
