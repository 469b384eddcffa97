#include "compile/search/loss_sums.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace octet::compile {
namespace {

using testing::ElementsAre;

TEST(NoiseShare, IsNoiseOverSignalInPowerAndAtMostOne) {
  const std::vector<float> x = {3, 4};
  EXPECT_EQ(NoiseShare(x, x), 0);
  EXPECT_DOUBLE_EQ(NoiseShare(x, std::vector<float>{3, 5}), 1.0 / 25);
  EXPECT_EQ(NoiseShare(x, std::vector<float>{-30, 50}), 1);
  EXPECT_EQ(NoiseShare(std::vector<float>{0, 0}, x), 1);
  EXPECT_EQ(NoiseShare(x, std::vector<float>{NAN, 4}), 1);
}

TEST(OutputLoss, SeesATurnAndANewDistribution) {
  const std::vector<float> x = {1, 0}, turned = {0, 1}, same = {2, 0};
  SampleLoss loss;
  OutputLoss turn;
  turn.Add(x, turned);
  turn.WriteTo(loss);
  EXPECT_DOUBLE_EQ(loss.cosine, 1);
  EXPECT_EQ(loss.kl, 0);  // the same elements in another order
  OutputLoss longer;
  longer.Add(x, same);
  longer.WriteTo(loss);
  EXPECT_DOUBLE_EQ(loss.cosine, 0);
  EXPECT_GT(loss.kl, 0);
}

TEST(EstimateOf, GivesTheStandardErrorOfTheMean) {
  EXPECT_EQ(EstimateOf(std::vector<double>{}).mean, 0);
  EXPECT_EQ(EstimateOf(std::vector<double>{5}).error, 0);
  const Estimate e = EstimateOf(std::vector<double>{1, 2, 3, 4});
  EXPECT_DOUBLE_EQ(e.mean, 2.5);
  EXPECT_DOUBLE_EQ(e.error, std::sqrt(5.0 / 3 / 4));
}

TEST(RanksOf, SharesRanksAmongTies) {
  EXPECT_THAT(RanksOf({0.5, 9, 0.5, 7}), ElementsAre(3.5, 1, 3.5, 2));
}

TEST(RankCorrelation, DependsOnTheOrderAlone) {
  EXPECT_DOUBLE_EQ(RankCorrelation({1, 2, 3, 4}, {1, 10, 100, 1e9}), 1);
  EXPECT_DOUBLE_EQ(RankCorrelation({1, 2, 3, 4}, {4, 3, 2, 1}), -1);
  // Wikipedia's example, "Spearman's rank correlation coefficient": -29/165.
  EXPECT_NEAR(RankCorrelation({106, 100, 86, 101, 99, 103, 97, 113, 112, 110},
                              {7, 27, 2, 50, 28, 29, 20, 12, 6, 17}),
              -29.0 / 165, 1e-12);
}

TEST(RankCorrelation, IsZeroWhereThereIsNoOrder) {
  EXPECT_EQ(RankCorrelation({1}, {1}), 0);
  EXPECT_EQ(RankCorrelation({1, 1, 1}, {1, 2, 3}), 0);
}

}  // namespace
}  // namespace octet::compile
