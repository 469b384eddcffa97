#include "kernels/conv_u8/conv_u8_pack.h"

#include <gtest/gtest.h>

#include <vector>

namespace octet::kernels {
namespace {

TEST(PackConvU8, PutsFourNeighboursOfSixteenChannelsSideBySide) {
  // Channel o, input i: 10 * o + i.
  std::vector<int32_t> codes;
  for (int o = 0; o < 3; ++o) {
    for (int i = 0; i < 5; ++i) codes.push_back(10 * o + i);
  }
  const PackedConvU8 packed =
      PackConvU8({.out_channels = 3, .in_channels = 5}, codes, 2, {});
  ASSERT_EQ(packed.weight.size(), 2u * 64);
  EXPECT_EQ(packed.weight[0], 0);
  EXPECT_EQ(packed.weight[3], 3);
  EXPECT_EQ(packed.weight[4], 10);
  EXPECT_EQ(packed.weight[2 * 4 + 1], 21);
  EXPECT_EQ(packed.weight[64 + 2 * 4], 24);
  EXPECT_EQ(packed.weight[64 + 2 * 4 + 1], 0);  // behind the run
  EXPECT_EQ(packed.weight[3 * 4], 0);           // behind the last channel
}

TEST(PackConvU8, StartsSumsAtTheBiasLessTheZeroPointsShare) {
  const std::vector<int32_t> codes = {1, 2, -5, 7};
  const std::vector<int32_t> bias = {100, -100};
  const PackedConvU8 packed =
      PackConvU8({.out_channels = 2, .in_channels = 2}, codes, 10, bias);
  ASSERT_EQ(packed.comp.size(), 16u);
  EXPECT_EQ(packed.comp[0], 100 - 10 * 3);
  EXPECT_EQ(packed.comp[1], -100 - 10 * 2);
  EXPECT_EQ(packed.comp[2], 0);
}

TEST(PackConvU8, ReadsAWindowsRowAsOneRunUnlessItHasGaps) {
  const std::vector<int32_t> codes(2 * 3 * 3 * 4, 1);
  ConvU8WeightShape shape{
      .out_channels = 2, .kernel_h = 3, .kernel_w = 3, .in_channels = 4};
  EXPECT_EQ(PackConvU8(shape, codes, 0, {}).weight.size(), 3u * 3 * 64);
  shape.in_channels = 3;  // a row has 9 bytes: 12 with padding, not 3 * 4
  EXPECT_EQ(PackConvU8(shape, std::vector<int32_t>(54, 1), 0, {}).weight.size(),
            3u * 3 * 64);
  shape.dilation_w = 2;
  shape.in_channels = 1;
  EXPECT_EQ(PackConvU8(shape, std::vector<int32_t>(18, 1), 0, {}).weight.size(),
            9u * 64);
}

TEST(PackConvU8, SplitsWeightsThatAnS8CannotHold) {
  const std::vector<int32_t> codes = {255, -256, 128, 3};
  const PackedConvU8 packed =
      PackConvU8({.out_channels = 1, .in_channels = 4}, codes, 0, {});
  EXPECT_EQ(packed.weight_parts, 3);
  for (int i = 0; i < 4; ++i) {
    int sum = 0;
    for (int part = 0; part < 3; ++part) sum += packed.weight[part * 64 + i];
    EXPECT_EQ(sum, codes[i]);
  }
}

TEST(PackConvU8, KeepsTheWholeRangeOfAnS8InOnePart) {
  const std::vector<int32_t> codes = {-128, 127};
  EXPECT_EQ(PackConvU8({.in_channels = 2}, codes, 0, {}).weight_parts, 1);
  const std::vector<int32_t> more = {-129, 128};
  EXPECT_EQ(PackConvU8({.in_channels = 2}, more, 0, {}).weight_parts, 2);
}

TEST(PackConvU8, BoundsSumsByTheLargestOfEitherSignInAnyChannel) {
  const std::vector<int32_t> codes = {100, 20, -3, 1, -90, -40};
  const ConvU8WeightShape shape{.out_channels = 2, .in_channels = 3};
  EXPECT_EQ(PackConvU8(shape, codes, 7, std::vector<int32_t>{9, 9}).sum_bound,
            255 * 130);
  const std::vector<int32_t> zeros(6, 0);
  EXPECT_EQ(PackConvU8(shape, zeros, 7, {}).sum_bound, 0);
}

TEST(SumsFitInt32, RefusesExactlyTheSumsThatMayOverflow) {
  const std::vector<int32_t> zero = {0};
  // 255 * 127 * n <= 2^31 - 1.
  constexpr int64_t kMost = 2147483647 / (255 * 127);
  EXPECT_TRUE(SumsFitInt32(1, std::vector<int32_t>(kMost, 127), zero, {}));
  EXPECT_FALSE(SumsFitInt32(1, std::vector<int32_t>(kMost + 1, 127), zero, {}));
  EXPECT_TRUE(SumsFitInt32(1, std::vector<int32_t>(kMost, -127), zero, {}));
  EXPECT_FALSE(
      SumsFitInt32(1, std::vector<int32_t>(kMost + 1, -127), zero, {}));
}

TEST(SumsFitInt32, CountsTheBiasAndTheZeroPoint) {
  const std::vector<int32_t> codes = {127};
  const std::vector<int32_t> bias = {2147483647 - 255 * 127};
  EXPECT_TRUE(SumsFitInt32(1, codes, std::vector<int32_t>{0}, bias));
  EXPECT_FALSE(SumsFitInt32(1, codes, std::vector<int32_t>{0},
                            std::vector<int32_t>{bias[0] + 1}));
  const std::vector<int32_t> low = {-2147483647 + 254 * 127};
  EXPECT_TRUE(SumsFitInt32(1, codes, std::vector<int32_t>{254}, low));
  EXPECT_FALSE(SumsFitInt32(1, codes, std::vector<int32_t>{255}, low));
}

TEST(SumsFitInt32, LooksAtEachChannelsOwnZeroPoint) {
  const std::vector<int32_t> codes = {127, 127};
  const std::vector<int32_t> bias(2, -2147483647 + 254 * 127);
  EXPECT_TRUE(SumsFitInt32(2, codes, std::vector<int32_t>{254, 0}, bias));
  EXPECT_FALSE(SumsFitInt32(2, codes, std::vector<int32_t>{0, 255}, bias));
}

}  // namespace
}  // namespace octet::kernels
