#include "kernels/softmax_f32/softmax_f32.h"

#include <cmath>
#include <limits>

#include "kernels/testing/check.h"
#include "kernels/testing/problem.h"

namespace octet::kernels {
namespace {

TEST(SoftmaxF32, StaysNearTheReference) {
  for (const Problem& problem : ReadProblems("softmax_f32")) {
    SCOPED_TRACE(problem.line());
    const auto size = problem.List("size"), gap = problem.List("gap", {0, 0});
    SoftmaxF32Params p{};
    p.outer = size[0];
    p.size = size[1];
    p.inner = size[2];
    p.x_axis_stride = p.inner + gap[0];
    p.y_axis_stride = p.inner + gap[1];
    p.x_outer_stride = p.size * p.x_axis_stride;
    p.y_outer_stride = p.size * p.y_axis_stride;
    Random random(1);
    const float range = problem.Has("large") ? 1.5e38f : 10;
    const Buffer<float> x =
        RandomReals(p.outer * p.x_outer_stride, random, -range, range);
    p.x = x.get();
    Buffer<float> bound(p.outer * p.y_outer_stride);
    for (int64_t i = 0; i < bound.elements(); ++i) {
      // Only the order of the sum differs.
      bound[i] = i % p.y_axis_stride < p.inner
                     ? float(p.size) * std::numeric_limits<float>::epsilon()
                     : -1;
    }
    ExpectNear(
        SoftmaxF32Kernels(), p, bound.elements(),
        PlanSoftmaxF32(p, 4).scratch_bytes,
        [](SoftmaxF32Params& params, float* y) { params.y = y; }, bound);
    if (HasFailure()) return;
  }
}

TEST(SoftmaxF32, SumsToOneInPlace) {
  for (const auto& row : RunnableRows(SoftmaxF32Kernels())) {
    Random random(2);
    Buffer<float> x = RandomReals(6 * 50, random, -20, 20);
    SoftmaxF32Params p{6, 50, 1, x.get(), 50, 1, x.get(), 50, 1};
    RunInParts(row.fn, p, 2, PlanSoftmaxF32(p, 4).scratch_bytes);
    for (int line = 0; line < 6; ++line) {
      double sum = 0;
      for (int i = 0; i < 50; ++i) sum += x[line * 50 + i];
      EXPECT_NEAR(sum, 1, 1e-6) << row.name;
    }
  }
}

TEST(SoftmaxF32, ReferenceMatchesTheFormula) {
  const float x[] = {0, std::log(3.0f)};
  float y[2];
  SoftmaxF32Reference({1, 2, 1, x, 2, 1, y, 2, 1}, 0, 1, nullptr);
  EXPECT_NEAR(y[0], 0.25, 1e-7);
  EXPECT_NEAR(y[1], 0.75, 1e-7);
}

}  // namespace
}  // namespace octet::kernels
