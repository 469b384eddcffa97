#include "kernels/depthwise_f32/depthwise_f32.h"

#include <limits>

#include "kernels/depthwise_f32/depthwise_f32_pack.h"
#include "kernels/testing/check.h"
#include "kernels/testing/problem.h"

namespace octet::kernels {
namespace {

struct Case {
  explicit Case(const Problem& problem);

  DepthwiseF32Params params{};
  int64_t taps, y_elements;
  Random random{1};
  Buffer<float> x{0}, packed{0}, bias{0}, residual{0};
};

Case::Case(const Problem& problem) {
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
  y_elements = pixels * p.y_pixel_stride;
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

void SetOutput(DepthwiseF32Params& params, float* y) { params.y = y; }

TEST(DepthwiseF32, StaysWithinTheBoundOfTheReference) {
  for (const Problem& problem : ReadProblems("depthwise_f32")) {
    SCOPED_TRACE(problem.line());
    Case c(problem);
    const DepthwiseF32Params& p = c.params;
    const float eps = std::numeric_limits<float>::epsilon();
    Buffer<float> bound(c.y_elements);
    for (int64_t i = 0; i < c.y_elements; ++i) {
      // No product is above 1.
      bound[i] = i % p.y_pixel_stride < p.channels
                     ? 2 * float(c.taps) * eps * float(c.taps + 2)
                     : -1;
    }
    ExpectNear(DepthwiseF32Kernels(), p, c.y_elements,
               PlanDepthwiseF32(p, 4).scratch_bytes, SetOutput, bound);
    if (HasFailure()) return;
  }
}

TEST(DepthwiseF32, AddsTheResidualInPlace) {
  Case c(Problem("x=1x6x6x20 kernel=3x3 pad=1x1x1x1 bias residual after=relu"));
  for (const auto& row : RunnableRows(DepthwiseF32Kernels())) {
    SCOPED_TRACE(row.name);
    const int64_t scratch = PlanDepthwiseF32(c.params, 4).scratch_bytes;
    Buffer<float> apart(c.y_elements), in_place = c.residual;
    c.params.residual = c.residual.get();
    c.params.y = apart.get();
    RunInParts(row.fn, c.params, 2, scratch);
    c.params.y = in_place.get();
    c.params.residual = in_place.get();
    RunInParts(row.fn, c.params, 3, scratch);
    for (int64_t i = 0; i < c.y_elements; ++i) {
      ASSERT_EQ(apart[i], in_place[i]) << i;
    }
  }
}

TEST(DepthwiseF32, ReferenceKeepsChannelsApart) {
  // Two channels, a window of 1x2: x[j] * w0 + x[j + 1] * w1.
  const float x[] = {1, 10, 2, 20, 3, 30}, w[] = {1, 2, -1, 0.5f};
  Buffer<float> packed(PackedDepthwiseF32Size(2, 2)), y(4);
  PackDepthwiseF32(w, 2, 2, packed.get());
  DepthwiseF32Params p{};
  p.batch = p.in_h = p.out_h = 1;
  p.in_w = 3;
  p.out_w = 2;
  p.channels = p.x_pixel_stride = p.y_pixel_stride = 2;
  p.window.kernel_w = 2;
  p.x = x;
  p.y = y.get();
  p.weight = packed.get();
  DepthwiseF32Reference(p, 0, 1, nullptr);
  EXPECT_EQ(y[0], 5);
  EXPECT_EQ(y[1], 0);
  EXPECT_EQ(y[2], 8);
  EXPECT_EQ(y[3], -5);
}

TEST(PackDepthwiseF32, LaysTapsOutside) {
  const float w[] = {1, 2, 3, 4, 5, 6};  // 2 channels, 3 taps
  Buffer<float> packed(PackedDepthwiseF32Size(2, 3));
  ASSERT_EQ(packed.elements(), 48);
  PackDepthwiseF32(w, 2, 3, packed.get());
  EXPECT_EQ(packed[0], 1);
  EXPECT_EQ(packed[1], 4);
  EXPECT_EQ(packed[2], 0);
  EXPECT_EQ(packed[17], 5);
  EXPECT_EQ(packed[32], 3);
}

}  // namespace
}  // namespace octet::kernels
