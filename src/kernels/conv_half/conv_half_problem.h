// A line of conv_f32's problems.txt as parameters and operands, for test and
// benchmark.
#ifndef OCTET_KERNELS_CONV_HALF_CONV_HALF_PROBLEM_H_
#define OCTET_KERNELS_CONV_HALF_CONV_HALF_PROBLEM_H_

#include "kernels/conv_f32/conv_f32_pack.h"
#include "kernels/conv_f32/conv_f32_problem.h"
#include "kernels/conv_half/conv_half.h"
#include "kernels/conv_half/conv_half_pack.h"
#include "kernels/testing/halves.h"

namespace octet::kernels {

// A problem in halves beside the same one in f32.
struct ConvHalfProblem {
  ConvHalfProblem(const Problem& problem, DType half)
      : wide(problem),
        x(RoundToHalves(half, wide.x)),
        residual(RoundToHalves(half, wide.residual)) {
    const ConvF32Params& f = wide.params;
    y = Buffer<float>(wide.y.elements());
    const ConvHalfWeightShape shape{f.out_channels,
                                    f.window.kernel_h * f.window.kernel_w,
                                    f.in_channels / f.group, f.group};
    packed = Buffer<uint16_t>(PackedConvHalfSize(shape));
    PackConvHalf(wide.weights.data(), shape, half, packed.get());
    RoundToHalves(half, wide.weights.data(), int64_t(wide.weights.size()));
    PackConvF32(wide.weights.data(), f.out_channels, wide.k, f.group,
                wide.packed.get());
    params = {.half = half,
              .x = x.get(),
              .batch = f.batch,
              .in_h = f.in_h,
              .in_w = f.in_w,
              .in_channels = f.in_channels,
              .x_pixel_stride = f.x_pixel_stride,
              .y_is_half = false,
              .y = y.get(),
              .out_h = f.out_h,
              .out_w = f.out_w,
              .out_channels = f.out_channels,
              .y_pixel_stride = f.y_pixel_stride,
              .window = f.window,
              .group = f.group,
              .weight = packed.get(),
              .bias = f.bias,
              .residual = f.residual == nullptr ? nullptr : residual.get(),
              .residual_pixel_stride = f.residual_pixel_stride,
              .before = f.before,
              .after = f.after};
  }

  ConvF32Problem wide;
  Buffer<uint16_t> x, residual, packed{0};
  Buffer<float> y{0};
  ConvHalfParams params;
};

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_CONV_HALF_CONV_HALF_PROBLEM_H_
