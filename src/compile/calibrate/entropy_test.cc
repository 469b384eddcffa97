// The entropy rule against its definition, written out plainly.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <map>
#include <numeric>
#include <random>

#include "compile/calibrate/range_rule.h"

namespace octet::compile {
namespace {

constexpr size_t kBins = 2048, kLevels = 128, kStep = 16;

// KL(P || Q) for a threshold of n bins, from distributions made one after the
// other as the source describes them.
double Divergence(std::vector<double> bins, size_t n) {
  bins[0] = bins[1];
  std::vector<double> p(bins.begin(), bins.begin() + long(n));
  p.back() += std::accumulate(bins.begin() + long(n), bins.end(), 0.0);
  std::map<size_t, std::vector<size_t>> filled;  // by level
  std::map<size_t, double> sum;
  for (size_t i = 0; i < n; ++i) {
    const size_t level = i * kLevels / n;
    sum[level] += bins[i];
    if (bins[i] > 0) filled[level].push_back(i);
  }
  std::vector<double> q(n, 0.0);
  for (const auto& [level, places] : filled) {
    for (const size_t i : places) q[i] = sum[level] / double(places.size());
  }
  const double all_p = std::accumulate(p.begin(), p.end(), 0.0);
  const double all_q = std::accumulate(q.begin(), q.end(), 0.0);
  if (all_q == 0) return 0;
  double divergence = 0;
  for (size_t i = 0; i < n; ++i) {
    if (p[i] == 0) continue;
    const double a = p[i] / all_p, b = std::max(q[i] / all_q, 1e-9);
    divergence += a * std::log(a / b);
  }
  return divergence;
}

struct Distribution {
  const char* name;
  std::vector<uint64_t> bins;
};

void PrintTo(const Distribution& distribution, std::ostream* out) {
  *out << distribution.name;
}

std::vector<uint64_t> Drawn(int n, const std::function<double()>& draw) {
  std::vector<uint64_t> bins(kBins);
  for (int i = 0; i < n; ++i) {
    const double x = std::abs(draw());
    ++bins[std::min(size_t(x), kBins - 1)];
  }
  return bins;
}

std::vector<Distribution> Distributions() {
  static std::mt19937 random(9);
  std::normal_distribution<double> narrow(0, 150), wide(0, 700);
  std::exponential_distribution<double> tail(1 / 120.0);
  std::uniform_real_distribution<double> flat(0, 2048);
  std::vector<Distribution> all = {
      {"narrow", Drawn(20000, [&] { return narrow(random); })},
      {"wide", Drawn(20000, [&] { return wide(random); })},
      {"tail", Drawn(20000, [&] { return tail(random); })},
      {"flat", Drawn(20000, [&] { return flat(random); })},
      {"few", Drawn(40, [&] { return flat(random); })},
      {"one", std::vector<uint64_t>(kBins)},
      {"comb", std::vector<uint64_t>(kBins)},
      {"huge", std::vector<uint64_t>(kBins, uint64_t(1) << 52)},
  };
  all[0].bins[2047] = 3;  // outliers
  all[5].bins[1000] = 17;
  for (size_t i = 3; i < kBins; i += 37) all[6].bins[i] = i;
  return all;
}

class Entropy : public testing::TestWithParam<Distribution> {};

TEST_P(Entropy, ChoosesALeastDivergenceAndTheLastOfEquals) {
  const std::vector<uint64_t>& bins = GetParam().bins;
  const std::vector<double> p(bins.begin(), bins.end());
  const size_t chosen = size_t(EntropyThresholdBins(bins));
  ASSERT_GE(chosen, kLevels);
  ASSERT_LE(chosen, kBins);
  ASSERT_EQ((chosen - kLevels) % kStep, 0u);
  const double least = Divergence(p, chosen);
  const double rounding = 1e-9 * std::max(1.0, std::abs(least));
  for (size_t n = kLevels; n <= kBins; n += kStep) {
    const double here = Divergence(p, n);
    EXPECT_GE(here, least - rounding) << n;
    if (here == least) {
      EXPECT_LE(n, chosen);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Distributions, Entropy,
                         testing::ValuesIn(Distributions()),
                         [](const auto& info) { return info.param.name; });

TEST(EntropyThresholdBins, OfNothingIsTheWholeRange) {
  EXPECT_EQ(EntropyThresholdBins(std::vector<uint64_t>(kBins)), int(kBins));
}

TEST(EntropyThresholdBins, DoesNotDependOnHowManyValuesThereAre) {
  std::vector<uint64_t> once(kBins), often(kBins);
  for (size_t i = 0; i < kBins; ++i) {
    once[i] = uint64_t(1000 * std::exp(-double(i) / 200));
    often[i] = once[i] * 1024;
  }
  EXPECT_EQ(EntropyThresholdBins(once), EntropyThresholdBins(often));
}

}  // namespace
}  // namespace octet::compile
