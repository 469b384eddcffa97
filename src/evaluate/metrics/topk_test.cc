#include "evaluate/metrics/topk.h"

#include <cmath>

#include "evaluate/metrics/groups.h"
#include "evaluate/metrics/interval.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace octet::evaluate {
namespace {

TEST(RankOf, CountsLargerOutputs) {
  const std::vector<float> outputs = {0.1f, 0.5f, 0.3f};
  EXPECT_EQ(RankOf(outputs, 1), 0);
  EXPECT_EQ(RankOf(outputs, 2), 1);
  EXPECT_EQ(RankOf(outputs, 0), 2);
}

TEST(RankOf, GivesTiesToTheLowestIndex) {
  const std::vector<float> outputs = {2, 5, 5, 5};
  EXPECT_EQ(RankOf(outputs, 1), 0);
  EXPECT_EQ(RankOf(outputs, 3), 2);
}

TEST(RankOf, PutsNaNLast) {
  const std::vector<float> outputs = {NAN, -INFINITY, NAN, 3};
  EXPECT_EQ(RankOf(outputs, 3), 0);
  EXPECT_EQ(RankOf(outputs, 1), 1);
  EXPECT_EQ(RankOf(outputs, 0), 2);
  EXPECT_EQ(RankOf(outputs, 2), 3);
}

TEST(RankOf, FindsAnImpossibleLabelNowhere) {
  const std::vector<float> outputs = {1, 2};
  EXPECT_EQ(RankOf(outputs, 2), 2);
  EXPECT_EQ(RankOf(outputs, -1), 2);
  EXPECT_EQ(RankOf({}, 0), 0);
}

TEST(TopK, SharesSamplesByRank) {
  TopK topk;
  topk.Add(std::vector<float>{3, 2, 1}, 0);
  topk.Add(std::vector<float>{3, 2, 1}, 1);
  topk.Add(std::vector<float>{3, 2, 1}, 2);
  topk.Add(std::vector<float>{3, 2, 1}, 0);
  EXPECT_EQ(topk.samples(), 4);
  EXPECT_EQ(topk.Share(1), 0.5);
  EXPECT_EQ(topk.Share(2), 0.75);
  EXPECT_EQ(topk.Share(3), 1);
  EXPECT_EQ(topk.rank(2), 2);
}

TEST(PairHits, CountsSamplesThatOneModelOnlyGetsRight) {
  TopK one;
  TopK other;
  const std::vector<float> outputs = {3, 2, 1};
  for (const int64_t label : {0, 0, 0, 1, 2}) one.Add(outputs, label);
  for (const int64_t label : {0, 1, 2, 0, 2}) other.Add(outputs, label);
  EXPECT_EQ(PairHits(one, other, 1).won, 2);
  EXPECT_EQ(PairHits(one, other, 1).lost, 1);
  EXPECT_EQ(PairHits(one, other, 2).won, 1);
  EXPECT_EQ(PairHits(one, other, 2).lost, 0);
  EXPECT_EQ(PairHits(one, TopK(), 1).won, 0);
}

TEST(PairedInterval, IsThatOfAgrestiAndMin) {
  // By hand: 4 of 12 and 2 of 12 are (4 - 2) / 14 with a variance of
  // (7 / 14 - (2 / 14)^2) / 14.
  const Interval interval = PairedInterval(4, 2, 12);
  const double spread = 1.959963984540054 * std::sqrt((0.5 - 1.0 / 49) / 14);
  EXPECT_NEAR(interval.low, 1.0 / 7 - spread, 1e-12);
  EXPECT_NEAR(interval.high, 1.0 / 7 + spread, 1e-12);
  // Equal answers leave some doubt, less of it the more there are.
  EXPECT_LT(PairedInterval(0, 0, 10).low, PairedInterval(0, 0, 1000).low);
  EXPECT_EQ(PairedInterval(0, 0, 10).high, -PairedInterval(0, 0, 10).low);
  EXPECT_EQ(PairedInterval(0, 1, 1).low, -1);
}

TEST(TopK, LeavesOutTheBackground) {
  TopK topk(1);
  topk.Add(std::vector<float>{9, 1, 2}, 1);
  EXPECT_EQ(topk.Share(1), 1);
  // More background than outputs: nothing is right, nothing breaks.
  TopK none(5);
  none.Add(std::vector<float>{9, 1, 2}, 1);
  EXPECT_EQ(none.samples(), 1);
}

TEST(TopK, LeavesOutEachGroupOfSamples) {
  TopK topk;
  // 18 samples, so that two groups have two: the first is wrong in both.
  for (int i = 0; i < 18; ++i) {
    topk.Add(std::vector<float>{2, 1}, i % 16 == 0 ? 1 : 0);
  }
  const std::vector<double> without = topk.SharesWithoutEach(1);
  ASSERT_EQ(without.size(), kGroups);
  EXPECT_EQ(without[0], 1);
  EXPECT_EQ(without[1], 14.0 / 16);
  EXPECT_EQ(without[2], 15.0 / 17);
  EXPECT_TRUE(TopK().SharesWithoutEach(1).empty());
}

TEST(TopK, IsZeroWithoutSamples) {
  EXPECT_EQ(TopK().Share(1), 0);
  EXPECT_EQ(TopK().ShareInterval(1).high, 1);
}

TEST(WilsonInterval, EqualsThePublishedExample) {
  // Newcombe 1998, table I: 81 of 263 gives .2553 to .3662.
  const Interval interval = WilsonInterval(81, 263);
  EXPECT_NEAR(interval.low, 0.2553, 5e-5);
  EXPECT_NEAR(interval.high, 0.3662, 5e-5);
}

TEST(WilsonInterval, StaysInsideZeroAndOne) {
  EXPECT_EQ(WilsonInterval(0, 10).low, 0);
  EXPECT_GT(WilsonInterval(0, 10).high, 0.2);
  EXPECT_LE(WilsonInterval(10, 10).high, 1);
  EXPECT_LT(WilsonInterval(10, 10).low, 0.8);
}

TEST(MiddleOf, CutsBothEnds) {
  std::vector<double> results;
  for (int i = 1000; i >= 0; --i) results.push_back(i);
  const Interval interval = MiddleOf(results);
  EXPECT_NEAR(interval.low, 25, 1e-9);
  EXPECT_NEAR(interval.high, 975, 1e-9);
  EXPECT_EQ(MiddleOf({4}).low, 4);
  EXPECT_EQ(MiddleOf({}).high, 0);
}

}  // namespace
}  // namespace octet::evaluate
