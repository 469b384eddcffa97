#include "kernels/depthwise_f32/depthwise_f32.h"

#include <limits>

#include "kernels/depthwise_f32/depthwise_f32_pack.h"
#include "kernels/depthwise_f32/depthwise_f32_problem.h"
#include "kernels/testing/check.h"
#include "kernels/testing/problem.h"

namespace octet::kernels {
namespace {

void SetOutput(DepthwiseF32Params& params, float* y) { params.y = y; }

void CheckProblem(const Problem& problem) {
  SCOPED_TRACE(problem.line());
  DepthwiseF32Problem c(problem);
  const DepthwiseF32Params& p = c.params;
  const float eps = std::numeric_limits<float>::epsilon();
  Buffer<float> bound(c.y.elements());
  for (int64_t i = 0; i < c.y.elements(); ++i) {
    // No product is above 1.
    bound[i] = i % p.y_pixel_stride < p.channels
                   ? 2 * float(c.taps) * eps * float(c.taps + 2)
                   : -1;
  }
  ExpectNear(DepthwiseF32Kernels(), p, c.y.elements(),
             PlanDepthwiseF32(p, 4).scratch_bytes, SetOutput, bound);
}

TEST(DepthwiseF32, StaysWithinTheBoundOfTheReference) {
  for (const Problem& problem : ReadProblems("depthwise_f32")) {
    if (problem.Has("bench")) continue;
    CheckProblem(problem);
    if (HasFailure()) return;
  }
}

// Shapes that nobody thought of: one line each, printed where it fails.
TEST(DepthwiseF32, StaysWithinTheBoundForRandomShapes) {
  Random random(7);
  for (int i = 0; i < 80; ++i) {
    const auto pick = [&](int64_t low, int64_t high) {
      return std::to_string(random.Int(low, high));
    };
    CheckProblem(Problem(
        "x=" + pick(1, 2) + "x" + pick(7, 14) + "x" + pick(7, 14) + "x" +
        pick(1, 40) + " kernel=" + pick(1, 4) + "x" + pick(2, 4) +
        " stride=" + pick(1, 3) + "x" + pick(1, 3) + " dilation=" + pick(1, 2) +
        "x" + pick(1, 2) + " pad=" + pick(0, 2) + "x" + pick(0, 2) + "x" +
        pick(0, 2) + "x" + pick(0, 2) + " gap=" + pick(0, 3) + "x" +
        pick(0, 3) + "x" + pick(0, 3) + (i % 2 == 0 ? " bias" : "") +
        (i % 3 == 0 ? " residual" : "") +
        (i % 4 == 0 ? " before=silu" : " after=relu")));
    if (HasFailure()) return;
  }
}

TEST(DepthwiseF32, AddsTheResidualInPlace) {
  DepthwiseF32Problem c(
      Problem("x=1x6x6x20 kernel=3x3 pad=1x1x1x1 bias before=silu residual "
              "after=relu"));
  for (const auto& row : RunnableRows(DepthwiseF32Kernels())) {
    SCOPED_TRACE(row.name);
    const int64_t scratch = PlanDepthwiseF32(c.params, 4).scratch_bytes;
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
