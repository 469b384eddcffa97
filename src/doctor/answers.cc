#include "doctor/answers.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "evaluate/real_elements.h"
#include "vision/decode/detect.h"

namespace octet::doctor {
namespace {

// Below the thresholds at which detections are shown: the doubtful ones tell
// too.
constexpr double kLeastScore = 0.05;

double LogRatio(double p, double q) {
  constexpr double kTiny = 1e-12;
  return p * std::log(std::max(p, kTiny) / std::max(q, kTiny));
}

// Scores become chances by softmax unless they are chances already.
Chances ClassChances(const Tensor& output) {
  const evaluate::RealElements of_output(output);
  const auto x = *of_output;
  Chances chances;
  chances.of_class.assign(x.begin(), x.end());
  double sum = 0;
  for (const double p : chances.of_class) sum += p;
  const auto [least, most] = std::ranges::minmax(chances.of_class);
  if (least >= 0 && std::abs(sum - 1) < 1e-3) return chances;
  sum = 0;
  for (double& p : chances.of_class) sum += p = std::exp(p - most);
  for (double& p : chances.of_class) p /= sum;
  return chances;
}

}  // namespace

std::optional<AnswerReader> AnswerReader::Create(
    const std::vector<Shape>& outputs,
    const std::optional<vision::DetectSpec>& detect) {
  AnswerReader reader;
  const bool one_row = outputs.size() == 1 && outputs[0].rank() >= 2 &&
                       outputs[0].elements() >= 2 &&
                       std::ranges::any_of(outputs[0].dims(), [&](int64_t d) {
                         return d == outputs[0].elements();
                       });
  if (one_row) return reader;
  if (!detect) return std::nullopt;
  reader.detect_ = detect;
  reader.detect_->score_threshold = kLeastScore;
  return reader;
}

Result<Chances> AnswerReader::Read(const std::vector<Tensor>& outputs) const {
  if (!detect_) return ClassChances(outputs[0]);
  // In pixels of the model's input: where the boxes lie does not matter.
  OCTET_ASSIGN(const auto found,
               vision::Detect(outputs, *detect_, vision::Placement{},
                              detect_->input_width, detect_->input_height));
  Chances chances;
  for (const vision::Detection& object : found) {
    const auto c = size_t(object.class_index);
    if (c >= chances.of_class.size()) chances.of_class.resize(c + 1);
    chances.of_class[c] =
        std::max(chances.of_class[c], std::clamp(double(object.score), 0., 1.));
  }
  return chances;
}

Information Measure(const std::vector<Chances>& answers, bool is_detection) {
  size_t classes = 1;
  for (const Chances& a : answers) {
    classes = std::max(classes, a.of_class.size());
  }
  std::vector<double> mean(classes);
  for (const Chances& a : answers) {
    for (size_t c = 0; c < a.of_class.size(); ++c) {
      mean[c] += a.of_class[c] / double(answers.size());
    }
  }
  Information information;
  for (const Chances& a : answers) {
    double divergence = 0, best = 0;
    for (size_t c = 0; c < classes; ++c) {
      const double p = c < a.of_class.size() ? a.of_class[c] : 0;
      divergence += LogRatio(p, mean[c]);
      if (is_detection) divergence += LogRatio(1 - p, 1 - mean[c]);
      best = std::max(best, p);
    }
    information.of_sample.push_back(divergence);
    information.mean += divergence / double(answers.size());
    information.confidence += best / double(answers.size());
  }
  return information;
}

}  // namespace octet::doctor
