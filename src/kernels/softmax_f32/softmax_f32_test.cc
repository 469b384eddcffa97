#include "kernels/softmax_f32/softmax_f32.h"

#include <cmath>
#include <limits>

#include "kernels/quantize/quantize.h"
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
    Buffer<float> x = RandomReals(300, random, -20, 20);
    SoftmaxF32Params p{6, 50, 1, x.get(), 50, 1, x.get(), 50, 1};
    RunInParts(row.fn, p, 2, PlanSoftmaxF32(p, 4).scratch_bytes);
    for (int line = 0; line < 6; ++line) {
      double sum = 0;
      for (int i = 0; i < 50; ++i) sum += x[line * 50 + i];
      EXPECT_NEAR(sum, 1, 1e-6) << row.name;
    }
  }
}

// What quantize makes of a level's floats.
TEST(SoftmaxF32, WritesCodes) {
  const float scale = 1.0f / 200;
  const int32_t zero_point = 3;
  for (const char* line : {"size=37x16x1", "size=5x130x1 gap=0x3"}) {
    SCOPED_TRACE(line);
    const SoftmaxF32Problem c{Problem(line)};
    SoftmaxF32Params p = c.params;
    // A gap behind each line instead of behind each element.
    p.x_axis_stride = p.y_axis_stride = 1;
    p.y_outer_stride = p.size + c.params.y_axis_stride - 1;
    p.y_quant = {&scale, &zero_point};
    const int64_t elements = p.outer * p.y_outer_stride;
    for (const auto& row : RunnableRows(SoftmaxF32Kernels())) {
      SCOPED_TRACE(row.name);
      Buffer<float> floats(elements);
      p.y_codes = nullptr;
      p.y = floats.get();
      RunInParts(row.fn, p, 1, 0);
      Buffer<uint8_t> expected(elements);
      QuantizeReference({p.outer, p.size, floats.get(), p.y_outer_stride,
                         expected.get(), p.y_outer_stride, p.y_quant},
                        0, 1, nullptr);
      for (int64_t parts : kPartCounts) {
        Buffer<uint8_t> codes(elements);
        p.y_codes = codes.get();
        RunInParts(row.fn, p, parts, PlanSoftmaxF32(p, 4).scratch_bytes);
        EXPECT_EQ(expected.FirstDifference(codes), -1) << parts << " parts";
      }
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
