// depthwise_half is depthwise_f32 of the widened operands at the same level,
// rounded: on all problems of depthwise_f32. What has an order of sums of its
// own depthwise_half_contract_test.cc holds to the bound.
#include "kernels/depthwise_half/depthwise_half.h"

#include "base/cpu.h"
#include "base/half.h"
#include "kernels/depthwise_f32/depthwise_f32_problem.h"
#include "kernels/testing/check.h"
#include "kernels/testing/halves.h"

namespace octet::kernels {
namespace {

// A problem in halves beside the same one in f32.
struct Pair {
  Pair(const Problem& problem, DType half)
      : wide(problem),
        x(RoundToHalves(half, wide.x)),
        weight(RoundToHalves(half, wide.packed)),
        residual(RoundToHalves(half, wide.residual)) {
    const DepthwiseF32Params& f = wide.params;
    params = {.half = half,
              .x = x.get(),
              .batch = f.batch,
              .in_h = f.in_h,
              .in_w = f.in_w,
              .channels = f.channels,
              .x_pixel_stride = f.x_pixel_stride,
              .y_is_half = false,
              .y = nullptr,
              .out_h = f.out_h,
              .out_w = f.out_w,
              .y_pixel_stride = f.y_pixel_stride,
              .window = f.window,
              .weight = weight.get(),
              .bias = f.bias,
              .residual = f.residual == nullptr ? nullptr : residual.get(),
              .residual_pixel_stride = f.residual_pixel_stride,
              .before = f.before,
              .after = f.after};
  }

  DepthwiseF32Problem wide;
  Buffer<uint16_t> x, weight, residual;
  DepthwiseHalfParams params;
};

// What depthwise_f32 makes of it at a level.
Buffer<float> WideOutput(const Pair& pair, CpuLevel level) {
  Buffer<float> y(pair.wide.y.elements());
  DepthwiseF32Params p = pair.wide.params;
  p.y = y.get();
  RunInParts(FindDepthwiseF32(level), p, 1,
             PlanDepthwiseF32(p, 1).scratch_bytes);
  return y;
}

void CheckProblem(const Problem& problem, DType half) {
  SCOPED_TRACE(problem.line() + " in " + std::string(Name(half)));
  const Pair pair(problem, half);
  const int64_t elements = pair.wide.y.elements();
  const int64_t scratch = PlanDepthwiseHalf(pair.params, 4).scratch_bytes;
  ForEachRow<float>(
      DepthwiseHalfKernels(), pair.params, elements, scratch,
      [](DepthwiseHalfParams& params, float* y) { params.y = y; },
      [&](const Kernel<DepthwiseHalfParams>& row, const Buffer<float>& y) {
        ASSERT_EQ(y.FirstDifference(WideOutput(pair, row.level)), -1);
      });
  ForEachRow<uint16_t>(
      DepthwiseHalfKernels(), pair.params, elements, scratch,
      [](DepthwiseHalfParams& params, uint16_t* y) {
        params.y = y;
        params.y_is_half = true;
      },
      [&](const Kernel<DepthwiseHalfParams>& row, const Buffer<uint16_t>& y) {
        DepthwiseHalfParams p = pair.params;
        p.y_is_half = true;
        if (row.level == CpuLevel::kAvx512Bf16 && HasThree(p)) return;
        const Buffer<float> wide = WideOutput(pair, row.level);
        Buffer<uint16_t> expected(elements);
        for (int64_t i = 0; i < elements; ++i) {
          const HalfFormat& format =
              half == DType::kF16 ? kF16Format : kBF16Format;
          if (i % pair.params.y_pixel_stride < pair.params.channels) {
            expected[i] = BitsOf(format, double(wide[i]));
          }
        }
        ASSERT_EQ(y.FirstDifference(expected), -1);
      });
}

TEST(DepthwiseHalf, IsDepthwiseF32OfTheWidenedOperands) {
  for (const Problem& problem : ReadProblems("depthwise_f32")) {
    if (problem.Has("bench")) continue;
    for (DType half : {DType::kF16, DType::kBF16}) {
      CheckProblem(problem, half);
      if (HasFailure()) return;
    }
  }
}

TEST(DepthwiseHalf, DoesNothingForNoImages) {
  for (const auto& row : RunnableRows(DepthwiseHalfKernels())) {
    DepthwiseHalfParams p{};
    p.half = DType::kF16;
    p.in_h = p.in_w = p.out_h = p.out_w = p.channels = 4;
    p.x_pixel_stride = p.y_pixel_stride = 4;
    RunInParts(row.fn, p, 2, PlanDepthwiseHalf(p, 2).scratch_bytes);
  }
}

}  // namespace
}  // namespace octet::kernels
