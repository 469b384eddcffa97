// Second half of COCO's average precision: from matches to numbers.
#include "evaluate/metrics/coco_map.h"

#include <algorithm>
#include <limits>
#include <random>

#include "evaluate/metrics/groups.h"

namespace octet::evaluate {
namespace {

constexpr int kRecallSteps = 101;
constexpr int kMostFound = 100;
constexpr int kAll = 0;
constexpr int kSmall = 1;
constexpr int kMedium = 2;
constexpr int kLarge = 3;

// How often each picture counts; empty: once.
using Weights = std::vector<int32_t>;

double WeightOf(const Weights& weights, int32_t image) {
  return weights.empty() ? 1.0 : double(weights[size_t(image)]);
}

struct Curve {
  std::vector<double> recall;
  std::vector<double> precision;
};

Curve CurveOf(const ClassMatches& matches, int iou_step, int most,
              double objects, const Weights& weights) {
  Curve curve;
  double right = 0;
  double wrong = 0;
  for (const MatchedDetection& d : matches.detections) {
    if (d.place >= most) continue;
    const double weight = WeightOf(weights, d.image);
    if ((d.ignored >> iou_step & 1) == 0) {
      ((d.right >> iou_step & 1) != 0 ? right : wrong) += weight;
    }
    curve.recall.push_back(right / objects);
    curve.precision.push_back(
        right / (right + wrong + std::numeric_limits<double>::epsilon()));
  }
  // The best precision at this recall or any higher one.
  for (size_t i = curve.precision.size(); i-- > 1;) {
    curve.precision[i - 1] =
        std::max(curve.precision[i - 1], curve.precision[i]);
  }
  return curve;
}

// Mean precision at recall 0, .01, .. 1; 0 where that recall is not reached.
double AveragePrecision(const Curve& curve) {
  double sum = 0;
  auto at = curve.recall.begin();
  for (int r = 0; r < kRecallSteps; ++r) {
    const double recall = r == kRecallSteps - 1 ? 1.0 : r * 0.01;
    at = std::lower_bound(at, curve.recall.end(), recall);
    if (at == curve.recall.end()) break;
    sum += curve.precision[size_t(at - curve.recall.begin())];
  }
  return sum / kRecallSteps;
}

double CountObjects(const ClassMatches& matches, const Weights& weights) {
  double count = 0;
  for (const ClassMatches::Objects& objects : matches.objects) {
    count += WeightOf(weights, objects.image) * double(objects.count);
  }
  return count;
}

// Sums that become means; -1 if nothing was added.
struct Mean {
  double sum = 0;
  int64_t count = 0;
  void Add(double x) {
    sum += x;
    ++count;
  }
  double value() const { return count == 0 ? -1 : sum / double(count); }
};

// Of one class at some steps of intersection over union.
struct ClassScore {
  Mean precision;
  Mean recall;
};

ClassScore ScoreClass(const ClassMatches& matches, int first_step,
                      int last_step, int most, const Weights& weights) {
  ClassScore score;
  const double objects = CountObjects(matches, weights);
  if (objects == 0) return score;
  for (int t = first_step; t <= last_step; ++t) {
    const Curve curve = CurveOf(matches, t, most, objects, weights);
    score.precision.Add(AveragePrecision(curve));
    score.recall.Add(curve.recall.empty() ? 0 : curve.recall.back());
  }
  return score;
}

struct Averages {
  double precision = -1;
  double recall = -1;
};

Averages Average(const CocoMatches& matches, int range, int first_step,
                 int last_step, int most, const Weights& weights = {}) {
  Mean precision;
  Mean recall;
  for (const ClassMatches& of_class : matches.matches[size_t(range)]) {
    const ClassScore score =
        ScoreClass(of_class, first_step, last_step, most, weights);
    if (score.precision.count == 0) continue;
    precision.Add(score.precision.value());
    recall.Add(score.recall.value());
  }
  return {precision.value(), recall.value()};
}

// ap or ap50; -1 where no object is left.
double PrecisionOf(const CocoMatches& matches, bool at50,
                   const Weights& weights) {
  const int last = at50 ? 0 : kIouSteps - 1;
  return Average(matches, kAll, 0, last, kMostFound, weights).precision;
}

// Calls use(weights) for `rounds` samples of as many pictures as there are.
template <typename Use>
void ForEachDraw(int64_t images, int rounds, uint64_t seed, const Use& use) {
  if (images == 0) return;
  // The generator is fixed by the standard; its distributions are not, so the
  // picture is drawn by hand.
  std::mt19937_64 random(seed);
  for (int round = 0; round < rounds; ++round) {
    Weights weights(size_t(images), 0);
    for (int64_t i = 0; i < images; ++i) {
      ++weights[random() % uint64_t(images)];
    }
    use(weights);
  }
}

}  // namespace

CocoScore Score(const CocoMatches& matches) {
  constexpr int kLast = kIouSteps - 1;
  CocoScore score;
  const Averages all = Average(matches, kAll, 0, kLast, kMostFound);
  const Averages small = Average(matches, kSmall, 0, kLast, kMostFound);
  const Averages medium = Average(matches, kMedium, 0, kLast, kMostFound);
  const Averages large = Average(matches, kLarge, 0, kLast, kMostFound);
  score.ap = all.precision;
  score.ap50 = Average(matches, kAll, 0, 0, kMostFound).precision;
  score.ap75 = Average(matches, kAll, 5, 5, kMostFound).precision;
  score.ap_small = small.precision;
  score.ap_medium = medium.precision;
  score.ap_large = large.precision;
  score.ar_1 = Average(matches, kAll, 0, kLast, 1).recall;
  score.ar_10 = Average(matches, kAll, 0, kLast, 10).recall;
  score.ar_100 = all.recall;
  score.ar_small = small.recall;
  score.ar_medium = medium.recall;
  score.ar_large = large.recall;
  for (const ClassMatches& of_class : matches.matches[kAll]) {
    score.class_ap.push_back(
        ScoreClass(of_class, 0, kLast, kMostFound, {}).precision.value());
  }
  return score;
}

std::vector<double> PrecisionsWithoutEach(const CocoMatches& matches,
                                          bool at50) {
  return WithoutEach(size_t(matches.images), [&](size_t group) {
    Weights weights(size_t(matches.images), 1);
    for (size_t i = 0; i < weights.size(); ++i) {
      if (GroupOf(i) == group) weights[i] = 0;
    }
    return std::max(0.0, PrecisionOf(matches, at50, weights));
  });
}

Interval BootstrapInterval(const CocoMatches& matches, int rounds,
                           uint64_t seed) {
  std::vector<double> results;
  ForEachDraw(matches.images, rounds, seed, [&](const Weights& weights) {
    const double ap = PrecisionOf(matches, false, weights);
    if (ap >= 0) results.push_back(ap);
  });
  return MiddleOf(std::move(results));
}

Interval BootstrapDifference(const CocoMatches& one, const CocoMatches& other,
                             bool at50, int rounds, uint64_t seed) {
  std::vector<double> results;
  ForEachDraw(one.images, rounds, seed, [&](const Weights& weights) {
    const double of_one = PrecisionOf(one, at50, weights);
    const double of_other = PrecisionOf(other, at50, weights);
    if (of_one >= 0 && of_other >= 0) results.push_back(of_one - of_other);
  });
  return MiddleOf(std::move(results));
}

}  // namespace octet::evaluate
