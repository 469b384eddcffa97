#include "kernels/cast/cast.h"

#include <cmath>
#include <limits>

#include "kernels/testing/check.h"
#include "kernels/testing/problem.h"

namespace octet::kernels {
namespace {

template <typename To, typename From>
To Cast1(DType from, DType to, From x) {
  To y;
  CastReference({from, to, 1, 1, &x, 1, &y, 1}, 0, 1, nullptr);
  return y;
}

TEST(Cast, SplitsRowsWithoutTouchingGaps) {
  for (const Problem& problem : ReadProblems("cast")) {
    SCOPED_TRACE(problem.line());
    const auto size = problem.List("size"), gap = problem.List("gap", {0, 0});
    CastParams p{};
    p.from = DType::kF32;
    p.to = DType::kS32;
    p.rows = size[0];
    p.columns = size[1];
    p.x_stride = p.columns + gap[0];
    p.y_stride = p.columns + gap[1];
    Random random(1);
    const Buffer<float> x =
        RandomReals(p.rows * p.x_stride, random, -1000, 1000);
    p.x = x.get();
    Buffer<int32_t> expected(p.rows * p.y_stride);
    for (int64_t row = 0; row < p.rows; ++row) {
      for (int64_t i = 0; i < p.columns; ++i) {
        expected[row * p.y_stride + i] = int32_t(x[row * p.x_stride + i]);
      }
    }
    ForEachRow<int32_t>(
        CastKernels(), p, expected.elements(), PlanCast(p, 4).scratch_bytes,
        [](CastParams& params, int32_t* y) { params.y = y; },
        [&](const Kernel<CastParams>&, const Buffer<int32_t>& output) {
          EXPECT_EQ(expected.FirstDifference(output), -1);
        });
  }
}

TEST(Cast, SaturatesIntegersAndTurnsNanIntoZero) {
  EXPECT_EQ((Cast1<uint8_t>(DType::kF32, DType::kU8, 300.7f)), 255);
  EXPECT_EQ((Cast1<uint8_t>(DType::kF32, DType::kU8, -1.0f)), 0);
  EXPECT_EQ((Cast1<int8_t>(DType::kF32, DType::kS8, -3.9f)), -3);
  EXPECT_EQ((Cast1<int32_t>(DType::kF32, DType::kS32, NAN)), 0);
  EXPECT_EQ((Cast1<int64_t>(DType::kF32, DType::kS64, HUGE_VALF)),
            std::numeric_limits<int64_t>::max());
  EXPECT_EQ((Cast1<int64_t>(DType::kF64, DType::kS64, -HUGE_VAL)),
            std::numeric_limits<int64_t>::min());
  EXPECT_EQ((Cast1<int16_t>(DType::kS64, DType::kS16, int64_t{1} << 40)),
            32767);
}

TEST(Cast, TakesEverythingButZeroAsTrue) {
  EXPECT_EQ((Cast1<uint8_t>(DType::kF32, DType::kBool, 0.1f)), 1);
  EXPECT_EQ((Cast1<uint8_t>(DType::kF32, DType::kBool, NAN)), 1);
  EXPECT_EQ((Cast1<uint8_t>(DType::kF32, DType::kBool, -0.0f)), 0);
  EXPECT_EQ((Cast1<uint8_t>(DType::kS64, DType::kBool, int64_t{1} << 32)), 1);
  EXPECT_EQ((Cast1<float>(DType::kBool, DType::kF32, uint8_t{1})), 1.0f);
}

// Every half there is, out and back.
TEST(Cast, ReturnsEveryHalfUnchanged) {
  for (DType half : {DType::kF16, DType::kBF16}) {
    for (uint32_t bits = 0; bits < 0x10000; ++bits) {
      const float real = Cast1<float>(half, DType::kF32, uint16_t(bits));
      if (std::isnan(real)) continue;
      ASSERT_EQ((Cast1<uint16_t>(DType::kF32, half, real)), bits);
    }
  }
}

TEST(Cast, RoundsToTheNearestHalfAndTiesToEven) {
  const auto half = [](float x) {
    return Cast1<uint16_t>(DType::kF32, DType::kF16, x);
  };
  EXPECT_EQ(half(1.0f), 0x3c00);
  EXPECT_EQ(half(1.0f + 1.0f / 2048), 0x3c00);
  EXPECT_EQ(half(1.0f + 3.0f / 2048), 0x3c02);
  EXPECT_EQ(half(65519.0f), 0x7bff);
  EXPECT_EQ(half(65520.0f), 0x7c00);
  EXPECT_EQ(half(std::ldexp(1.0f, -25)), 0);
  EXPECT_EQ(half(std::ldexp(1.5f, -25)), 1);
  const float nan = Cast1<float>(DType::kF16, DType::kF32, half(NAN));
  EXPECT_TRUE(std::isnan(nan));
}

TEST(Cast, RoundsWideIntegersOnce) {
  const int64_t x = (int64_t{1} << 60) + (int64_t{1} << 36) + 1;
  EXPECT_EQ((Cast1<float>(DType::kS64, DType::kF32, x)), float(x));
}

}  // namespace
}  // namespace octet::kernels
