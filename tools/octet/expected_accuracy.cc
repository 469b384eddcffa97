#include "expected_accuracy.h"

#include <algorithm>
#include <cmath>

#include "evaluate/real_elements.h"
#include "vision/decode/nms.h"

namespace octet::cli {
namespace {

constexpr double kSumOfProbabilities = 1e-3;  // how far from 1

bool AreProbabilities(std::span<const float> scores) {
  double sum = 0;
  for (float p : scores) {
    if (!(p >= 0)) return false;
    sum += double(p);
  }
  return std::abs(sum - 1) < kSumOfProbabilities;
}

double SoftmaxAt(std::span<const float> logits, size_t at) {
  const double largest = double(*std::ranges::max_element(logits));
  double sum = 0;
  for (float x : logits) sum += std::exp(double(x) - largest);
  return std::exp(double(logits[at]) - largest) / sum;
}

// Boxes that overlap so much are of one object, whatever their class: a model
// leaves several on one, of which one can be right. Which of them it leaves is
// chance, and the same of objects would make that chance a loss.
constexpr double kSamePlace = 0.3;
constexpr double kSameBox = 0.5;

// Scores of detectors are not probabilities: those of .35 are right in 42 %
// (YOLOX), 22 % (PicoDet) and 5 % (FastestDet) of cases, those of .9 in all but
// a few. The square lies between.
double ProbabilityOf(const vision::Detection& detection) {
  const double score = std::clamp(double(detection.score), 0.0, 1.0);
  return score * score;
}

void SortByScore(std::vector<vision::Detection>& detections) {
  std::ranges::stable_sort(detections, std::greater<>(),
                           &vision::Detection::score);
}

}  // namespace

double ProbabilityOfTop(const Tensor& float_scores, const Tensor& scores) {
  const evaluate::RealElements of_float(float_scores), of_other(scores);
  const auto truth = *of_float, answer = *of_other;
  const auto top = size_t(std::ranges::max_element(answer) - answer.begin());
  return AreProbabilities(truth) ? double(truth[top]) : SoftmaxAt(truth, top);
}

void ExpectedObjects::Add(std::vector<vision::Detection> found_by_float) {
  SortByScore(found_by_float);
  std::vector<Object>& objects = pictures_.emplace_back();
  for (const vision::Detection& d : found_by_float) {
    const bool taken = std::ranges::any_of(objects, [&](const Object& object) {
      return IntersectionOverUnion(object.detection.box, d.box) >= kSamePlace;
    });
    if (!taken) objects.push_back({d, ProbabilityOf(d)});
  }
}

bool ExpectedObjects::empty() const {
  return std::ranges::all_of(
      pictures_, [](const auto& objects) { return objects.empty(); });
}

// Each detection, the best first, is the free object of its class that it
// overlaps most.
void ExpectedObjects::Match(size_t picture,
                            const std::vector<vision::Detection>& found,
                            std::vector<Answer>& answers) const {
  const std::vector<Object>& objects = pictures_[picture];
  std::vector<vision::Detection> sorted = found;
  SortByScore(sorted);
  std::vector<bool> is_taken(objects.size());
  for (const vision::Detection& d : sorted) {
    double best = kSameBox;
    size_t at = objects.size();
    for (size_t i = 0; i < objects.size(); ++i) {
      const vision::Detection& object = objects[i].detection;
      if (is_taken[i] || object.class_index != d.class_index) continue;
      const double overlap = IntersectionOverUnion(object.box, d.box);
      if (overlap < best) continue;
      best = overlap;
      at = i;
    }
    Answer& answer =
        answers.emplace_back(d.score, 0.0, evaluate::GroupOf(picture));
    if (at == objects.size()) continue;
    is_taken[at] = true;
    answer.right = objects[at].probability;
  }
}

// answers: by falling score.
double ExpectedObjects::PrecisionWithout(const std::vector<Answer>& answers,
                                         size_t group) const {
  double objects = 0;
  for (size_t i = 0; i < pictures_.size(); ++i) {
    if (evaluate::GroupOf(i) == group) continue;
    for (const Object& object : pictures_[i]) objects += object.probability;
  }
  struct Point {
    double precision, right;
  };
  std::vector<Point> curve;
  double right = 0, given = 0;
  for (const Answer& answer : answers) {
    if (answer.group == group) continue;
    right += answer.right;
    given += 1;
    curve.push_back({right / given, answer.right});
  }
  // At each recall the best precision there or further on counts.
  double area = 0, best = 0;
  for (size_t i = curve.size(); i-- > 0;) {
    best = std::max(best, curve[i].precision);
    area += best * curve[i].right;
  }
  return objects > 0 ? area / objects : 0.0;
}

Accuracy ExpectedObjects::PrecisionOf(
    const std::vector<std::vector<vision::Detection>>& found) const {
  std::vector<Answer> answers;
  for (size_t i = 0; i < found.size(); ++i) Match(i, found[i], answers);
  std::ranges::stable_sort(answers, std::greater<>(), &Answer::score);
  return OverGroups(pictures_.size(), [&](size_t group) {
    return PrecisionWithout(answers, group);
  });
}

}  // namespace octet::cli
