#include "evaluate/agreement.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "evaluate/real_elements.h"
#include "vision/decode/nms.h"

namespace octet::evaluate {
namespace {

constexpr float kConfident = 0.5f;
constexpr double kSameBox = 0.5;
constexpr float kMostFall = 0.25f;
constexpr double kPerfectDb = 200;

int64_t TopOf(std::span<const float> scores) {
  return std::ranges::max_element(scores) - scores.begin();
}

// The best score among detections that are the same object; 0 if none is.
float ScoreOfSame(const vision::Detection& wanted,
                  const std::vector<vision::Detection>& among) {
  float best = 0;
  for (const vision::Detection& d : among) {
    const bool same =
        d.class_index == wanted.class_index &&
        vision::IntersectionOverUnion(d.box, wanted.box) >= kSameBox;
    if (same) best = std::max(best, d.score);
  }
  return best;
}

}  // namespace

void Agreement::Add(const std::string& name, const std::vector<Tensor>& a,
                    const std::vector<Tensor>& b) {
  // AddDetections counts a detector's samples.
  if (kind_ != AnswerKind::kDetections) ++samples_;
  for (size_t o = 0; o < a.size() && o < b.size(); ++o) {
    const RealElements of_a(a[o]), of_b(b[o]);
    const auto x = *of_a, y = *of_b;
    for (size_t i = 0; i < x.size() && i < y.size(); ++i) {
      if (!std::isfinite(x[i])) continue;
      const double error = std::isfinite(y[i])
                               ? double(x[i]) - double(y[i])
                               : std::numeric_limits<double>::infinity();
      signal_ += double(x[i]) * double(x[i]);
      noise_ += error * error;
    }
  }
  if (kind_ != AnswerKind::kTopClass || a.empty() || b.empty()) return;
  ++answers_;
  const RealElements of_a(a[0]), of_b(b[0]);
  const auto x = *of_a;
  const int64_t before = TopOf(x), after = TopOf(*of_b);
  if (before == after) {
    ++equal_;
    return;
  }
  const double margin = double(x[size_t(before)]) - double(x[size_t(after)]);
  changes_.push_back(
      {name, fmt::format("class {} -> {}", before, after), margin});
}

void Agreement::AddDetections(const std::string& name,
                              const std::vector<vision::Detection>& a,
                              const std::vector<vision::Detection>& b) {
  ++samples_;
  const auto look = [&](const std::vector<vision::Detection>& from,
                        const std::vector<vision::Detection>& in, bool lost) {
    for (const vision::Detection& d : from) {
      if (d.score < kConfident) continue;
      ++answers_;
      const float found = ScoreOfSame(d, in);
      if (d.score - found < kMostFall) {
        ++equal_;
        continue;
      }
      changes_.push_back({name,
                          lost ? fmt::format("class {} {:.2f} -> {:.2f}",
                                             d.class_index, d.score, found)
                               : fmt::format("class {} {:.2f} -> {:.2f}",
                                             d.class_index, found, d.score),
                          double(d.score - found)});
    }
  };
  look(a, b, /*lost=*/true);
  look(b, a, /*lost=*/false);
}

double Agreement::share() const {
  return answers_ == 0 ? 1.0 : double(equal_) / double(answers_);
}

double Agreement::sqnr_db() const {
  if (noise_ == 0) return kPerfectDb;
  return std::clamp(10 * std::log10(signal_ / noise_), -kPerfectDb, kPerfectDb);
}

std::vector<Agreement::Change> Agreement::changes() const {
  std::vector<Change> sorted = changes_;
  std::ranges::stable_sort(sorted, std::ranges::greater{}, &Change::size);
  return sorted;
}

}  // namespace octet::evaluate
