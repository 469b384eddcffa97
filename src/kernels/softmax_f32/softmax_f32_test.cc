#include "kernels/softmax_f32/softmax_f32.h"

#include <cmath>
#include <limits>

#include "kernels/softmax_f32/softmax_f32_problem.h"
#include "kernels/testing/check.h"

namespace octet::kernels {
namespace {

TEST(SoftmaxF32, StaysNearTheReference) {
  for (const Problem& problem : ReadProblems("softmax_f32")) {
    if (problem.Has("bench")) continue;
    SCOPED_TRACE(problem.line());
    const SoftmaxF32Problem c(problem);
    const SoftmaxF32Params& p = c.params;
    // Probabilities, or what they say of the problem's weights.
    const float largest = p.weights == nullptr ? 1 : 3;
    Buffer<float> bound(c.y.elements());
    for (int64_t i = 0; i < bound.elements(); ++i) {
      // Only the order of the sum differs.
      bound[i] =
          i % p.y_axis_stride < p.inner
              ? largest * float(p.size) * std::numeric_limits<float>::epsilon()
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
