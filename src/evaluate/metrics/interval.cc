#include "evaluate/metrics/interval.h"

#include <algorithm>
#include <cmath>

namespace octet::evaluate {
namespace {

// Two-sided 95 % quantile of the normal distribution.
constexpr double kZ = 1.959963984540054;

double Quantile(const std::vector<double>& sorted, double share) {
  const double at = share * double(sorted.size() - 1);
  const size_t low = size_t(at);
  const size_t high = std::min(low + 1, sorted.size() - 1);
  return sorted[low] + (sorted[high] - sorted[low]) * (at - double(low));
}

}  // namespace

Interval WilsonInterval(int64_t hits, int64_t trials) {
  if (trials <= 0) return {0, 1};
  const double n = double(trials);
  const double p = double(hits) / n;
  const double centre = p + kZ * kZ / (2 * n);
  const double spread = kZ * std::sqrt(p * (1 - p) / n + kZ * kZ / (4 * n * n));
  const double scale = 1 + kZ * kZ / n;
  return {std::max(0.0, (centre - spread) / scale),
          std::min(1.0, (centre + spread) / scale)};
}

Interval PairedInterval(int64_t won, int64_t lost, int64_t trials) {
  // As if two more trials had been won and lost by halves each.
  const double n = double(trials) + 2;
  const double difference = double(won - lost) / n;
  const double spread =
      kZ * std::sqrt(std::max(0.0, (double(won + lost) + 1) / n -
                                       difference * difference) /
                     n);
  return {std::max(-1.0, difference - spread),
          std::min(1.0, difference + spread)};
}

Interval MiddleOf(std::vector<double> results) {
  if (results.empty()) return {};
  std::ranges::sort(results);
  return {Quantile(results, 0.025), Quantile(results, 0.975)};
}

}  // namespace octet::evaluate
