// How far two engines give the same answers on the same samples, without
// labels.
#ifndef OCTET_EVALUATE_AGREEMENT_H_
#define OCTET_EVALUATE_AGREEMENT_H_

#include <string>
#include <vector>

#include "octet/status.h"
#include "octet/tensor.h"
#include "vision/decode/detect.h"

namespace octet::evaluate {

// What the answers are.
enum class AnswerKind : uint8_t {
  kTopClass,    // the largest of the first output
  kDetections,  // decoded boxes
  kTensors,     // the outputs as they are
};

// Counts over samples.
class Agreement {
 public:
  explicit Agreement(AnswerKind kind) : kind_(kind) {}

  // All kinds, and outputs of any type; of detections only the error of the
  // outputs counts. a: the float model's outputs, b: the other's, in the
  // model's order; name: of the sample.
  void Add(const std::string& name, const std::vector<Tensor>& a,
           const std::vector<Tensor>& b);
  // kDetections: confident ones (score at least 0.5) of the float model are
  // looked for among the other's: same class, intersection over union at least
  // one half, score fallen by less than 0.25; and the other way round.
  void AddDetections(const std::string& name,
                     const std::vector<vision::Detection>& a,
                     const std::vector<vision::Detection>& b);

  AnswerKind kind() const { return kind_; }
  int64_t samples() const { return samples_; }
  // What share() counts: answers looked at, and those that agree.
  int64_t answers() const { return answers_; }
  int64_t equal() const { return equal_; }
  // Share of answers that agree: of samples (kTopClass), of confident
  // detections (kDetections); 1 if there were none.
  double share() const;
  // Signal-to-noise ratio of all outputs together, in dB, held to [-200, 200].
  // What is no finite number in `a` does not count; what is none in `b` only is
  // infinite noise.
  double sqnr_db() const;
  // Samples whose answer changed, with what changed, worst first.
  struct Change {
    std::string sample;
    std::string what;  // "class 3 -> 5", "person 0.70 -> 0.09"
    double size = 0;
  };
  std::vector<Change> changes() const;

 private:
  AnswerKind kind_;
  int64_t samples_ = 0, answers_ = 0, equal_ = 0;
  double signal_ = 0, noise_ = 0;
  std::vector<Change> changes_;
};

}  // namespace octet::evaluate

#endif  // OCTET_EVALUATE_AGREEMENT_H_
