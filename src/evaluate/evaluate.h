// Runs a model over a data set and measures how right it is.
#ifndef OCTET_EVALUATE_EVALUATE_H_
#define OCTET_EVALUATE_EVALUATE_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "evaluate/coco_truth.h"
#include "evaluate/metrics/coco_map.h"
#include "evaluate/metrics/topk.h"
#include "evaluate/samples.h"
#include "octet/status.h"
#include "octet/tensor.h"
#include "vision/decode/detect.h"

namespace octet::evaluate {

// The model: input tensors in, output tensors out, in the model's order.
using RunModel =
    std::function<Result<std::vector<Tensor>>(std::vector<Tensor> inputs)>;

// Told after each sample: how many are done.
using Progress = std::function<void(int64_t done)>;

// Samples that could not be read. More than 5 % of them is an error: a number
// over what is left would say little.
struct Skipped {
  std::vector<std::string> messages;
};

struct ClassificationResult {
  TopK ranks;
  Skipped skipped;
};

// The first output is the class scores, whatever its shape.
//   labels:  one a sample.
//   errors:  kBadInput if the counts differ or too many samples are
//            unreadable; else what `run` says.
Result<ClassificationResult> EvaluateClassification(
    const SampleSource& samples, const std::vector<int64_t>& labels,
    int64_t first_class, const RunModel& run, const Progress& progress = {});

struct DetectionResult {
  CocoMatches matches;
  CocoScore score;
  std::vector<CocoDetection> detections;
  Skipped skipped;
};

// Category of each class of the model: by name if all names of the truth are
// among the spec's, else in order.
//   errors: kUsage if the model has another number of classes.
Result<std::vector<int64_t>> CategoriesOf(
    const vision::DetectSpec& spec,
    const std::vector<TruthCategory>& categories);

// truth.images are in the order of `samples`. spec.input_height and
// input_width are known.
Result<DetectionResult> EvaluateDetection(const ImageSamples& samples,
                                          const CocoTruth& truth,
                                          const vision::DetectSpec& spec,
                                          const RunModel& run,
                                          const Progress& progress = {});

}  // namespace octet::evaluate

#endif  // OCTET_EVALUATE_EVALUATE_H_
