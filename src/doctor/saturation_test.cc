#include "doctor/saturation.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace octet::doctor {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// The mean of the largest of m over all subsets, counted out.
double ByEnumeration(const std::vector<float>& numbers, int m) {
  double sum = 0;
  int subsets = 0;
  for (unsigned mask = 0; mask < 1u << numbers.size(); ++mask) {
    if (std::popcount(mask) != m) continue;
    float largest = -HUGE_VALF;
    for (size_t i = 0; i < numbers.size(); ++i) {
      if (mask >> i & 1) largest = std::max(largest, numbers[i]);
    }
    sum += double(largest);
    ++subsets;
  }
  return sum / subsets;
}

TEST(ExpectedLargest, IsTheMeanOverAllSubsets) {
  const std::vector<float> numbers = {3, -1, 7, 7, 0.5f, 12, 4};
  for (int m = 1; m <= int(numbers.size()); ++m) {
    EXPECT_NEAR(ExpectedLargest(numbers, m), ByEnumeration(numbers, m), 1e-9)
        << m;
  }
}

Extremes OfOneValue(std::vector<float> low, std::vector<float> high) {
  Extremes extremes;
  extremes.values = {"y"};
  for (size_t i = 0; i < low.size(); ++i) {
    extremes.samples.push_back(int64_t(i));
  }
  extremes.low = {std::move(low)};
  extremes.high = {std::move(high)};
  return extremes;
}

TEST(SaturationCurves, RiseToOneAndCountBothEnds) {
  const auto curves =
      SaturationCurves(OfOneValue({-1, -2, -3, -4, -5}, {1, 2, 3, 4, 5}));
  ASSERT_EQ(curves.size(), 1u);
  const auto& points = curves[0].points;
  ASSERT_EQ(points.size(), 4u);  // 1, 2, 4 and 5 samples
  EXPECT_DOUBLE_EQ(points[0].second, 3.0 / 5);
  EXPECT_EQ(points[3].first, 5);
  EXPECT_DOUBLE_EQ(points[3].second, 1);
  EXPECT_TRUE(std::ranges::is_sorted(points));
}

TEST(SaturationCurves, LeaveOutWhatIsZeroThroughout) {
  EXPECT_TRUE(SaturationCurves(OfOneValue({0, 0}, {0, 0})).empty());
}

TEST(SaturationCurves, CountTheSamplesThatLeaveTheRangeOfAllOthers) {
  const auto escape = [](std::vector<float> low, std::vector<float> high) {
    return SaturationCurves(OfOneValue(std::move(low), std::move(high)))[0]
        .escape;
  };
  // By a tenth of the width of the others' range, 2, or by less.
  EXPECT_EQ(escape({-1, -1, -1, -1}, {1, 1, 1.19f, 1}), 0);
  EXPECT_EQ(escape({-1, -1, -1, -1}, {1, 1, 1.21f, 1}), 0.25);
  // Both ends of one sample count once, of two samples twice.
  EXPECT_EQ(escape({-1, -1, -9, -1}, {1, 1, 9, 1}), 0.25);
  EXPECT_EQ(escape({-1, -9, -1, -1}, {1, 1, 9, 1}), 0.5);
}

// A value of n samples of which the last goes `far` times as far as the others.
std::vector<SaturationCurve> CurvesOf(int n, float far) {
  std::vector<float> high(size_t(n), 1.0f);
  high.back() = far;
  return SaturationCurves(OfOneValue(std::vector<float>(size_t(n)), high));
}

TEST(FindTooFew, IsSilentWhileNoSampleLeavesTheRange) {
  EXPECT_FALSE(FindTooFew(CurvesOf(8, 1), 8));
  EXPECT_FALSE(FindTooFew(CurvesOf(100, 1), 100));
}

TEST(FindTooFew, SpeaksWhenAnotherSampleWouldLeaveTheRanges) {
  const auto finding = FindTooFew(CurvesOf(12, 2), 12);
  ASSERT_TRUE(finding);
  EXPECT_EQ(finding->kind, "too-few");
  EXPECT_EQ(finding->severity, Severity::kWarning);
  EXPECT_THAT(finding->names, ElementsAre("y"));
  EXPECT_THAT(finding->evidence, HasSubstr("8.3 % of the values"));
  EXPECT_THAT(finding->advice, HasSubstr("32 samples"));
  // Of more samples one may go far.
  EXPECT_FALSE(FindTooFew(CurvesOf(26, 2), 26));
}

TEST(FindTooFew, CallsAHandfulAnErrorHoweverAlikeTheyAre) {
  const auto finding = FindTooFew(CurvesOf(7, 1), 7);
  ASSERT_TRUE(finding);
  EXPECT_EQ(finding->severity, Severity::kError);
}

}  // namespace
}  // namespace octet::doctor
