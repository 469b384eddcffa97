#include "doctor/coverage.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace octet::doctor {
namespace {

using testing::HasSubstr;

// Ten values of range -1..1, seen by two samples; in the first `beyond` one
// sample reaches `high`.
Extremes Seen(size_t beyond, float high) {
  Extremes extremes;
  extremes.samples = {0, 1};
  for (size_t v = 0; v < 10; ++v) {
    extremes.values.push_back("v" + std::to_string(v));
    extremes.low.push_back({-1, -0.5f});
    extremes.high.push_back({1, v < beyond ? high : 0.5f});
  }
  return extremes;
}

std::vector<ObservedRange> Calibrated() {
  std::vector<ObservedRange> ranges(10);
  for (size_t v = 0; v < 10; ++v) {
    ranges[v].name = "v" + std::to_string(v);
    ranges[v].low = -1;
    ranges[v].high = 1;
  }
  return ranges;
}

TEST(FindUncovered, IsSilentAboutTheSamplesThatWereCalibrated) {
  EXPECT_FALSE(FindUncovered(Seen(0, 0), Calibrated()));
}

TEST(FindUncovered, AllowsATenthOfTheWidthAndATenthOfTheValues) {
  EXPECT_FALSE(FindUncovered(Seen(10, 1.19f), Calibrated()));
  EXPECT_FALSE(FindUncovered(Seen(1, 5), Calibrated()));
  const auto finding = FindUncovered(Seen(2, 1.21f), Calibrated());
  ASSERT_TRUE(finding);
  EXPECT_EQ(finding->severity, Severity::kError);
  EXPECT_THAT(finding->found, HasSubstr("2 of 10 values"));
}

TEST(FindUncovered, PutsTheWorstValueFirst) {
  Extremes extremes = Seen(3, 2);
  extremes.low[2][0] = -9;
  const auto finding = FindUncovered(extremes, Calibrated());
  ASSERT_TRUE(finding);
  EXPECT_EQ(finding->names[0], "v2");
  EXPECT_THAT(finding->evidence, HasSubstr("400 %"));
}

TEST(FindUncovered, PassesOverValuesThatTheFileDoesNotKnow) {
  auto other = Calibrated();
  for (ObservedRange& range : other) range.name += "_of_another";
  EXPECT_FALSE(FindUncovered(Seen(10, 9), other));
}

}  // namespace
}  // namespace octet::doctor
