#include "base/quant.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace octet {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

struct Chosen {
  float scale;
  int32_t zero_point;
};

Chosen Choose(float low, float high) {
  const auto params = ChooseQuantParams(Range{low, high});
  EXPECT_TRUE(params.ok());
  return {params->scale[0], params->zero_point[0]};
}

TEST(ChooseQuantParams, KeepsZeroExactWhenTheRangeIsAllPositive) {
  const Chosen chosen = Choose(2, 10);
  EXPECT_EQ(chosen.zero_point, 0);
  EXPECT_EQ(chosen.scale, 10.0f / 255);
}

TEST(ChooseQuantParams, KeepsZeroExactWhenTheRangeIsAllNegative) {
  const Chosen chosen = Choose(-10, -2);
  EXPECT_EQ(chosen.zero_point, 255);
  EXPECT_EQ(chosen.scale, 10.0f / 255);
}

TEST(ChooseQuantParams, CoversBothEndsAfterTheZeroPointIsRounded) {
  const Range ranges[] = {{-1, 1},      {-0.3f, 7},       {-123, 0.01f},
                          {-1e-3f, 1},  {-5, 6},          {-1e30f, 1e30f},
                          {-1e-30f, 3}, {-0.501f, 0.499f}};
  for (const Range& range : ranges) {
    const Chosen chosen = Choose(range.low, range.high);
    const float rounding = 1e-6f * std::max(-range.low, range.high);
    // An end that is closer to 0 than half a step shares its code.
    const float low_slack = chosen.zero_point == 0 ? chosen.scale / 2 : 0;
    const float high_slack = chosen.zero_point == 255 ? chosen.scale / 2 : 0;
    EXPECT_LE(Dequantize(0, chosen.scale, chosen.zero_point),
              range.low + rounding + low_slack);
    EXPECT_GE(Dequantize(255, chosen.scale, chosen.zero_point),
              range.high - rounding - high_slack);
    EXPECT_EQ(QuantizeU8(0, chosen.scale, chosen.zero_point),
              chosen.zero_point);
  }
}

TEST(ChooseQuantParams, GivesAConstantZeroTensorASmallPositiveScale) {
  EXPECT_EQ(Choose(0, 0).scale, 0x1p-20f / 255);
  EXPECT_EQ(Choose(0, 0).zero_point, 0);
}

TEST(ChooseQuantParams, GivesANormalScaleForTheWidestRange) {
  const float most = std::numeric_limits<float>::max();
  const Chosen chosen = Choose(-most, most);
  EXPECT_TRUE(std::isnormal(chosen.scale));
}

TEST(ChooseQuantParams, RefusesBoundsThatAreNotNumbers) {
  for (float bad : {kNaN, kInfinity, -kInfinity}) {
    EXPECT_EQ(ChooseQuantParams(Range{bad, 1}).status().code(),
              Code::kBadInput);
    EXPECT_EQ(ChooseQuantParams(Range{-1, bad}).status().code(),
              Code::kBadInput);
  }
}

TEST(ChooseQuantParams, ChoosesForEachChannelByItself) {
  const auto params =
      ChooseQuantParams(std::vector<Range>{{0, 255}, {-255, 0}, {0, 510}});
  ASSERT_TRUE(params.ok());
  EXPECT_TRUE(params->per_channel());
  EXPECT_EQ(params->scale, (std::vector<float>{1, 1, 2}));
  EXPECT_EQ(params->zero_point, (std::vector<int32_t>{0, 255, 0}));
}

TEST(QuantizeU8, RoundsHalvesToEven) {
  EXPECT_EQ(QuantizeU8(0.5f, 1, 10), 10);
  EXPECT_EQ(QuantizeU8(1.5f, 1, 10), 12);
  EXPECT_EQ(QuantizeU8(2.5f, 1, 10), 12);
  EXPECT_EQ(QuantizeU8(-0.5f, 1, 10), 10);
  EXPECT_EQ(QuantizeU8(-1.5f, 1, 10), 8);
}

TEST(QuantizeU8, SaturatesAtBothEnds) {
  EXPECT_EQ(QuantizeU8(1e9f, 1, 10), 255);
  EXPECT_EQ(QuantizeU8(-1e9f, 1, 10), 0);
  EXPECT_EQ(QuantizeU8(kInfinity, 0.1f, 128), 255);
  EXPECT_EQ(QuantizeU8(-kInfinity, 0.1f, 128), 0);
  EXPECT_EQ(QuantizeU8(std::numeric_limits<float>::max(), 1e-30f, 0), 255);
}

TEST(QuantizeU8, TurnsNaNIntoTheZeroPoint) {
  EXPECT_EQ(QuantizeU8(kNaN, 1, 77), 77);
}

TEST(QuantizeU8, IsUndoneByDequantizeForEveryCode) {
  for (int32_t zero : {0, 1, 128, 255}) {
    for (int32_t q = 0; q <= 255; ++q) {
      EXPECT_EQ(QuantizeU8(Dequantize(q, 0.037f, zero), 0.037f, zero), q);
    }
  }
}

}  // namespace
}  // namespace octet
