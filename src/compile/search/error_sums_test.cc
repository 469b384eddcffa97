#include "compile/search/error_sums.h"

#include <gtest/gtest.h>

#include <cmath>

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

}  // namespace
}  // namespace octet::compile
