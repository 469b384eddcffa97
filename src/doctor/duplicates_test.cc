#include "doctor/duplicates.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace octet::doctor {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Facts of pictures with these cells; the content is the position unless two
// cells lists are equal.
std::vector<SampleFacts> Pictures(
    const std::vector<std::vector<float>>& thumbnails) {
  std::vector<SampleFacts> facts;
  for (size_t i = 0; i < thumbnails.size(); ++i) {
    SampleFacts& one = facts.emplace_back();
    one.name = "p" + std::to_string(i);
    one.content = i;
    one.thumbnail = thumbnails[i];
    for (const float x : thumbnails[i]) {
      one.brightness += double(x) / double(thumbnails[i].size());
    }
  }
  return facts;
}

TEST(ListDuplicates, FindsEqualContentsOfAnyKind) {
  std::vector<SampleFacts> facts(4);
  facts[0].content = facts[2].content = facts[3].content = 9;
  const auto list = ListDuplicates(facts);
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list[0].first, 0u);
  EXPECT_EQ(list[0].again, 2u);
  EXPECT_TRUE(list[0].exact);
  EXPECT_EQ(list[1].again, 3u);
}

TEST(ListDuplicates, FindsNearPicturesHoweverFarApartInTheList) {
  // Spread: deviations of about 8 for each cell; near is 2 % of that, 0.16.
  const auto list = ListDuplicates(
      Pictures({{0, 10}, {10, 0}, {20, 5}, {0, 20}, {10.1f, 0.1f}}));
  ASSERT_EQ(list.size(), 1u);
  EXPECT_EQ(list[0].first, 1u);
  EXPECT_EQ(list[0].again, 4u);
  EXPECT_FALSE(list[0].exact);
}

TEST(ListDuplicates, TellsPicturesApartThatOnlyHaveEqualMeans) {
  EXPECT_THAT(ListDuplicates(Pictures({{0, 10}, {10, 0}, {5, 5}})), IsEmpty());
}

TEST(ListDuplicates, DoesNotCompareWhatCannotBeRead) {
  std::vector<SampleFacts> facts(3);
  for (SampleFacts& one : facts) one.error = "cut short";
  EXPECT_THAT(ListDuplicates(facts), IsEmpty());
}

TEST(FindDuplicates, PassesOverOneInTwentyAndSpeaksOfMore) {
  std::vector<SampleFacts> facts(20);
  for (size_t i = 0; i < facts.size(); ++i) {
    facts[i].content = i;
    facts[i].name = "p" + std::to_string(i);
  }
  facts[7].content = 0;
  EXPECT_FALSE(FindDuplicates(facts));
  facts[9].content = 1;
  const auto finding = FindDuplicates(facts);
  ASSERT_TRUE(finding);
  EXPECT_THAT(finding->names, ElementsAre("p7", "p9"));
  EXPECT_THAT(finding->found, HasSubstr("2 of 20"));
  EXPECT_THAT(finding->evidence, HasSubstr("p7 is p0 again"));
  EXPECT_THAT(finding->advice, HasSubstr("18 different"));
}

}  // namespace
}  // namespace octet::doctor
