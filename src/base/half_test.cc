#include "base/half.h"

#include <cmath>
#include <limits>

#include "gtest/gtest.h"

namespace octet {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

struct Known {
  uint16_t bits;
  double real;
};

TEST(RealOf, GivesTheNumbersOfHalfPrecision) {
  // IEEE 754-2019, table 3.5: the corners of binary16.
  constexpr Known kKnown[] = {{0x0000, 0},          {0x3c00, 1},
                              {0xc000, -2},         {0x3555, 0.333251953125},
                              {0x7bff, 65504},      {0xfbff, -65504},
                              {0x0001, 0x1p-24},    {0x03ff, 0x3ffp-24},
                              {0x0400, 0x1p-14},    {0x8400, -0x1p-14},
                              {0x7c00, kInf},       {0xfc00, -kInf},
                              {0x3c01, 1 + 0x1p-10}};
  for (const Known& known : kKnown) {
    EXPECT_EQ(RealOf(kF16Format, known.bits), known.real) << known.bits;
    EXPECT_EQ(BitsOf(kF16Format, known.real), known.bits) << known.real;
  }
}

TEST(RealOf, GivesTheNumbersOfBfloat) {
  constexpr Known kKnown[] = {{0x3f80, 1},         {0xc040, -3},
                              {0x0001, 0x1p-133},  {0x0080, 0x1p-126},
                              {0x7f7f, 0xffp+120}, {0x7f80, kInf},
                              {0xff80, -kInf},     {0x3f81, 1 + 0x1p-7}};
  for (const Known& known : kKnown) {
    EXPECT_EQ(RealOf(kBF16Format, known.bits), known.real) << known.bits;
    EXPECT_EQ(BitsOf(kBF16Format, known.real), known.bits) << known.real;
  }
}

TEST(RealOf, KeepsTheSignOfZero) {
  for (const HalfFormat& format : {kF16Format, kBF16Format}) {
    EXPECT_TRUE(std::signbit(RealOf(format, 0x8000)));
    EXPECT_FALSE(std::signbit(RealOf(format, 0x0000)));
    EXPECT_EQ(BitsOf(format, -0.0), 0x8000);
  }
}

TEST(BitsOf, IsTheInverseForEveryNumber) {
  for (const HalfFormat& format : {kF16Format, kBF16Format}) {
    for (int bits = 0; bits < 65536; ++bits) {
      const double real = RealOf(format, uint16_t(bits));
      if (std::isnan(real)) continue;
      ASSERT_EQ(BitsOf(format, real), bits) << real;
    }
  }
}

TEST(BitsOf, RoundsBetweenNeighboursToTheNearestAndTiesToEven) {
  for (const HalfFormat& format : {kF16Format, kBF16Format}) {
    const int largest = BitsOf(format, kInf) - 1;
    for (int bits = 0; bits < largest; ++bits) {
      const double low = RealOf(format, uint16_t(bits));
      const double high = RealOf(format, uint16_t(bits + 1));
      // Exact: a double has far more bits.
      const double middle = low + (high - low) / 2;
      const int even = bits % 2 == 0 ? bits : bits + 1;
      ASSERT_EQ(BitsOf(format, middle), even) << bits;
      ASSERT_EQ(BitsOf(format, std::nextafter(middle, low)), bits) << bits;
      ASSERT_EQ(BitsOf(format, std::nextafter(middle, high)), bits + 1);
      ASSERT_EQ(BitsOf(format, -middle), even | 0x8000) << bits;
    }
  }
}

TEST(BitsOf, OverflowsToInfinityHalfAStepBeyondTheLargest) {
  EXPECT_EQ(BitsOf(kF16Format, 65519.99), 0x7bff);
  EXPECT_EQ(BitsOf(kF16Format, 65520), 0x7c00);
  EXPECT_EQ(BitsOf(kF16Format, -65520), 0xfc00);
  EXPECT_EQ(BitsOf(kBF16Format, 0x1.fefffep+127), 0x7f7f);
  EXPECT_EQ(BitsOf(kBF16Format, 0x1.ffp+127), 0x7f80);
  for (const HalfFormat& format : {kF16Format, kBF16Format}) {
    EXPECT_EQ(BitsOf(format, std::numeric_limits<double>::max()),
              BitsOf(format, kInf));
    EXPECT_EQ(BitsOf(format, std::numeric_limits<double>::denorm_min()), 0);
  }
}

TEST(BitsOf, GivesOneQuietNan) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(BitsOf(kF16Format, nan), 0x7e00);
  EXPECT_EQ(BitsOf(kBF16Format, nan), 0x7fc0);
  for (const uint16_t bits : {0x7c01, 0x7e00, 0x7fff, 0xfc01, 0xffff}) {
    EXPECT_TRUE(std::isnan(RealOf(kF16Format, bits))) << bits;
  }
}

}  // namespace
}  // namespace octet
