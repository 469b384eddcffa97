#include "expected_accuracy.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <set>

#include "base/error.h"
#include "evaluate/metrics/coco_map.h"

namespace octet::cli {
namespace {

constexpr int64_t kDraws = 8;                 // of the objects of a picture
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

// The generator is fixed by the standard, its distributions are not. A draw
// depends on the picture and the detection alone.
double UniformOf(int64_t picture, size_t detection, int64_t draw) {
  std::mt19937_64 random(uint64_t(picture) * 1000003 +
                         uint64_t(detection) * 8191 + uint64_t(draw));
  return double(random() >> 11) * 0x1p-53;
}

// Each class of a picture stands for a picture of its own: so precision is that
// over all classes together. The mean over classes would be mostly that of the
// rare ones, which some objects more or less decide.
constexpr int64_t kMostClasses = int64_t{1} << 20;
int64_t IdOf(int64_t picture, int64_t draw, int class_index) {
  return (picture * kDraws + draw) * kMostClasses + class_index;
}

}  // namespace

double ProbabilityOfTop(const Tensor& float_scores, const Tensor& scores) {
  const auto truth = float_scores.as<float>();
  const auto answer = scores.as<float>();
  const auto top = size_t(std::ranges::max_element(answer) - answer.begin());
  return AreProbabilities(truth) ? double(truth[top]) : SoftmaxAt(truth, top);
}

void DrawnTruth::Add(const std::vector<vision::Detection>& found_by_float) {
  for (size_t i = 0; i < found_by_float.size(); ++i) {
    const vision::Detection& d = found_by_float[i];
    for (int64_t draw = 0; draw < kDraws; ++draw) {
      if (UniformOf(pictures_, i, draw) >= double(d.score)) continue;
      evaluate::TruthBox& box = truth_.boxes.emplace_back();
      box.id = int64_t(truth_.boxes.size());
      box.image_id = IdOf(pictures_, draw, d.class_index);
      box.x = d.box.x0;
      box.y = d.box.y0;
      box.width = d.box.x1 - d.box.x0;
      box.height = d.box.y1 - d.box.y0;
      box.area = box.width * box.height;
    }
  }
  ++pictures_;
}

Result<double> DrawnTruth::PrecisionOf(
    const std::vector<std::vector<vision::Detection>>& found) const {
  std::vector<evaluate::CocoDetection> all;
  std::set<int64_t> images;
  for (const evaluate::TruthBox& box : truth_.boxes)
    images.insert(box.image_id);
  for (size_t i = 0; i < found.size(); ++i) {
    for (int64_t draw = 0; draw < kDraws; ++draw) {
      for (const vision::Detection& d : found[i]) {
        const int64_t id = IdOf(int64_t(i), draw, d.class_index);
        images.insert(id);
        all.push_back({id, 0, d.box.x0, d.box.y0, d.box.x1 - d.box.x0,
                       d.box.y1 - d.box.y0, double(d.score)});
      }
    }
  }
  evaluate::CocoTruth truth = truth_;
  truth.categories = {{0, ""}};
  for (int64_t id : images) truth.images.push_back({.id = id, .file_name = ""});
  OCTET_ASSIGN(const evaluate::CocoMatches matches,
               evaluate::MatchDetections(truth, all));
  return evaluate::Score(matches).ap50;
}

}  // namespace octet::cli
