#include "doctor/lighting.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace octet::doctor {
namespace {

using testing::HasSubstr;

// n pictures, evenly from `from` to `to` bright, of contrast 50.
void Append(std::vector<SampleFacts>& facts, int n, double from, double to,
            double contrast = 50) {
  for (int i = 0; i < n; ++i) {
    SampleFacts& one = facts.emplace_back();
    one.name = "p" + std::to_string(facts.size() - 1);
    one.thumbnail = {1};
    one.brightness = from + (to - from) * i / n;
    one.contrast = contrast + i % 7;
  }
}

std::vector<SampleFacts> Day(int n) {
  std::vector<SampleFacts> facts;
  Append(facts, n, 80, 180);
  return facts;
}

std::vector<SampleFacts> DayAndNight(int day, int night) {
  std::vector<SampleFacts> facts = Day(day);
  Append(facts, night, 10, 40);
  return facts;
}

TEST(FindMissingLight, IsSilentWhereBothSetsHaveTheSameLight) {
  EXPECT_FALSE(FindMissingLight(Day(200), Day(70)));
  EXPECT_FALSE(FindMissingLight(DayAndNight(140, 60), DayAndNight(72, 28)));
  // Less night, but not next to none.
  EXPECT_FALSE(FindMissingLight(DayAndNight(180, 20), DayAndNight(72, 28)));
}

TEST(FindMissingLight, NamesTheNightThatIsOnlyInTheEvaluationSet) {
  const auto finding = FindMissingLight(Day(200), DayAndNight(72, 28));
  ASSERT_TRUE(finding);
  EXPECT_EQ(finding->kind, "missing-light");
  EXPECT_THAT(finding->found, HasSubstr("evaluation pictures are darker"));
  // All of the night, and hardly anything of the day.
  EXPECT_THAT(finding->names, testing::IsSupersetOf({"p72", "p80", "p99"}));
  EXPECT_LE(finding->names.size(), 30u);
  EXPECT_GE(finding->names.size(), 28u);
}

TEST(FindMissingLight, SeesOneNightPictureAmongManyAsNone) {
  EXPECT_TRUE(FindMissingLight(DayAndNight(199, 1), DayAndNight(72, 28)));
}

TEST(FindMissingLight, FindsBrighterFlatterAndHarsherLightToo) {
  struct Case {
    const char* word;
    double brightness, contrast;
  };
  for (const Case& c : {Case{"brighter", 230, 50}, Case{"flatter", 100, 5},
                        Case{"harsher", 100, 120}}) {
    std::vector<SampleFacts> evaluation = Day(70);
    Append(evaluation, 30, c.brightness, c.brightness + 1, c.contrast);
    const auto finding = FindMissingLight(Day(200), evaluation);
    ASSERT_TRUE(finding) << c.word;
    EXPECT_THAT(finding->found, HasSubstr(c.word));
  }
}

TEST(FindMissingLight, DoesNotTakeAnUnevenDrawForAnotherLight) {
  // The darkest sixth is missing, but it is what is next in line.
  std::vector<SampleFacts> evaluation;
  Append(evaluation, 200, 76, 180);
  Append(evaluation, 40, 76, 80);
  EXPECT_FALSE(FindMissingLight(Day(200), evaluation));
}

TEST(FindMissingLight, DoesNotTakeChanceForEvidence) {
  // One in ten is missing, but a dozen samples miss that often enough.
  EXPECT_FALSE(FindMissingLight(Day(12), DayAndNight(90, 10)));
  EXPECT_FALSE(FindMissingLight({}, DayAndNight(72, 28)));
  EXPECT_FALSE(FindMissingLight(Day(200), {}));
}

}  // namespace
}  // namespace octet::doctor
