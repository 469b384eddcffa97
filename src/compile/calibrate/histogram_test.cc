#include "compile/calibrate/histogram.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
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

TEST(Histogram, CountsWhatLiesBeyondARange) {
  Histogram h;
  h.Add(std::vector<float>{-4, -1, 0, 0.5f, 1, 2, 2});
  EXPECT_EQ(h.CountBeyond(-4, 2.1), 0u);
  EXPECT_EQ(h.CountBeyond(-3.9, 1.9), 3u);
  EXPECT_EQ(h.CountBeyond(0, 0), 6u);  // zeros are in no bin
  EXPECT_EQ(Histogram().CountBeyond(0, 0), 0u);
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

// One histogram of values of very unlike sizes, cut into pieces in many ways.
TEST(Histogram, DoesNotDependOnHowItsValuesAreCutAndJoined) {
  std::mt19937 random(11);
  std::vector<float> x;
  for (int i = 0; i < 700; ++i) {
    const float size = std::ldexp(1.0f, int(random() % 260) - 140);
    x.push_back(size * (float(random() % 2001) - 1000.0f) / 1000.0f);
  }
  x[13] = NAN;
  x[14] = -INFINITY;
  x[300] = -0.0f;
  x[301] = std::numeric_limits<float>::max();
  x[302] = std::numeric_limits<float>::denorm_min();
  const Histogram whole = Of(x);
  for (int round = 0; round < 40; ++round) {
    std::ranges::shuffle(x, random);
    std::vector<Histogram> pieces(1 + random() % 9);
    for (const float v : x) pieces[random() % pieces.size()].Add({&v, 1});
    while (pieces.size() > 1) {
      const size_t from = random() % (pieces.size() - 1);
      pieces[from].Merge(pieces.back());
      pieces.pop_back();
    }
    ASSERT_TRUE(pieces[0] == whole) << round;
  }
}

TEST(Histogram, HoldsTheLargestAndTheSmallestFloats) {
  const float most = std::numeric_limits<float>::max();
  const Histogram large = Of({most, -most});
  EXPECT_EQ(large.total(), 2u);
  EXPECT_EQ(large.counts().size(), size_t(Histogram::kBins));
  const float least = std::numeric_limits<float>::denorm_min();
  const Histogram small = Of({least, -least});
  EXPECT_EQ(small.total(), 2u);
  EXPECT_EQ(small.exponent(), Histogram::kMinExponent);
  EXPECT_EQ(small.zeros(), 0u);
}

TEST(Histogram, OfPowersOfTwoFillsTheBinThatBeginsThere) {
  for (int e = -120; e <= 120; e += 15) {
    const Histogram h = Of({std::ldexp(1.0f, e), -std::ldexp(1.0f, e)});
    EXPECT_EQ(h.width(), std::ldexp(1.0, e - 10)) << e;
    EXPECT_EQ(h.counts()[Histogram::kHalf + 1024], 1u) << e;
    EXPECT_EQ(h.counts()[Histogram::kHalf - 1024], 1u) << e;
  }
}

TEST(Histogram, GrowsToMatchWithoutLosingACount) {
  const Histogram large = Of({1e30f});
  Histogram small = Of(RandomValues(5, 1000, 0.01f));
  const uint64_t before = small.total();
  small.GrowToMatch(large);
  EXPECT_EQ(small.exponent(), large.exponent());
  EXPECT_EQ(small.total(), before);
  // Negative values stay in a bin below zero, positive ones above.
  EXPECT_GT(small.counts()[Histogram::kHalf - 1], 0u);
  EXPECT_GT(small.counts()[Histogram::kHalf], 0u);
  Histogram same = large;
  same.GrowToMatch(small);
  EXPECT_TRUE(same == large);
}

TEST(Histogram, CountsNonFiniteValuesWhereThereAreNoOthers) {
  const Histogram h = Of({NAN, INFINITY, -INFINITY});
  EXPECT_EQ(h.non_finite(), 3u);
  EXPECT_TRUE(h.empty());
  EXPECT_EQ(h.extremes().low, 0);
  EXPECT_EQ(h.extremes().high, 0);
}

TEST(Histogram, OfNothingIsEmpty) {
  Histogram h;
  h.Add(nullptr, 0, 5, 5);
  h.Add(nullptr, 5, 0, 3);
  EXPECT_TRUE(h == Histogram());
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
  EXPECT_FALSE(h.Restore(-141, {}, 0, 0, {-1, 1}));
  EXPECT_FALSE(h.Restore(0, {}, 0, 0, {-1, INFINITY}));
  EXPECT_FALSE(h.Restore(0, {}, 0, 0, {-2, -1}));
  EXPECT_TRUE(h == Histogram()) << "changed by a refusal";
  EXPECT_TRUE(h.Restore(0, {}, 3, 0, {-1, 1}));
}

TEST(Histogram, IsRestoredFromItsParts) {
  const Histogram h = Of({-1.5f, 0.0f, 2.0f, NAN});
  Histogram back;
  ASSERT_TRUE(back.Restore(h.exponent(), h.counts(), h.zeros(), h.non_finite(),
                           h.extremes()));
  EXPECT_TRUE(back == h);
}

}  // namespace
}  // namespace octet::compile
