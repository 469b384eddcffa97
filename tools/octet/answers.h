// What a model's outputs say: a class, boxes, or the tensors as they are.
#ifndef OCTET_TOOLS_OCTET_ANSWERS_H_
#define OCTET_TOOLS_OCTET_ANSWERS_H_

#include <optional>
#include <string>
#include <vector>

#include "evaluate/agreement.h"
#include "octet/runtime.h"
#include "vision/settings.h"

namespace octet::cli {

// Safe to use from several threads.
class Answers {
 public:
  // Detections where the outputs are a detector's, the top class where there
  // is one list of scores, else the tensors as they are.
  static Answers For(const vision::Settings& settings,
                     const std::vector<ValueInfo>& inputs,
                     const std::vector<ValueInfo>& outputs);

  evaluate::AnswerKind kind() const { return kind_; }
  // Set for detections.
  const std::optional<vision::DetectSpec>& spec() const { return spec_; }

  // a, b: the float model's and another's outputs of one sample.
  Status Compare(const std::string& sample, const std::vector<Tensor>& a,
                 const std::vector<Tensor>& b,
                 evaluate::Agreement& agreement) const;
  // The share of one sample's answers that are not the same.
  Result<double> Changed(const std::vector<Tensor>& a,
                         const std::vector<Tensor>& b) const;

 private:
  evaluate::AnswerKind kind_ = evaluate::AnswerKind::kTensors;
  std::optional<vision::DetectSpec> spec_;
};

}  // namespace octet::cli

#endif  // OCTET_TOOLS_OCTET_ANSWERS_H_
