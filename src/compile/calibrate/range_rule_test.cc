#include "compile/calibrate/range_rule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace octet::compile {
namespace {

using testing::FloatNear;
using testing::HasSubstr;

std::vector<float> Normal(int n, float spread, float outlier) {
  std::mt19937 generator(3);
  std::normal_distribution<float> normal(0.0f, spread);
  std::vector<float> x(static_cast<size_t>(n));
  for (float& v : x) v = normal(generator);
  if (outlier != 0) x.back() = outlier;
  return x;
}

ValueRange Observed(const std::vector<float>& x) {
  ValueRange value;
  value.histogram.Add(x);
  return value;
}

Range Choose(const ValueRange& value, std::string_view rule,
             uint64_t samples = 1) {
  const Result<RangeChoice> choice = ParseRangeChoice(rule);
  EXPECT_TRUE(choice.ok()) << choice.status().message();
  const Result<Range> range = ChooseRange(value, *choice, samples);
  EXPECT_TRUE(range.ok()) << range.status().message();
  return *range;
}

// Expected squared error of quantizing x with a range, straight from the data.
double Error(const std::vector<float>& x, Range range) {
  const Result<QuantParams> params = ChooseQuantParams(range);
  EXPECT_TRUE(params.ok());
  double sum = 0;
  for (float v : x) {
    const int q = QuantizeU8(v, params->scale[0], params->zero_point[0]);
    const double e =
        double(v) -
        double(octet::Dequantize(q, params->scale[0], params->zero_point[0]));
    sum += e * e;
  }
  return sum;
}

TEST(RangeRule, MinMaxIsTheExtremes) {
  const Range range = Choose(Observed({-3, 5, 1}), "minmax");
  EXPECT_EQ(range.low, -3);
  EXPECT_EQ(range.high, 5);
}

TEST(RangeRule, MseBeatsMinMaxWhereOneValueIsFarOut) {
  // Clipping 12 to 6 costs 36; the finer steps save more on 200,000 values.
  const std::vector<float> x = Normal(200000, 1.0f, 12.0f);
  const Range mse = Choose(Observed(x), "mse");
  EXPECT_LT(mse.high, 10.0f);
  EXPECT_LT(Error(x, mse), Error(x, Choose(Observed(x), "minmax")));
}

TEST(RangeRule, MseClipsANormalDistributionLittle) {
  const std::vector<float> x = Normal(100000, 1.0f, 0);
  const Range range = Choose(Observed(x), "mse");
  EXPECT_GT(range.high, 3.0f);
  EXPECT_LT(range.low, -3.0f);
  EXPECT_LE(Error(x, range), Error(x, Choose(Observed(x), "minmax")) * 1.001);
}

TEST(RangeRule, MseTreatsTheTwoEndsApart) {
  std::vector<float> x = Normal(200000, 1.0f, 0);
  for (float& v : x) v = std::max(v, -0.2f);
  x.back() = 12.0f;
  const Range range = Choose(Observed(x), "mse");
  EXPECT_GT(range.low, -0.25f);
  EXPECT_LT(range.high, 10.0f);
}

TEST(RangeRule, PercentileLeavesTheAskedShareOutside) {
  const std::vector<float> x = Normal(200000, 1.0f, 0);
  const Range range = Choose(Observed(x), "percentile:99");
  const auto outside = std::ranges::count_if(
      x, [&](float v) { return v < range.low || v > range.high; });
  EXPECT_NEAR(double(outside) / 200000, 0.01, 0.002);
}

TEST(RangeRule, PercentileOf100IsMinMax) {
  const ValueRange value = Observed(Normal(1000, 1.0f, 40.0f));
  const Range all = Choose(value, "percentile:100");
  EXPECT_EQ(all.high, 40.0f);
  EXPECT_EQ(all.low, value.histogram.extremes().low);
}

TEST(RangeRule, MeanMinMaxAveragesOverSamples) {
  ValueRange value = Observed({-2, 4});
  for (float x : {-2.0f, -1.0f, 0.0f}) value.low_sum.Add(x);
  for (float x : {4.0f, 2.0f, 3.0f}) value.high_sum.Add(x);
  const Range range = Choose(value, "mean-minmax", 3);
  EXPECT_THAT(range.low, FloatNear(-1, 1e-6f));
  EXPECT_THAT(range.high, FloatNear(3, 1e-6f));
}

TEST(RangeRule, EntropyCutsALongTail) {
  std::vector<float> x = Normal(100000, 1.0f, 0);
  for (int i = 0; i < 20; ++i) x[size_t(i)] = 60.0f + float(i);
  EXPECT_LT(Choose(Observed(x), "entropy").high, 30.0f);
}

TEST(RangeRule, EntropyKeepsAllOfAUniformDistribution) {
  std::vector<float> x;
  for (int i = 0; i < 40000; ++i) x.push_back(float(i % 2000) / 1000.0f - 1.0f);
  EXPECT_GT(Choose(Observed(x), "entropy").high, 0.9f);
}

TEST(EntropyThresholdBins, TakesTheLastOfEqualMinima) {
  // A single filled bin: every threshold describes it perfectly.
  std::vector<uint64_t> magnitudes(2048);
  magnitudes[0] = magnitudes[1] = 100;
  EXPECT_EQ(EntropyThresholdBins(magnitudes), 2048);
}

TEST(EntropyThresholdBins, IgnoresHowManyZerosThereAre) {
  std::vector<uint64_t> few(2048), many(2048);
  for (size_t i = 0; i < 2048; ++i) few[i] = many[i] = 2048 - i;
  few[0] = 0;
  many[0] = 1'000'000'000;
  EXPECT_EQ(EntropyThresholdBins(few), EntropyThresholdBins(many));
}

TEST(RangeRule, OfAValueThatWasNeverSeenIsEmpty) {
  const ValueRange never;
  for (const char* rule : {"minmax", "mse", "entropy", "percentile"}) {
    const Range range = Choose(never, rule);
    EXPECT_EQ(range.low, 0) << rule;
    EXPECT_EQ(range.high, 0) << rule;
  }
}

TEST(RangeRule, MovingAverageMustHaveBeenObserved) {
  ValueRange value = Observed({-1, 2});
  const RangeChoice choice{RangeRule::kMovingAverage, 0};
  EXPECT_EQ(ChooseRange(value, choice, 1).status().code(), Code::kUsage);
  value.moving_low = -0.5f;
  value.moving_high = 1.5f;
  EXPECT_EQ(ChooseRange(value, choice, 1)->high, 1.5f);
}

TEST(ParseRangeChoice, OffersTheNearestRule) {
  const auto wrong = ParseRangeChoice("entropie");
  ASSERT_FALSE(wrong.ok());
  EXPECT_THAT(wrong.status().message(), HasSubstr("did you mean 'entropy'"));
  EXPECT_FALSE(ParseRangeChoice("mse:3").ok());
  EXPECT_FALSE(ParseRangeChoice("percentile:abc").ok());
  EXPECT_FALSE(ParseRangeChoice("percentile:40").ok());
  EXPECT_EQ(ParseRangeChoice("percentile:99.9")->percentile, 99.9);
}

}  // namespace
}  // namespace octet::compile
