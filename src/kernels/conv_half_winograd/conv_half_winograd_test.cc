// conv_half_winograd is conv_f32_winograd of the widened operands at the same
// level, rounded: on all problems that it applies to.
#include "kernels/conv_half_winograd/conv_half_winograd.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "base/cpu.h"
#include "base/half.h"
#include "kernels/conv_f32_winograd/conv_f32_winograd.h"
#include "kernels/conv_half/conv_half_problem.h"
#include "kernels/testing/check.h"
#include "kernels/testing/problem.h"

namespace octet::kernels {
namespace {

// What conv_f32_winograd makes of it at a level.
Buffer<float> WideOutput(const ConvHalfProblem& pair, CpuLevel level) {
  Buffer<float> y(pair.wide.y.elements());
  ConvF32Params p = pair.wide.params;
  p.y = y.get();
  RunInParts(ConvF32WinogradKernels().Best(level).fn, p, 1,
             PlanConvF32Winograd(p, 1).scratch_bytes);
  return y;
}

bool IsCoarse(const Function& function) {
  return function.kind == FunctionKind::kSilu ||
         function.kind == FunctionKind::kSigmoid ||
         function.kind == FunctionKind::kGelu;
}

void CheckWinograd(const Problem& problem, DType half) {
  SCOPED_TRACE(problem.line() + " in " + std::string(Name(half)));
  const HalfFormat& format = *HalfFormatOf(half);
  const ConvHalfProblem pair(problem, half);
  const int64_t elements = pair.wide.y.elements();
  const int64_t scratch =
      PlanConvHalfWinogradAt(CpuLevel::kAvx512Bf16, pair.params, 4)
          .scratch_bytes;
  for (const auto& row : RunnableRows(ConvHalfWinogradKernels())) {
    if (row.level == CpuLevel::kScalar) continue;
    SCOPED_TRACE(row.name);
    const Buffer<float> wide = WideOutput(pair, row.level);
    ConvHalfParams p = pair.params;
    Buffer<float> floats(elements);
    p.y = floats.get();
    RunInParts(row.fn, p, 3, scratch);
    ASSERT_EQ(floats.FirstDifference(wide), -1);

    const Buffer<uint16_t> untouched(elements);
    Buffer<uint16_t> halves(elements);
    p.y = halves.get();
    p.y_is_half = true;
    RunInParts(row.fn, p, 3, scratch);
    const bool is_coarse = row.level == CpuLevel::kAvx512Bf16 &&
                           half == DType::kBF16 &&
                           (IsCoarse(p.before) || IsCoarse(p.after));
    for (int64_t i = 0; i < elements; ++i) {
      if (i % p.y_pixel_stride >= p.out_channels) {
        ASSERT_EQ(halves[i], untouched[i]) << "gap " << i;
      } else if (is_coarse) {
        const double value = double{wide[i]};
        // 2^-12 of the function, which the residual may cancel.
        const int64_t pixel = i / p.y_pixel_stride, o = i % p.y_pixel_stride;
        const double residual =
            p.residual == nullptr
                ? 0
                : RealOf(format,
                         p.residual[pixel * p.residual_pixel_stride + o]);
        const double error =
            0x1p-12 * (std::fabs(value) + std::fabs(residual)) + 0x1p-26;
        ASSERT_NEAR(RealOf(format, halves[i]), value,
                    error + 0x1p-8 * (std::fabs(value) + error))
            << i;
      } else {
        ASSERT_EQ(halves[i], BitsOf(format, double{wide[i]})) << i;
      }
    }
  }
}

TEST(ConvHalfWinograd, IsConvF32WinogradOfTheWidenedOperands) {
  int seen = 0;
  for (const char* family : {"conv_f32", "conv_f32_winograd"}) {
    for (const Problem& problem : ReadProblems(family)) {
      if (problem.Has("bench")) continue;
      for (DType half : {DType::kF16, DType::kBF16}) {
        if (!WinogradApplies(ConvHalfProblem(problem, half).params)) continue;
        CheckWinograd(problem, half);
        if (HasFailure()) return;
        ++seen;
      }
    }
  }
  EXPECT_GE(seen, 14);
}

TEST(ConvHalfWinograd, GivesTheSameBitsHoweverItIsCut) {
  const Problem problem(
      "x=3x9x9x32 out=48 kernel=3x3 pad=1x1x1x1 bias before=silu residual");
  const ConvHalfProblem pair(problem, DType::kBF16);
  for (const auto& row : RunnableRows(ConvHalfWinogradKernels())) {
    SCOPED_TRACE(row.name);
    ConvHalfParams p = pair.params;
    const int64_t scratch =
        PlanConvHalfWinogradAt(row.level, p, 4).scratch_bytes;
    Buffer<uint16_t> whole(pair.wide.y.elements()), cut = whole;
    p.y_is_half = true;
    p.y = whole.get();
    RunInParts(row.fn, p, 1, scratch);
    p.y = cut.get();
    RunInParts(row.fn, p, 7, scratch);
    EXPECT_EQ(whole.FirstDifference(cut), -1);
  }
}

TEST(ConvHalfWinograd, IsUsedWhereItAppliesAndPays) {
  const auto uses = [](const std::string& line, DType half, CpuLevel level) {
    const Problem problem(line + " kernel=3x3 pad=1x1x1x1");
    return UsesWinograd(ConvHalfProblem(problem, half).params, level);
  };
  const CpuLevel avx2 = CpuLevel::kAvx2, bf16 = CpuLevel::kAvx512Bf16;
  EXPECT_TRUE(uses("x=1x12x12x16 out=16", DType::kBF16, avx2));
  EXPECT_TRUE(uses("x=1x12x12x16 out=16", DType::kF16, bf16));
  EXPECT_FALSE(uses("x=1x12x12x16 out=16", DType::kBF16, bf16));
  EXPECT_TRUE(uses("x=1x40x40x64 out=64", DType::kBF16, bf16));
  EXPECT_FALSE(uses("x=1x40x40x64 out=64", DType::kBF16, CpuLevel::kScalar));
  EXPECT_FALSE(uses("x=1x12x12x17 out=16", DType::kBF16, avx2));
  EXPECT_FALSE(uses("x=1x12x12x32 out=32 group=2", DType::kBF16, avx2));
  // The choice does not look at the batch.
  EXPECT_EQ(uses("x=8x7x7x64 out=64", DType::kBF16, bf16),
            uses("x=1x7x7x64 out=64", DType::kBF16, bf16));
}

}  // namespace
}  // namespace octet::kernels
