#include "kernels/conv_f32/conv_f32_problem.h"

#include "kernels/conv_f32/conv_f32_pack.h"

namespace octet::kernels {
namespace {

ConvF32Params ParamsOf(const Problem& problem) {
  const auto x = problem.List("x"), gap = problem.List("gap", {0, 0, 0});
  const auto kernel = problem.List("kernel", {1, 1});
  const auto stride = problem.List("stride", {1, 1});
  const auto dilation = problem.List("dilation", {1, 1});
  const auto pad = problem.List("pad", {0, 0, 0, 0});
  ConvF32Params p{};
  p.batch = x[0];
  p.in_h = x[1];
  p.in_w = x[2];
  p.in_channels = x[3];
  p.x_pixel_stride = x[3] + gap[0];
  p.out_channels = problem.Int("out", 1);
  p.y_pixel_stride = p.out_channels + gap[1];
  p.residual_pixel_stride = p.out_channels + gap[2];
  p.window = {int(kernel[0]), int(kernel[1]),   int(stride[0]),
              int(stride[1]), int(dilation[0]), int(dilation[1]),
              int(pad[0]),    int(pad[1])};
  const int64_t span_h = (kernel[0] - 1) * dilation[0] + 1;
  const int64_t span_w = (kernel[1] - 1) * dilation[1] + 1;
  p.out_h = (x[1] + pad[0] + pad[2] - span_h) / stride[0] + 1;
  p.out_w = (x[2] + pad[1] + pad[3] - span_w) / stride[1] + 1;
  p.group = problem.Int("group", 1);
  p.before = problem.FunctionNamed("before");
  p.after = problem.FunctionNamed("after");
  return p;
}

}  // namespace

ConvF32Problem::ConvF32Problem(const Problem& problem)
    : params(ParamsOf(problem)) {
  ConvF32Params& p = params;
  k = p.in_channels / p.group * p.window.kernel_h * p.window.kernel_w;
  const int64_t pixels = p.batch * p.out_h * p.out_w;
  y = Buffer<float>(pixels * p.y_pixel_stride);
  p.y = y.get();
  x = RandomReals(p.batch * p.in_h * p.in_w * p.x_pixel_stride, random);
  weights.resize(size_t(p.out_channels * k));
  for (float& w : weights) w = random.Real(-1, 1);
  packed = Buffer<float>(PackedConvF32Size(p.out_channels, k, p.group));
  PackConvF32(weights.data(), p.out_channels, k, p.group, packed.get());
  bias = RandomReals(p.out_channels, random);
  residual = RandomReals(pixels * p.residual_pixel_stride, random);
  p.x = x.get();
  p.weight = packed.get();
  if (problem.Has("bias")) p.bias = bias.get();
  if (problem.Has("residual")) p.residual = residual.get();
}

double ConvF32Problem::macs() const {
  return double(params.batch * params.out_h * params.out_w) *
         double(params.out_channels * k);
}

}  // namespace octet::kernels
