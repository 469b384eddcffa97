#include <cmath>

#include "compile/calibrate/range_rule.h"

namespace octet::compile {
namespace {

constexpr int kPositiveCodes = 128;
constexpr int kStep = 16;

// KL(P || Q) of the first `bins` bins; `outside` is what lies beyond them.
double Divergence(std::span<const double> p, int bins, double outside) {
  double level_sum[kPositiveCodes] = {}, level_bins[kPositiveCodes] = {};
  const auto level = [&](int i) { return int64_t(i) * kPositiveCodes / bins; };
  double q_total = 0, p_total = outside;
  for (int i = 0; i < bins; ++i) {
    level_sum[level(i)] += p[size_t(i)];
    level_bins[level(i)] += p[size_t(i)] > 0;
    q_total += p[size_t(i)];
    p_total += p[size_t(i)];
  }
  if (q_total == 0) return 0;
  double divergence = 0;
  for (int i = 0; i < bins; ++i) {
    const double here = p[size_t(i)] + (i == bins - 1 ? outside : 0);
    if (here == 0) continue;
    // A bin that only the outliers fill has nothing in Q; a floor keeps the
    // divergence finite and large.
    const double q =
        p[size_t(i)] > 0 ? level_sum[level(i)] / level_bins[level(i)] : 0;
    const double share = std::max(q / q_total, 1e-9);
    divergence += here / p_total * std::log(here / p_total / share);
  }
  return divergence;
}

}  // namespace

int EntropyThresholdBins(std::span<const uint64_t> magnitudes) {
  std::vector<double> p(magnitudes.begin(), magnitudes.end());
  // Zeros, often most of the values, are represented exactly: they must not
  // decide.
  p[0] = p[1];
  const int all = int(p.size());
  std::vector<double> beyond(p.size() + 1);
  for (int i = all - 1; i >= 0; --i) {
    beyond[size_t(i)] = beyond[size_t(i) + 1] + p[size_t(i)];
  }
  int best = all;
  double least = INFINITY;
  for (int bins = kPositiveCodes; bins <= all; bins += kStep) {
    const double divergence = Divergence(p, bins, beyond[size_t(bins)]);
    if (divergence > least) continue;
    least = divergence;
    best = bins;
  }
  return best;
}

}  // namespace octet::compile
