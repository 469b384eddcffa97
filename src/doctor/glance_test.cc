#include "doctor/glance.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace octet::doctor {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string NameOf(int64_t i) { return "photo" + std::to_string(i); }

std::vector<ObservedRange> Calibrated(int owned_by_5) {
  std::vector<ObservedRange> values(12);
  for (int v = 0; v < 12; ++v) {
    values[size_t(v)].low = v % 2 == 0 ? -1 : 0;
    values[size_t(v)].high = 2;
    values[size_t(v)].low_sample = v;
    values[size_t(v)].high_sample = v < owned_by_5 ? 5 : v + 20;
  }
  return values;
}

TEST(GlanceAt, SpeaksWhenOneSampleOwnsThreeQuartersOfTheValues) {
  EXPECT_FALSE(GlanceAt(Calibrated(9), 40, NameOf));
  const auto finding = GlanceAt(Calibrated(10), 40, NameOf);
  ASSERT_TRUE(finding);
  EXPECT_THAT(finding->names, ElementsAre("photo5"));
  EXPECT_THAT(finding->evidence, HasSubstr("one of 40 samples"));
}

TEST(GlanceAt, KnowsThatOneOfAFewOwnsMuchByChance) {
  EXPECT_FALSE(GlanceAt(Calibrated(12), 15, NameOf));
}

TEST(GlanceAt, CallsAHandfulOfSamplesFew) {
  const auto finding = GlanceAt(Calibrated(0), 7, NameOf);
  ASSERT_TRUE(finding);
  EXPECT_EQ(finding->kind, "too-few");
  EXPECT_FALSE(GlanceAt(Calibrated(0), 8, NameOf));
}

}  // namespace
}  // namespace octet::doctor
