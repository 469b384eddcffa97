#include "doctor/outlier.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace octet::doctor {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string NameOf(int64_t i) { return "photo" + std::to_string(i); }

// Ten values over 20 samples, each sample as far out as any other; sample 100 +
// `who` reaches `factor` times as far in the first `owned` values.
Extremes TenValues(size_t who, float factor, size_t owned) {
  Extremes extremes;
  for (int64_t i = 0; i < 20; ++i) extremes.samples.push_back(100 + i);
  for (size_t v = 0; v < 10; ++v) {
    extremes.values.push_back("v" + std::to_string(v));
    auto& high = extremes.high.emplace_back();
    for (size_t i = 0; i < 20; ++i) {
      high.push_back(1 + 0.1f * float((i * 7 + v * 3) % 20) / 20);
    }
    if (v < owned) high[who] = factor;
    extremes.low.emplace_back(20, 0.0f);
  }
  return extremes;
}

TEST(FindOutlier, IsSilentWhereExtremesAreShared) {
  EXPECT_FALSE(FindOutlier(TenValues(4, 1, 0), NameOf));
}

TEST(FindOutlier, NamesTheSampleByItsIndexInTheSet) {
  const auto finding = FindOutlier(TenValues(4, 11, 9), NameOf);
  ASSERT_TRUE(finding);
  EXPECT_THAT(finding->names, ElementsAre("photo104"));
  EXPECT_THAT(finding->found, HasSubstr("9 of 10 values"));
  EXPECT_THAT(finding->evidence, HasSubstr("10.0 times"));
  EXPECT_THAT(finding->advice, HasSubstr("photo104"));
}

TEST(FindOutlier, NeedsBothManyValuesAndMuchWidth) {
  EXPECT_FALSE(FindOutlier(TenValues(4, 11, 5), NameOf));     // half only
  EXPECT_FALSE(FindOutlier(TenValues(4, 1.3f, 10), NameOf));  // not far
}

TEST(FindOutlier, CountsAValueOfWhichBothEndsAreOwnedOnce) {
  Extremes extremes = TenValues(4, 11, 5);
  for (size_t v = 0; v < 5; ++v) extremes.low[v][4] = -1;
  EXPECT_FALSE(FindOutlier(extremes, NameOf));
}

TEST(FindOutlier, TakesTheOnlySampleThatIsNotZeroForFarOut) {
  Extremes extremes = TenValues(4, 1, 0);
  for (auto& high : extremes.high) {
    high.assign(20, 0);
    high[8] = 0.5f;
  }
  const auto finding = FindOutlier(extremes, NameOf);
  ASSERT_TRUE(finding);
  EXPECT_THAT(finding->names, ElementsAre("photo108"));
}

}  // namespace
}  // namespace octet::doctor
