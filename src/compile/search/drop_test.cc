#include "compile/search/drop.h"

#include <gtest/gtest.h>

#include <cmath>

namespace octet::compile {
namespace {

// The mean of some values, with groups of one value each.
Accuracy MeanOf(const std::vector<double>& values) {
  double sum = 0;
  for (double x : values) sum += x;
  const auto n = double(values.size());
  Accuracy accuracy{.value = sum / n, .without = {}};
  for (double x : values) accuracy.without.push_back((sum - x) / (n - 1));
  return accuracy;
}

TEST(DropBetween, HasTheStandardErrorOfAMeanOfDifferences) {
  const Drop drop = DropBetween(MeanOf({1, 1, 0, 1}), MeanOf({1, 0, 0, 0}));
  EXPECT_NEAR(drop.mean, 0.5, 1e-12);
  // Differences 0, 1, 0, 1: variance 1/3, of the mean of four 1/12.
  EXPECT_NEAR(drop.error, std::sqrt(1.0 / 12), 1e-12);
}

TEST(DropBetween, IsSureWhereEverySampleLosesTheSame) {
  const Drop drop =
      DropBetween(MeanOf({0.9, 0.2, 0.5}), MeanOf({0.8, 0.1, 0.4}));
  EXPECT_NEAR(drop.mean, 0.1, 1e-12);
  EXPECT_NEAR(drop.error, 0, 1e-12);
}

TEST(DropBetween, IsExactWithoutGroups) {
  const Drop drop = DropBetween({.value = 0.5, .without = {}}, MeanOf({0, 1}));
  EXPECT_EQ(drop.mean, 0);
  EXPECT_EQ(drop.error, 0);
  const Drop one = DropBetween({.value = 0.5, .without = {0.4}},
                               {.value = 0.3, .without = {0.1}});
  EXPECT_NEAR(one.mean, 0.2, 1e-12);
  EXPECT_EQ(one.error, 0);
}

TEST(IsAtMost, HoldsWhatIsNotShownToBeMore) {
  EXPECT_TRUE(IsAtMost({.mean = 0.3, .error = 0.2}, 0.3 - 0.2));
  EXPECT_TRUE(IsAtMost({.mean = -0.1, .error = 0}, 0));
  EXPECT_FALSE(IsAtMost({.mean = 0.3, .error = 0.2}, 0.0999));
}

TEST(IsAtMost, IsNeverSoOfNoNumber) {
  EXPECT_FALSE(IsAtMost({.mean = NAN, .error = 0}, 1));
  EXPECT_FALSE(IsAtMost({.mean = 0, .error = NAN}, 1));
  EXPECT_FALSE(IsAtMost({.mean = INFINITY, .error = INFINITY}, 1));
}

TEST(IsShownAtMost, HoldsWhatIsNoMoreWithItsError) {
  EXPECT_TRUE(IsShownAtMost({.mean = 0.3, .error = 0.2}, 0.3 + 0.2));
  EXPECT_FALSE(IsShownAtMost({.mean = 0.3, .error = 0.2}, 0.4999));
  EXPECT_FALSE(IsShownAtMost({.mean = NAN, .error = 0}, 1));
  EXPECT_FALSE(IsShownAtMost({.mean = 0, .error = NAN}, 1));
}

}  // namespace
}  // namespace octet::compile
