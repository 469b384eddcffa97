#include "compile/calibrate/histogram.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <random>

namespace octet::compile {
namespace {

std::vector<float> RandomValues(int seed, int n, float spread) {
  std::mt19937 generator(static_cast<unsigned>(seed));
  std::normal_distribution<float> normal(0.0f, spread);
  std::vector<float> x(static_cast<size_t>(n));
  for (float& v : x) v = normal(generator);
  x[0] = 0;
  return x;
}

Histogram Of(const std::vector<float>& x) {
  Histogram histogram;
  histogram.Add(x);
  return histogram;
}

TEST(Histogram, CountsEveryFiniteValueOnce) {
  const Histogram h = Of({-1.0f, 0.0f, -0.0f, 0.5f, 2.0f, INFINITY, NAN});
  EXPECT_EQ(h.total(), 5u);
  EXPECT_EQ(h.zeros(), 2u);
  EXPECT_EQ(h.non_finite(), 2u);
  EXPECT_EQ(h.extremes().low, -1.0f);
  EXPECT_EQ(h.extremes().high, 2.0f);
}

TEST(Histogram, PutsValuesIntoTheBinThatHoldsThem) {
  for (const float x : {1.0f, -1.0f, 0.3f, -0.3f, 1e-30f, -7e20f, 3.4e38f}) {
    const Histogram h = Of({x});
    const auto& counts = h.counts();
    const auto bin = std::ranges::find(counts, 1u) - counts.begin();
    const double low = double(bin - Histogram::kHalf) * h.width();
    EXPECT_LE(low, double(x)) << x;
    EXPECT_GT(low + h.width(), double(x)) << x;
  }
}

TEST(Histogram, UsesTheFinestBinsThatHoldTheData) {
  EXPECT_EQ(Of({1.0f}).width(), std::ldexp(1.0, -10));
  EXPECT_EQ(Of({0.999f}).width(), std::ldexp(1.0, -11));
  // The outer edge of the lowest bin belongs to it.
  EXPECT_EQ(Of({-1.0f}).width(), std::ldexp(1.0, -11));
}

TEST(Histogram, DoesNotDependOnOrderOrSplit) {
  const std::vector<float> small = RandomValues(1, 5000, 0.1f);
  const std::vector<float> large = RandomValues(2, 5000, 300.0f);
  Histogram small_first = Of(small);
  small_first.Add(large);
  Histogram large_first = Of(large);
  large_first.Add(small);
  Histogram merged = Of(small);
  merged.Merge(Of(large));
  EXPECT_TRUE(small_first == large_first);
  EXPECT_TRUE(small_first == merged);
}

TEST(Histogram, MergingIsAssociativeAndCommutative) {
  const Histogram a = Of(RandomValues(1, 100, 1)),
                  b = Of(RandomValues(2, 9, 80)),
                  c = Of(RandomValues(3, 40, 1e-6f));
  Histogram left = a, right = c;
  left.Merge(b);
  left.Merge(c);
  right.Merge(b);
  right.Merge(a);
  EXPECT_TRUE(left == right);
}

TEST(Histogram, OfZerosOnlyHasNoBins) {
  const Histogram h = Of({0.0f, 0.0f});
  EXPECT_TRUE(h.counts().empty());
  EXPECT_EQ(h.total(), 2u);
  EXPECT_FALSE(h.empty());
}

TEST(Histogram, MergesWithAnEmptyOne) {
  Histogram empty;
  const Histogram h = Of(RandomValues(1, 10, 1));
  empty.Merge(h);
  EXPECT_TRUE(empty == h);
  Histogram same = h;
  same.Merge(Histogram());
  EXPECT_TRUE(same == h);
}

TEST(Histogram, ReadsRowsWithGaps) {
  const std::vector<float> x = {1, 2, 99, 3, 4, 99};
  Histogram gaps;
  gaps.Add(x.data(), 2, 2, 3);
  EXPECT_TRUE(gaps == Of({1, 2, 3, 4}));
}

TEST(Histogram, RefusesPartsThatDoNotFit) {
  Histogram h;
  EXPECT_FALSE(h.Restore(0, std::vector<uint64_t>(7), 0, 0, {-1, 1}));
  EXPECT_FALSE(h.Restore(500, {}, 0, 0, {-1, 1}));
  EXPECT_FALSE(h.Restore(0, {}, 0, 0, {NAN, 1}));
  EXPECT_FALSE(h.Restore(0, {}, 0, 0, {1, 2}));
  EXPECT_TRUE(h.Restore(0, {}, 3, 0, {-1, 1}));
}

}  // namespace
}  // namespace octet::compile
