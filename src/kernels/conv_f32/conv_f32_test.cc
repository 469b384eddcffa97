#include "kernels/conv_f32/conv_f32.h"

#include <cmath>
#include <limits>

#include "kernels/conv_f32/conv_f32_pack.h"
#include "kernels/testing/check.h"
#include "kernels/testing/problem.h"

namespace octet::kernels {
namespace {

// A problem with its operands.
struct Case {
  explicit Case(const Problem& problem);

  ConvF32Params params;
  int64_t k;
  int64_t y_elements;
  Random random{1};
  std::vector<float> weights;
  Buffer<float> x{0}, packed{0}, bias{0}, residual{0};
};

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

Case::Case(const Problem& problem) : params(ParamsOf(problem)) {
  ConvF32Params& p = params;
  k = p.in_channels / p.group * p.window.kernel_h * p.window.kernel_w;
  const int64_t pixels = p.batch * p.out_h * p.out_w;
  y_elements = pixels * p.y_pixel_stride;
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

void SetOutput(ConvF32Params& params, float* y) { params.y = y; }

// For every output, 2 K eps times the sum of the products' magnitudes, plus a
// few ulp for what follows; -1 in the gaps.
Buffer<float> Bounds(const Case& original, const Problem& problem) {
  Case c(problem);
  for (int64_t i = 0; i < c.x.elements(); ++i) c.x[i] = std::abs(c.x[i]);
  for (int64_t i = 0; i < c.packed.elements(); ++i) {
    c.packed[i] = std::abs(c.packed[i]);
  }
  c.params.bias = c.params.residual = nullptr;
  c.params.before = c.params.after = {};
  Buffer<float> bound(original.y_elements);
  c.params.y = bound.get();
  RunInParts(ConvF32Reference, c.params, 1, 0);
  const float eps = std::numeric_limits<float>::epsilon();
  for (int64_t i = 0; i < bound.elements(); ++i) {
    const bool is_gap = i % c.params.y_pixel_stride >= c.params.out_channels;
    bound[i] = is_gap ? -1 : 2 * float(c.k) * eps * (bound[i] + 1) + 8 * eps;
  }
  return bound;
}

TEST(ConvF32, StaysWithinTheBoundOfTheReference) {
  for (const Problem& problem : ReadProblems("conv_f32")) {
    SCOPED_TRACE(problem.line());
    Case c(problem);
    ExpectNear(ConvF32Kernels(), c.params, c.y_elements,
               PlanConvF32(c.params, 4).scratch_bytes, SetOutput,
               Bounds(c, problem));
    if (HasFailure()) return;
  }
}

TEST(ConvF32, AddsTheResidualInPlace) {
  const Problem problem(
      "x=1x6x6x20 out=20 kernel=3x3 pad=1x1x1x1 bias residual after=relu");
  Case c(problem);
  for (const auto& row : RunnableRows(ConvF32Kernels())) {
    SCOPED_TRACE(row.name);
    const int64_t scratch = PlanConvF32(c.params, 4).scratch_bytes;
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

TEST(ConvF32, GivesTheSameSumsForAnyBatch) {
  const Problem problem(
      "x=3x9x9x32 out=48 kernel=3x3 pad=1x1x1x1 bias after=relu");
  Case c(problem);
  const int64_t image = c.y_elements / 3;
  for (const auto& row : RunnableRows(ConvF32Kernels())) {
    SCOPED_TRACE(row.name);
    Buffer<float> together(c.y_elements), alone(c.y_elements);
    ConvF32Params p = c.params;
    p.y = together.get();
    RunInParts(row.fn, p, 2, PlanConvF32(p, 4).scratch_bytes);
    for (int i = 0; i < 3; ++i) {
      p.batch = 1;
      p.x = c.params.x + i * p.in_h * p.in_w * p.x_pixel_stride;
      p.y = alone.get() + i * image;
      RunInParts(row.fn, p, 1, PlanConvF32(p, 4).scratch_bytes);
    }
    EXPECT_EQ(together.FirstDifference(alone), -1);
  }
}

TEST(ConvF32, ReferenceMatchesAConvolutionByHand) {
  // 2x2 image of one channel, 2x2 window, one column of padding to the left.
  Buffer<float> x(4), y(4), packed(PackedConvF32Size(2, 4, 1));
  for (int i = 0; i < 4; ++i) x[i] = float(i + 1);
  const float w[] = {1, 10, 100, 1000, -1, 0, 0, 0}, bias[] = {0.5f, 0};
  PackConvF32(w, 2, 4, 1, packed.get());
  ConvF32Params p{};
  p.batch = 1;
  p.in_h = p.in_w = 2;
  p.in_channels = p.x_pixel_stride = 1;
  p.out_h = 1;
  p.out_w = 2;
  p.out_channels = p.y_pixel_stride = 2;
  p.window.kernel_h = p.window.kernel_w = 2;
  p.window.pad_left = 1;
  p.x = x.get();
  p.y = y.get();
  p.weight = packed.get();
  p.bias = bias;
  ConvF32Reference(p, 0, 1, nullptr);
  EXPECT_EQ(y[0], 3010.5f);
  EXPECT_EQ(y[1], 0);
  EXPECT_EQ(y[2], 4321.5f);
  EXPECT_EQ(y[3], -1);
}

TEST(PackConvF32, PadsEveryGroupToWholePanels) {
  const float w[] = {1, 2, 3, 4, 5, 6};  // 6 outputs, 2 groups, k = 1
  Buffer<float> packed(PackedConvF32Size(6, 1, 2));
  ASSERT_EQ(packed.elements(), 32);
  PackConvF32(w, 6, 1, 2, packed.get());
  EXPECT_EQ(packed[2], 3);
  EXPECT_EQ(packed[3], 0);
  EXPECT_EQ(packed[16], 4);
  EXPECT_EQ(packed[31], 0);
}

}  // namespace
}  // namespace octet::kernels
