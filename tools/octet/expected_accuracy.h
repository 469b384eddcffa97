// How accurate answers can be expected to be, where there are no labels: the
// float model's own scores say how likely each answer is to be right. One that
// turns to another which the float model itself holds for as likely costs
// nothing, as it would, in the mean, with labels. How far this follows what
// labels say: docs/designs/0004.
#ifndef OCTET_TOOLS_OCTET_EXPECTED_ACCURACY_H_
#define OCTET_TOOLS_OCTET_EXPECTED_ACCURACY_H_

#include <vector>

#include "evaluate/metrics/groups.h"
#include "octet/search.h"
#include "octet/tensor.h"
#include "vision/decode/detect.h"

namespace octet::cli {

// An accuracy from what it is without one group or none (evaluate/metrics/
// groups.h).
template <typename Number>
Accuracy OverGroups(size_t samples, const Number& number) {
  return {.value = number(evaluate::kNoGroup),
          .without = evaluate::WithoutEach(samples, number)};
}

// How likely the class with the highest of `scores` is to be the right one.
//   float_scores: of the float model, probabilities or logits; as many. Both
//                 of any type.
//   returns: no finite number where the float model's scores are none.
double ProbabilityOfTop(const Tensor& float_scores, const Tensor& scores);

// What the float model finds, each with the probability that it is an object.
// One place has one object at most: of detections that overlap, the best.
class ExpectedObjects {
 public:
  // The next picture.
  void Add(std::vector<vision::Detection> found_by_float);
  // Whether there is none in any picture.
  bool empty() const;
  // Average precision at an intersection over union of .50, of all classes
  // together: the mean over classes would be mostly that of the rare ones,
  // which some objects more or less decide.
  //   found: by picture, in the order in which they were added.
  Accuracy PrecisionOf(
      const std::vector<std::vector<vision::Detection>>& found) const;

 private:
  struct Object {
    vision::Detection detection;
    double probability;
  };
  // A detection, and the probability that it is right.
  struct Answer {
    float score;
    double right;
    size_t group;
  };
  void Match(size_t picture, const std::vector<vision::Detection>& found,
             std::vector<Answer>& answers) const;
  double PrecisionWithout(const std::vector<Answer>& answers,
                          size_t group) const;

  std::vector<std::vector<Object>> pictures_;
};

}  // namespace octet::cli

#endif  // OCTET_TOOLS_OCTET_EXPECTED_ACCURACY_H_
