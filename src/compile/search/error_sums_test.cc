#include "compile/search/error_sums.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace octet::compile {
namespace {

ErrorSums Of(const std::vector<float>& a, const std::vector<float>& b) {
  ErrorSums sums;
  sums.Add(a, b);
  return sums;
}

TEST(ErrorSums, OfEqualValuesSayNoError) {
  const ErrorSums sums = Of({1, -2, 3}, {1, -2, 3});
  EXPECT_EQ(sums.l2(), 0);
  EXPECT_EQ(sums.relative_l2(), 0);
  EXPECT_NEAR(sums.cosine(), 1, 1e-12);
  EXPECT_EQ(sums.sqnr_db(), 200);
  EXPECT_EQ(sums.kl(), 0);
  EXPECT_EQ(sums.max_error(), 0);
}

TEST(ErrorSums, AreTheTextbookOnes) {
  const ErrorSums sums = Of({3, 4}, {3, 3.5f});
  EXPECT_NEAR(sums.l2(), 0.5, 1e-9);
  EXPECT_NEAR(sums.relative_l2(), 0.1, 1e-9);
  EXPECT_NEAR(sums.sqnr_db(), 20, 1e-9);
  EXPECT_NEAR(sums.max_error(), 0.5, 1e-9);
  EXPECT_NEAR(sums.cosine(), 23 / (5 * std::sqrt(9 + 12.25)), 1e-9);
}

TEST(ErrorSums, AddUpOverSamples) {
  ErrorSums parts = Of({1, 2}, {1, 1});
  parts.Add(std::vector<float>{3}, std::vector<float>{5});
  const ErrorSums whole = Of({1, 2, 3}, {1, 1, 5});
  EXPECT_EQ(parts.sqnr_db(), whole.sqnr_db());
  EXPECT_EQ(parts.kl(), whole.kl());
}

TEST(ErrorSums, MergeAsIfAddedToOne) {
  const std::vector<float> a = {1, -2, 3}, b = {1.5f, -2, 2};
  const std::vector<float> c = {40, 0.5f}, d = {36, 1};
  ErrorSums whole, first, second;
  whole.Add(a, b);
  whole.Add(c, d);
  first.Add(a, b);
  second.Add(c, d);
  first.Merge(second);
  EXPECT_DOUBLE_EQ(first.sqnr_db(), whole.sqnr_db());
  EXPECT_DOUBLE_EQ(first.cosine(), whole.cosine());
  EXPECT_EQ(first.max_error(), whole.max_error());
  EXPECT_EQ(first.kl(), whole.kl());
}

TEST(ErrorSums, OfZerosAreDefined) {
  EXPECT_EQ(Of({0, 0}, {0, 0}).cosine(), 1);
  EXPECT_EQ(Of({0, 0}, {0, 0}).sqnr_db(), 200);
  EXPECT_EQ(Of({0, 0}, {1, 0}).sqnr_db(), -200);
  EXPECT_EQ(Of({0, 0}, {1, 0}).cosine(), 0);
}

TEST(ErrorSums, DivergeWhereTheDistributionMoved) {
  std::vector<float> a, near, far;
  for (int i = 0; i < 1000; ++i) {
    a.push_back(float(i) / 100);
    near.push_back(float(i / 2 * 2) / 100);
    far.push_back(float(i) / 500);
  }
  EXPECT_GT(Of(a, far).kl(), 10 * Of(a, near).kl());
}

TEST(ErrorSums, HoldRatiosWhereTheyWouldBeInfinite) {
  const ErrorSums tiny = Of({1e20f}, {1e20f});
  EXPECT_EQ(tiny.sqnr_db(), 200);
  EXPECT_EQ(Of({1e-30f}, {1e30f}).sqnr_db(), -200);
  EXPECT_EQ(Of({1, 2}, {0, 0}).sqnr_db(), 0);
  EXPECT_EQ(Of({1, 2}, {0, 0}).relative_l2(), 1);
}

TEST(ErrorSums, PointTheOtherWayWhereSignsAreTurned) {
  EXPECT_NEAR(Of({1, 2}, {-1, -2}).cosine(), -1, 1e-12);
  EXPECT_NEAR(Of({1, 0}, {0, 1}).cosine(), 0, 1e-12);
}

// Scaling both versions changes what is absolute and nothing else.
TEST(ErrorSums, AreRelativeToTheSignal) {
  std::vector<float> a, b, a8, b8;
  for (int i = 0; i < 100; ++i) {
    a.push_back(std::sin(float(i)));
    b.push_back(a.back() + 0.01f * std::cos(float(3 * i)));
    a8.push_back(a.back() * 8);
    b8.push_back(b.back() * 8);
  }
  const ErrorSums sums = Of(a, b), scaled = Of(a8, b8);
  EXPECT_EQ(scaled.sqnr_db(), sums.sqnr_db());
  EXPECT_EQ(scaled.relative_l2(), sums.relative_l2());
  EXPECT_EQ(scaled.cosine(), sums.cosine());
  EXPECT_EQ(scaled.l2(), 8 * sums.l2());
  EXPECT_EQ(scaled.max_error(), 8 * sums.max_error());
}

TEST(ErrorSums, PassOverWhatIsNoNumberInTheExactValue) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float inf = std::numeric_limits<float>::infinity();
  const ErrorSums sums = Of({3, nan, inf, 4}, {3, 7, 8, 3.5f});
  EXPECT_NEAR(sums.sqnr_db(), 20, 1e-9);
  EXPECT_NEAR(sums.max_error(), 0.5, 1e-9);
}

TEST(ErrorSums, TakeWhatIsNoNumberInTheOtherOnlyForTheWorst) {
  for (float wrong : {std::numeric_limits<float>::quiet_NaN(),
                      -std::numeric_limits<float>::infinity()}) {
    const ErrorSums sums = Of({3, 4}, {wrong, 4});
    EXPECT_EQ(sums.sqnr_db(), -200);
    EXPECT_TRUE(std::isinf(sums.max_error()));
    EXPECT_TRUE(std::isinf(sums.relative_l2()));
    EXPECT_FALSE(std::isnan(sums.cosine()));
  }
}

TEST(ErrorSums, CountOnlyPairs) {
  const ErrorSums sums = Of({1, 2, 3}, {1, 2});
  EXPECT_EQ(sums.l2(), 0);
  EXPECT_EQ(sums.sqnr_db(), 200);
}

TEST(ErrorSums, OfNothingSayNoError) {
  const ErrorSums sums;
  EXPECT_EQ(sums.sqnr_db(), 200);
  EXPECT_EQ(sums.cosine(), 1);
  EXPECT_EQ(sums.relative_l2(), 0);
  EXPECT_EQ(sums.kl(), 0);
}

TEST(ErrorSums, DivergeOneWayOnly) {
  // b never is where half of a is; a is everywhere where b is.
  const std::vector<float> a = {1, 1, 2, 2}, b = {1, 1, 1, 1};
  EXPECT_GT(Of(a, b).kl(), 5);
  EXPECT_NEAR(Of(b, a).kl(), std::log(2.0), 1e-6);
}

}  // namespace
}  // namespace octet::compile
