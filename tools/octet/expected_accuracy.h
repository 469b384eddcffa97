// How accurate answers can be expected to be, where there are no labels: the
// float model's own probabilities are taken for those of the truth. An answer
// that turns to one which the float model itself holds for as likely costs
// nothing, as it would, in the mean, with labels.
#ifndef OCTET_TOOLS_OCTET_EXPECTED_ACCURACY_H_
#define OCTET_TOOLS_OCTET_EXPECTED_ACCURACY_H_

#include <vector>

#include "evaluate/coco_truth.h"
#include "octet/tensor.h"
#include "vision/decode/detect.h"

namespace octet::cli {

// How likely the class with the highest of `scores` is to be the right one.
//   float_scores: of the float model, probabilities or logits; as many.
double ProbabilityOfTop(const Tensor& float_scores, const Tensor& scores);

// Objects drawn from the float model's detections: each is one with the
// probability of its score. Always the same ones, several times over.
class DrawnTruth {
 public:
  // The next picture.
  void Add(const std::vector<vision::Detection>& found_by_float);
  // Whether nothing was drawn in any of them.
  bool empty() const { return truth_.boxes.empty(); }
  // Average precision at an intersection over union of .50, of all classes
  // together.
  //   found: by picture, in the order in which they were added.
  Result<double> PrecisionOf(
      const std::vector<std::vector<vision::Detection>>& found) const;

 private:
  evaluate::CocoTruth truth_;  // its boxes alone
  int64_t pictures_ = 0;
};

}  // namespace octet::cli

#endif  // OCTET_TOOLS_OCTET_EXPECTED_ACCURACY_H_
