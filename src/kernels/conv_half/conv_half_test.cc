// conv_half is conv_f32 of the widened operands at the same level, rounded: on
// all problems of conv_f32. Dot products of pairs have an order of their own:
// conv_half_contract_test.cc holds them to the bound.
#include "kernels/conv_half/conv_half.h"

#include "base/cpu.h"
#include "base/half.h"
#include "kernels/cast/half_rows.h"
#include "kernels/conv_f32/conv_f32.h"
#include "kernels/conv_half/conv_half_dots.h"
#include "kernels/conv_half/conv_half_problem.h"
#include "kernels/testing/check.h"

namespace octet::kernels {
namespace {

// What conv_f32 makes of it at a level.
Buffer<float> WideOutput(const ConvHalfProblem& pair, CpuLevel level) {
  Buffer<float> y(pair.wide.y.elements());
  ConvF32Params p = pair.wide.params;
  p.y = y.get();
  RunInParts(FindConvF32(level), p, 1, PlanConvF32(p, 1).scratch_bytes);
  return y;
}

void CheckProblem(const Problem& problem, DType half) {
  SCOPED_TRACE(problem.line() + " in " + std::string(Name(half)));
  const ConvHalfProblem pair(problem, half);
  const int64_t elements = pair.wide.y.elements();
  const int64_t scratch = PlanConvHalf(pair.params, 4).scratch_bytes;
  ForEachRow<float>(
      ConvHalfKernels(), pair.params, elements, scratch,
      [](ConvHalfParams& params, float* y) { params.y = y; },
      [&](const Kernel<ConvHalfParams>& row, const Buffer<float>& y) {
        if (row.level == CpuLevel::kAvx512Bf16 && HasDots(pair.params)) return;
        ASSERT_EQ(y.FirstDifference(WideOutput(pair, row.level)), -1);
      });
  ForEachRow<uint16_t>(
      ConvHalfKernels(), pair.params, elements, scratch,
      [](ConvHalfParams& params, uint16_t* y) {
        params.y = y;
        params.y_is_half = true;
      },
      [&](const Kernel<ConvHalfParams>& row, const Buffer<uint16_t>& y) {
        if (row.level == CpuLevel::kAvx512Bf16 && HasDots(pair.params)) return;
        const Buffer<float> wide = WideOutput(pair, row.level);
        Buffer<uint16_t> expected(elements);
        for (int64_t i = 0; i < elements; ++i) {
          const HalfFormat& format =
              half == DType::kF16 ? kF16Format : kBF16Format;
          if (i % pair.params.y_pixel_stride < pair.params.out_channels) {
            expected[i] = BitsOf(format, double(wide[i]));
          }
        }
        ASSERT_EQ(y.FirstDifference(expected), -1);
      });
}

TEST(ConvHalf, IsConvF32OfTheWidenedOperands) {
  for (const Problem& problem : ReadProblems("conv_f32")) {
    if (problem.Has("bench")) continue;
    for (DType half : {DType::kF16, DType::kBF16}) {
      CheckProblem(problem, half);
      if (HasFailure()) return;
    }
  }
}

TEST(ConvHalf, AddsTheResidualInPlace) {
  const Problem problem(
      "x=1x6x6x20 out=20 kernel=3x3 pad=1x1x1x1 bias residual after=relu");
  ConvHalfProblem pair(problem, DType::kF16);
  pair.params.y_is_half = true;
  for (const auto& row : RunnableRows(ConvHalfKernels())) {
    SCOPED_TRACE(row.name);
    ConvHalfParams p = pair.params;
    const int64_t scratch = PlanConvHalfAt(row.level, p, 4).scratch_bytes;
    Buffer<uint16_t> apart(pair.residual.elements()), in_place = pair.residual;
    p.y = apart.get();
    RunInParts(row.fn, p, 2, scratch);
    p.y = in_place.get();
    p.residual = in_place.get();
    RunInParts(row.fn, p, 3, scratch);
    for (int64_t i = 0; i < apart.elements(); ++i) {
      ASSERT_EQ(apart[i], in_place[i]) << i;
    }
  }
}

TEST(ConvHalf, GivesInfinityBeyondTheRangeOfF16) {
  const Problem problem("x=1x1x1x2 out=1");
  ConvHalfProblem pair(problem, DType::kF16);
  pair.x[0] = pair.x[1] = 0x7bff;  // 65504
  for (int64_t i = 0; i < 32; ++i) pair.packed[i] = 0x3c00;
  pair.params.y_is_half = true;
  uint16_t y = 0;
  pair.params.y = &y;
  for (const auto& row : RunnableRows(ConvHalfKernels())) {
    RunInParts(row.fn, pair.params, 1,
               PlanConvHalfAt(row.level, pair.params, 1).scratch_bytes);
    EXPECT_EQ(y, 0x7c00) << row.name;
  }
}

TEST(PackConvHalf, LaysPairsOfChannelsSideBySide) {
  // 2 outputs, 2 taps, depth 3.
  const float w[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  const ConvHalfWeightShape shape{2, 2, 3};
  ASSERT_EQ(PackedConvHalfSize(shape), 2 * 2 * 32);
  Buffer<uint16_t> packed(PackedConvHalfSize(shape));
  PackConvHalf(w, shape, DType::kF16, packed.get());
  const auto at = [&](int64_t tap, int64_t c, int64_t o) {
    return RealOf(kF16Format, packed[tap * 64 + c / 2 * 32 + o * 2 + c % 2]);
  };
  EXPECT_EQ(at(0, 0, 0), 1);
  EXPECT_EQ(at(0, 1, 0), 2);
  EXPECT_EQ(at(0, 2, 1), 9);
  EXPECT_EQ(at(1, 0, 0), 4);
  EXPECT_EQ(at(1, 2, 1), 12);
  EXPECT_EQ(at(0, 3, 0), 0);  // beyond the depth
  EXPECT_EQ(at(1, 0, 2), 0);  // beyond the outputs
}

}  // namespace
}  // namespace octet::kernels
