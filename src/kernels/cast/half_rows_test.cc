// Every level against base/half.h, which is tested against the formats.
#include "kernels/cast/half_rows.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>

#include "base/cpu.h"
#include "base/half.h"
#include "kernels/testing/random.h"

namespace octet::kernels {
namespace {

template <typename Check>
void ForEachLevel(const Check& check) {
  for (DType half : {DType::kF16, DType::kBF16}) {
    for (CpuLevel level : RunnableCpuLevels()) {
      SCOPED_TRACE(std::string(Name(half)) + " at " + std::string(Name(level)));
      check(FindHalfRows(half, level), *HalfFormatOf(half));
      if (testing::Test::HasFailure()) return;
    }
  }
}

// Equal as bits, or both some NaN.
bool Same(float a, float b) {
  return std::bit_cast<uint32_t>(a) == std::bit_cast<uint32_t>(b) ||
         (std::isnan(a) && std::isnan(b));
}

TEST(HalfRows, WidensEveryHalfThereIs) {
  Buffer<uint16_t> x(65536);
  for (int64_t i = 0; i < 65536; ++i) x[i] = uint16_t(i);
  ForEachLevel([&](const HalfRows& rows, const HalfFormat& format) {
    Buffer<float> y(65536);
    rows.widen(x.get(), y.get(), 65536);
    for (int64_t i = 0; i < 65536; ++i) {
      ASSERT_TRUE(Same(y[i], float(RealOf(format, x[i])))) << i;
    }
  });
}

// Bits of every kind, and for every half the floats next to the middle between
// it and the following one, where a wrong tie would show.
TEST(HalfRows, NarrowsToTheNearestHalfAndNanToOne) {
  Random random(3);
  ForEachLevel([&](const HalfRows& rows, const HalfFormat& format) {
    Buffer<float> x(4 * 65536);
    for (int64_t i = 0; i < 65536; ++i) {
      const double here = RealOf(format, uint16_t(i));
      const double next = RealOf(format, uint16_t(i ^ 1));
      const float middle = float((here + next) / 2);
      x[4 * i] = std::bit_cast<float>(uint32_t(random.Bits()));
      x[4 * i + 1] = middle;
      x[4 * i + 2] = std::nextafter(middle, HUGE_VALF);
      x[4 * i + 3] = std::nextafter(middle, -HUGE_VALF);
    }
    // Where f16 ends.
    x[0] = 65519;
    x[1] = 65520;
    Buffer<uint16_t> y(x.elements());
    rows.narrow(x.get(), y.get(), x.elements());
    for (int64_t i = 0; i < x.elements(); ++i) {
      ASSERT_EQ(y[i], BitsOf(format, double(x[i]))) << "of " << x[i];
    }
  });
}

TEST(HalfRows, WritesRowsOfEveryLengthAndNothingBehind) {
  Random random(5);
  const Buffer<float> x = RandomReals(40, random);
  ForEachLevel([&](const HalfRows& rows, const HalfFormat& format) {
    for (int64_t n = 0; n <= 40; ++n) {
      Buffer<uint16_t> halves(n), expected(n);
      Buffer<float> wide(n), expected_wide(n);
      for (int64_t i = 0; i < n; ++i) {
        expected[i] = BitsOf(format, double(x[i]));
        expected_wide[i] = float(RealOf(format, expected[i]));
      }
      rows.narrow(x.get(), halves.get(), n);
      rows.widen(halves.get(), wide.get(), n);
      ASSERT_EQ(halves.FirstDifference(expected), -1) << n;
      ASSERT_EQ(wide.FirstDifference(expected_wide), -1) << n;
    }
  });
}

TEST(HalfRows, TakesPairsApart) {
  constexpr int64_t kRows = 3;
  Buffer<uint16_t> x(kRows * 32);
  Random random(7);
  for (int64_t i = 0; i < x.elements(); ++i) {
    x[i] = uint16_t(random.Int(0, 0x3fff));
  }
  ForEachLevel([&](const HalfRows& rows, const HalfFormat& format) {
    Buffer<float> y(kRows * 32), expected(kRows * 32);
    for (int64_t i = 0; i < x.elements(); ++i) {
      const int64_t row = i / 32 * 2 + i % 2, column = i % 32 / 2;
      expected[row * 16 + column] = float(RealOf(format, x[i]));
    }
    rows.widen_pairs(x.get(), y.get(), kRows);
    EXPECT_EQ(y.FirstDifference(expected), -1);
  });
}

}  // namespace
}  // namespace octet::kernels
