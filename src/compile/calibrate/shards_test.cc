#include "compile/calibrate/shards.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace octet::compile {
namespace {

using testing::HasSubstr;

constexpr uint64_t kSet = 100;  // samples

// A shard of the set `set`: sample n of that has the fingerprint 1000 set + n.
Shard ShardOf(uint32_t number, uint32_t count, uint64_t set,
              uint64_t set_samples = kSet) {
  Shard shard{set_samples, count, number, {}};
  for (uint64_t n = number; n <= set_samples; n += count) {
    shard.samples.push_back(1000 * set + n);
  }
  return shard;
}

std::string Refusal(std::vector<Shard> into, const std::vector<Shard>& from) {
  const std::vector<Shard> before = into;
  const Status status = JoinShards(into, from);
  EXPECT_EQ(status.code(), Code::kBadInput);
  EXPECT_EQ(into, before) << "changed by an error";
  return status.message();
}

TEST(JoinShards, MakesTheWholeSetOfAllItsShardsInAnyOrder) {
  for (const uint64_t set_samples : {kSet, kSet + 1, kSet + 3}) {
    std::vector<uint32_t> order = {1, 2, 3, 4};
    do {
      std::vector<Shard> joined = {ShardOf(order[0], 4, 5, set_samples)};
      for (size_t i = 1; i < order.size(); ++i) {
        const std::vector<Shard> next = {ShardOf(order[i], 4, 5, set_samples)};
        ASSERT_TRUE(JoinShards(joined, next).ok());
        EXPECT_TRUE(AreValidShards(joined));
      }
      EXPECT_EQ(joined, std::vector<Shard>{ShardOf(1, 1, 5, set_samples)});
    } while (std::ranges::next_permutation(order).found);
  }
}

TEST(JoinShards, KeepsAnIncompleteSetInOrder) {
  std::vector<Shard> joined = {ShardOf(3, 3, 1)};
  ASSERT_TRUE(JoinShards(joined, std::vector{ShardOf(1, 3, 1)}).ok());
  EXPECT_EQ(joined, (std::vector{ShardOf(1, 3, 1), ShardOf(3, 3, 1)}));
}

TEST(JoinShards, KeepsSetsOfDifferentSizesApart) {
  std::vector<Shard> joined = {ShardOf(1, 2, 5, 10)};
  ASSERT_TRUE(JoinShards(joined, std::vector{ShardOf(2, 2, 6, 12)}).ok());
  EXPECT_EQ(joined.size(), 2u);
  ASSERT_TRUE(JoinShards(joined, std::vector{ShardOf(2, 2, 5, 10)}).ok());
  EXPECT_EQ(joined, (std::vector{ShardOf(1, 1, 5, 10), ShardOf(2, 2, 6, 12)}));
}

TEST(JoinShards, JoinsWholeSetsOfOneSizeAndDifferentContents) {
  std::vector<Shard> day = {ShardOf(1, 1, 5)};
  ASSERT_TRUE(JoinShards(day, std::vector{ShardOf(1, 1, 6)}).ok());
  EXPECT_EQ(day.size(), 2u);
  EXPECT_THAT(Refusal(day, {ShardOf(1, 1, 6)}), HasSubstr("twice"));
}

TEST(JoinShards, RefusesTheFirstSamplesOfASetBesideTheWhole) {
  for (const bool turned : {false, true}) {
    const std::vector<Shard> first = {ShardOf(1, 1, 5, 30)};
    const std::vector<Shard> whole = {ShardOf(1, 1, 5)};
    EXPECT_THAT(turned ? Refusal(whole, first) : Refusal(first, whole),
                testing::AllOf(HasSubstr("in common, 30 in all"),
                               HasSubstr("sample 1 of 30"),
                               HasSubstr("sample 1 of 100"),
                               HasSubstr("calibrate each sample once")));
  }
}

TEST(JoinShards, FindsTheOneSampleThatTwoSetsShare) {
  Shard day = ShardOf(2, 3, 5), night = ShardOf(1, 1, 6, 40);
  night.samples[39] = day.samples[4];
  EXPECT_THAT(
      Refusal({ShardOf(1, 1, 7, 7), day}, {night}),
      testing::AllOf(HasSubstr("1 in all"), HasSubstr("sample 14 of 100"),
                     HasSubstr("sample 40 of 40")));
  // A sample that was skipped is of no set.
  day.samples[4] = night.samples[39] = kSkipped;
  std::vector<Shard> joined = {day};
  EXPECT_TRUE(JoinShards(joined, std::vector{night}).ok());
}

TEST(JoinShards, LetsASetHoldASampleTwice) {
  Shard odd = ShardOf(1, 2, 5), even = ShardOf(2, 2, 5);
  even.samples[3] = odd.samples[0];
  std::vector<Shard> joined = {odd};
  ASSERT_TRUE(JoinShards(joined, std::vector{even}).ok());
  EXPECT_EQ(joined[0].samples[7], joined[0].samples[0]);
}

TEST(JoinShards, RefusesTheSameShardTwiceAndNamesIt) {
  EXPECT_THAT(Refusal({ShardOf(2, 7, 5)}, {ShardOf(2, 7, 5)}),
              testing::AllOf(HasSubstr("same samples twice"),
                             HasSubstr("2/7 of 100"), HasSubstr("once")));
}

TEST(JoinShards, RefusesAShardWhoseContentsChanged) {
  EXPECT_THAT(
      Refusal({ShardOf(2, 7, 5)}, {ShardOf(2, 7, 6)}),
      testing::AllOf(HasSubstr("2/7"), HasSubstr("different contents")));
}

TEST(JoinShards, RefusesShardsThatWereCutInTwoWays) {
  for (const Shard& other : {ShardOf(1, 1, 9), ShardOf(3, 4, 9)}) {
    EXPECT_THAT(Refusal({ShardOf(1, 2, 5)}, {other}),
                testing::AllOf(HasSubstr("1/2"), HasSubstr("in common")));
  }
}

TEST(JoinShards, RefusesCalibrationsThatDoNotSayWhatTheySaw) {
  EXPECT_THAT(Refusal({}, {ShardOf(1, 1, 1)}), HasSubstr("calibrate again"));
  EXPECT_THAT(Refusal({ShardOf(1, 1, 1)}, {}), HasSubstr("calibrate again"));
}

TEST(AreValidShards, AcceptsOnlyWhatJoiningLeaves) {
  EXPECT_TRUE(AreValidShards({}));
  EXPECT_TRUE(AreValidShards(std::vector{ShardOf(2, 2, 1)}));
  const std::vector<std::vector<Shard>> wrong = {
      {Shard{kSet, 1, 1, {}}},               // without its samples
      {Shard{1, 1, 1, {1, 2}}},              // with more than its samples
      {Shard{1, 2, 2, {1}}},                 // of no sample
      {Shard{kSet, 1, 0, {1}}},              // numbers begin at 1
      {ShardOf(3, 2, 1)},                    // and end at the count
      {Shard{kSet, 0, 1, {1}}},              // of no shards
      {ShardOf(1, 2, 1), ShardOf(2, 2, 1)},  // complete, not joined
      {ShardOf(2, 3, 1), ShardOf(1, 3, 1)},  // not sorted
      {ShardOf(1, 3, 1), ShardOf(1, 3, 1)},  // twice
      {ShardOf(1, 3, 1), ShardOf(1, 3, 2)},  // twice, changed
      {ShardOf(1, 2, 1), ShardOf(1, 3, 2)},  // cut in two ways
  };
  for (size_t i = 0; i < wrong.size(); ++i) {
    EXPECT_FALSE(AreValidShards(wrong[i])) << i;
  }
}

TEST(AreValidShards, DoesNotRunBeyondTheEndForAHugeCount) {
  const uint32_t most = ~uint32_t(0);
  EXPECT_TRUE(AreValidShards(std::vector{Shard{most, most, most, {1}}}));
  EXPECT_FALSE(AreValidShards(std::vector{Shard{~uint64_t(0), 1, 1, {1}}}));
}

}  // namespace
}  // namespace octet::compile
