// How much a network's answers say of its inputs: what falls when pictures are
// fed to it in another way than it was trained with.
#ifndef OCTET_DOCTOR_ANSWERS_H_
#define OCTET_DOCTOR_ANSWERS_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "octet/status.h"
#include "octet/tensor.h"
#include "vision/decode/detect_spec.h"

namespace octet::doctor {

// The chances that a network gives its classes for one sample: of the whole
// picture (they add up to 1), or of each class being somewhere in it.
struct Chances {
  std::vector<double> of_class;
};

// What outputs mean: classes, which a single row of at least two numbers is
// taken for, else detections where there is a decoder.
class AnswerReader {
 public:
  static std::optional<AnswerReader> Create(
      const std::vector<Shape>& outputs,
      const std::optional<vision::DetectSpec>& detect);

  // errors: as vision::Detect.
  Result<Chances> Read(const std::vector<Tensor>& outputs) const;
  bool is_detection() const { return detect_.has_value(); }

 private:
  std::optional<vision::DetectSpec> detect_;
};

// What a set of answers says, in nats.
struct Information {
  // For each sample how far its answer is from the mean answer (Kullback and
  // Leibler's divergence); their mean is the information that answers and
  // samples share.
  std::vector<double> of_sample;
  double mean = 0;
  double confidence = 0;  // mean over samples of the best chance
};

Information Measure(const std::vector<Chances>& answers, bool is_detection);

}  // namespace octet::doctor

#endif  // OCTET_DOCTOR_ANSWERS_H_
