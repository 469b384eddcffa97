#include "compile/reference/wide.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

#include "compile/reference/literal_tensors.h"

namespace octet::compile::reference {
namespace {

TEST(Narrow, RoundsEveryF16ToItselfAndTiesToEven) {
  for (int bits = 0; bits < 0x7c00; ++bits) {
    const Tensor half = Literal<uint16_t>(DType::kF16, {1}, {uint16_t(bits)});
    const std::vector<double> wide = Widen<double>(half);
    const auto back =
        Narrow<double>(wide, DType::kF16, std::vector<int64_t>{1});
    ASSERT_TRUE(back.ok());
    ASSERT_EQ(back->as<uint16_t>()[0], bits);
  }
}

uint16_t ToHalf(double v) {
  return Narrow<double>({&v, 1}, DType::kF16, {})->as<uint16_t>()[0];
}

TEST(Narrow, KnowsTheEdgesOfF16) {
  EXPECT_EQ(ToHalf(65504), 0x7bff);
  EXPECT_EQ(ToHalf(65519.9), 0x7bff);
  EXPECT_EQ(ToHalf(65520), 0x7c00);
  EXPECT_EQ(ToHalf(-INFINITY), 0xfc00);
  EXPECT_EQ(ToHalf(std::ldexp(1, -24)), 1);
  EXPECT_EQ(ToHalf(std::ldexp(1, -25)), 0);
  EXPECT_EQ(ToHalf(1 + std::ldexp(1, -11)), 0x3c00);
  EXPECT_EQ(ToHalf(-0.0), 0x8000);
  EXPECT_EQ(ToHalf(NAN), 0x7e00);
}

TEST(Narrow, RoundsBf16ToNearestEven) {
  const std::vector<double> v = {1, 1 + 1.0 / 256, 1 + 3.0 / 256, -2};
  const auto t = Narrow<double>(v, DType::kBF16, std::vector<int64_t>{4});
  EXPECT_EQ(Elements<uint16_t>(*t),
            (std::vector<uint16_t>{0x3f80, 0x3f80, 0x3f82, 0xc000}));
  EXPECT_EQ(Widen<double>(*t)[2], 1 + 2.0 / 128);
}

TEST(Narrow, HoldsFloatsToTheLimitsOfIntegers) {
  const std::vector<double> v = {NAN, INFINITY, -1e30, 2.9, -2.9};
  const auto t = Narrow<double>(v, DType::kS32, std::vector<int64_t>{5});
  EXPECT_EQ(Elements<int32_t>(*t),
            (std::vector<int32_t>{0, std::numeric_limits<int32_t>::max(),
                                  std::numeric_limits<int32_t>::min(), 2, -2}));
}

TEST(Widen, ReadsBoolsAsZeroAndOne) {
  EXPECT_EQ(Widen<int64_t>(Bools({3}, {0, 1, 7})),
            (std::vector<int64_t>{0, 1, 1}));
}

TEST(MakeTensor, RefusesWhatIsTooLarge) {
  const std::vector<int64_t> huge = {int64_t{1} << 40, int64_t{1} << 40};
  EXPECT_EQ(MakeTensor(DType::kF32, huge).status().code(), Code::kBadInput);
  const std::vector<int64_t> large = {int64_t{1} << 28, 2};
  EXPECT_EQ(MakeTensor(DType::kF32, large).status().code(), Code::kBadInput);
  const std::vector<int64_t> negative = {-1};
  EXPECT_EQ(MakeTensor(DType::kU8, negative).status().code(), Code::kBadInput);
  const std::vector<int64_t> deep(9, 1);
  EXPECT_EQ(MakeTensor(DType::kU8, deep).status().code(), Code::kBadInput);
}

}  // namespace
}  // namespace octet::compile::reference
