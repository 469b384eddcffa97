#include "kernels/conv_f32/conv_f32.h"

#include <cmath>
#include <limits>

#include "kernels/conv_f32/conv_f32_pack.h"
#include "kernels/conv_f32/conv_f32_problem.h"
#include "kernels/testing/check.h"
#include "kernels/testing/problem.h"

namespace octet::kernels {
namespace {

void SetOutput(ConvF32Params& params, float* y) { params.y = y; }

// For every output, 2 K eps times the sum of the products' magnitudes, plus a
// few ulp for what follows; -1 in the gaps.
Buffer<float> Bounds(const ConvF32Problem& original, const Problem& problem) {
  ConvF32Problem c(problem);
  for (int64_t i = 0; i < c.x.elements(); ++i) c.x[i] = std::abs(c.x[i]);
  for (int64_t i = 0; i < c.packed.elements(); ++i) {
    c.packed[i] = std::abs(c.packed[i]);
  }
  c.params.bias = c.params.residual = nullptr;
  c.params.before = c.params.after = {};
  Buffer<float> bound(original.y.elements());
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
    if (problem.Has("bench")) continue;
    SCOPED_TRACE(problem.line());
    ConvF32Problem c(problem);
    ExpectNear(ConvF32Kernels(), c.params, c.y.elements(),
               PlanConvF32(c.params, 4).scratch_bytes, SetOutput,
               Bounds(c, problem));
    if (HasFailure()) return;
  }
}

// Shapes that nobody thought of: one line each, printed where it fails.
TEST(ConvF32, StaysWithinTheBoundForRandomShapes) {
  Random random(7);
  for (int i = 0; i < 60; ++i) {
    const auto pick = [&](int64_t low, int64_t high) {
      return std::to_string(random.Int(low, high));
    };
    const std::string kernel = pick(1, 4) + "x" + pick(1, 4);
    const Problem problem(
        "x=" + pick(1, 2) + "x" + pick(7, 12) + "x" + pick(7, 12) + "x" +
        pick(1, 20) + " out=" + pick(1, 50) + " kernel=" + kernel +
        " stride=" + pick(1, 3) + "x" + pick(1, 3) + " dilation=" + pick(1, 2) +
        "x" + pick(1, 2) + " pad=" + pick(0, 2) + "x" + pick(0, 2) + "x" +
        pick(0, 2) + "x" + pick(0, 2) + " gap=" + pick(0, 3) + "x" +
        pick(0, 3) + "x" + pick(0, 3) + (i % 2 == 0 ? " bias" : "") +
        (i % 3 == 0 ? " residual" : "") +
        (i % 4 == 0 ? " before=silu" : " after=relu"));
    SCOPED_TRACE(problem.line());
    ConvF32Problem c(problem);
    ExpectNear(ConvF32Kernels(), c.params, c.y.elements(),
               PlanConvF32(c.params, 4).scratch_bytes, SetOutput,
               Bounds(c, problem));
    if (HasFailure()) return;
  }
}

TEST(ConvF32, AddsTheResidualInPlace) {
  const Problem problem(
      "x=1x6x6x20 out=20 kernel=3x3 pad=1x1x1x1 bias before=silu residual "
      "after=relu");
  ConvF32Problem c(problem);
  for (const auto& row : RunnableRows(ConvF32Kernels())) {
    SCOPED_TRACE(row.name);
    const int64_t scratch = PlanConvF32(c.params, 4).scratch_bytes;
    Buffer<float> apart(c.y.elements()), in_place = c.residual;
    c.params.residual = c.residual.get();
    c.params.y = apart.get();
    RunInParts(row.fn, c.params, 2, scratch);
    c.params.y = in_place.get();
    c.params.residual = in_place.get();
    RunInParts(row.fn, c.params, 3, scratch);
    for (int64_t i = 0; i < c.y.elements(); ++i) {
      ASSERT_EQ(apart[i], in_place[i]) << i;
    }
  }
}

TEST(ConvF32, GivesTheSameSumsForAnyBatch) {
  const Problem problem(
      "x=3x9x9x32 out=48 kernel=3x3 pad=1x1x1x1 bias after=relu");
  ConvF32Problem c(problem);
  const int64_t image = c.y.elements() / 3;
  for (const auto& row : RunnableRows(ConvF32Kernels())) {
    SCOPED_TRACE(row.name);
    Buffer<float> together(c.y.elements()), alone(c.y.elements());
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
