#include <algorithm>
#include <cmath>

#include "compile/calibrate/range_rule.h"

namespace octet::compile {
namespace {

constexpr int kCandidates = 40;
constexpr double kSmallestShare = 0.01;
constexpr int kSweeps = 3;

// Two points per filled bin stand for its values.
struct Point {
  double x, weight;
};

std::vector<Point> PointsOf(const Histogram& histogram) {
  std::vector<Point> points;
  const Range extremes = histogram.extremes();
  const double width = histogram.width();
  const auto& counts = histogram.counts();
  for (int i = 0; i < int(counts.size()); ++i) {
    if (counts[size_t(i)] == 0) continue;
    for (double place : {0.25, 0.75}) {
      const double x = (i - Histogram::kHalf + place) * width;
      points.push_back(
          {std::clamp(x, double(extremes.low), double(extremes.high)),
           0.5 * double(counts[size_t(i)])});
    }
  }
  return points;
}

double SquaredError(const std::vector<Point>& points, Range range) {
  const Result<QuantParams> params = ChooseQuantParams(range);
  if (!params.ok()) return INFINITY;
  const double scale = params->scale[0], inverse = 1 / scale;
  const double low = -params->zero_point[0];
  const double high = 255 - params->zero_point[0];
  double error = 0;
  for (const Point& p : points) {
    const double q =
        std::clamp(std::nearbyint(p.x * inverse), low, high) * scale;
    error += p.weight * (q - p.x) * (q - p.x);
  }
  return error;
}

}  // namespace

Range MseRange(const Histogram& histogram) {
  const Range extremes = histogram.extremes();
  const std::vector<Point> points = PointsOf(histogram);
  if (points.empty()) return extremes;
  float shares[kCandidates];
  for (int i = 0; i < kCandidates; ++i) {
    shares[i] = float(std::pow(kSmallestShare, double(i) / (kCandidates - 1)));
  }
  Range best = extremes;
  double least = SquaredError(points, extremes);
  const auto consider = [&](Range range) {
    const double error = SquaredError(points, range);
    if (error >= least) return;
    least = error;
    best = range;
  };
  // Both ends together, then one at a time.
  for (float s : shares) consider({extremes.low * s, extremes.high * s});
  for (int sweep = 0; sweep < kSweeps; ++sweep) {
    const Range before = best;
    for (float s : shares) consider({extremes.low * s, best.high});
    for (float s : shares) consider({best.low, extremes.high * s});
    if (before.low == best.low && before.high == best.high) break;
  }
  return best;
}

}  // namespace octet::compile
