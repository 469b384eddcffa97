// A line of problems.txt as parameters and operands, for test and benchmark.
#ifndef OCTET_KERNELS_DEPTHWISE_F32_DEPTHWISE_F32_PROBLEM_H_
#define OCTET_KERNELS_DEPTHWISE_F32_DEPTHWISE_F32_PROBLEM_H_

#include "kernels/depthwise_f32/depthwise_f32.h"
#include "kernels/depthwise_f32/depthwise_f32_pack.h"
#include "kernels/testing/problem.h"
#include "kernels/testing/random.h"

namespace octet::kernels {

// Owns the operands that params points to, the output among them.
struct DepthwiseF32Problem {
  explicit DepthwiseF32Problem(const Problem& problem);

  DepthwiseF32Problem(const DepthwiseF32Problem&) = delete;

  DepthwiseF32Params params{};
  int64_t taps;
  Random random{1};
  Buffer<float> x{0}, packed{0}, bias{0}, residual{0}, y{0};
};

inline DepthwiseF32Problem::DepthwiseF32Problem(const Problem& problem) {
  const auto size = problem.List("x"), gap = problem.List("gap", {0, 0, 0});
  const auto kernel = problem.List("kernel", {1, 1});
  const auto stride = problem.List("stride", {1, 1});
  const auto dilation = problem.List("dilation", {1, 1});
  const auto pad = problem.List("pad", {0, 0, 0, 0});
  DepthwiseF32Params& p = params;
  p.batch = size[0];
  p.in_h = size[1];
  p.in_w = size[2];
  p.channels = size[3];
  p.x_pixel_stride = size[3] + gap[0];
  p.y_pixel_stride = size[3] + gap[1];
  p.residual_pixel_stride = size[3] + gap[2];
  p.window = {int(kernel[0]), int(kernel[1]),   int(stride[0]),
              int(stride[1]), int(dilation[0]), int(dilation[1]),
              int(pad[0]),    int(pad[1])};
  p.out_h = (size[1] + pad[0] + pad[2] - (kernel[0] - 1) * dilation[0] - 1) /
                stride[0] +
            1;
  p.out_w = (size[2] + pad[1] + pad[3] - (kernel[1] - 1) * dilation[1] - 1) /
                stride[1] +
            1;
  p.before = problem.FunctionNamed("before");
  p.after = problem.FunctionNamed("after");
  taps = kernel[0] * kernel[1];
  const int64_t pixels = p.batch * p.out_h * p.out_w;
  y = Buffer<float>(pixels * p.y_pixel_stride);
  p.y = y.get();
  x = RandomReals(p.batch * p.in_h * p.in_w * p.x_pixel_stride, random);
  const Buffer<float> weights = RandomReals(p.channels * taps, random);
  packed = Buffer<float>(PackedDepthwiseF32Size(p.channels, taps));
  PackDepthwiseF32(weights.get(), p.channels, taps, packed.get());
  bias = RandomReals(p.channels, random);
  residual = RandomReals(pixels * p.residual_pixel_stride, random);
  p.x = x.get();
  p.weight = packed.get();
  if (problem.Has("bias")) p.bias = bias.get();
  if (problem.Has("residual")) p.residual = residual.get();
}

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_DEPTHWISE_F32_DEPTHWISE_F32_PROBLEM_H_
