#include "answers.h"

#include "base/error.h"
#include "detector.h"

namespace octet::cli {

using evaluate::Agreement;
using evaluate::AnswerKind;

Answers Answers::For(const vision::Settings& settings,
                     const std::vector<ValueInfo>& inputs,
                     const std::vector<ValueInfo>& outputs) {
  Answers answers;
  Result<vision::DetectSpec> spec = DetectSpecFor(settings, inputs, outputs);
  const Shape& first = outputs[0].shape;
  const bool scores = outputs.size() == 1 && first.rank() >= 2 &&
                      first.elements() == first[1] && first[1] > 1;
  if (settings.detect || (spec.ok() && !scores)) {
    if (spec.ok()) {
      answers.spec_ = *std::move(spec);
      answers.kind_ = AnswerKind::kDetections;
    }
  } else if (scores) {
    answers.kind_ = AnswerKind::kTopClass;
  }
  return answers;
}

Status Answers::Compare(const std::string& sample, const std::vector<Tensor>& a,
                        const std::vector<Tensor>& b,
                        Agreement& agreement) const {
  agreement.Add(sample, a, b);
  if (!spec_) return {};
  // In pixels of the model's input: the picture's own do not matter here.
  const vision::Placement placement;
  OCTET_ASSIGN(const auto x,
               vision::Detect(a, *spec_, placement, spec_->input_width,
                              spec_->input_height));
  OCTET_ASSIGN(const auto y,
               vision::Detect(b, *spec_, placement, spec_->input_width,
                              spec_->input_height));
  agreement.AddDetections(sample, x, y);
  return {};
}

Result<double> Answers::Changed(const std::vector<Tensor>& a,
                                const std::vector<Tensor>& b) const {
  Agreement agreement(kind_);
  OCTET_RETURN_IF_ERROR(Compare("", a, b, agreement));
  return 1 - agreement.share();
}

}  // namespace octet::cli
