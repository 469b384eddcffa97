#include "kernels/layer_norm_f32/layer_norm_f32.h"

#include <limits>

#include "kernels/layer_norm_f32/layer_norm_f32_problem.h"
#include "kernels/quantize/quantize.h"
#include "kernels/testing/check.h"
#include "kernels/testing/quant.h"

namespace octet::kernels {
namespace {

TEST(LayerNormF32, StaysNearTheReference) {
  for (const Problem& problem : ReadProblems("layer_norm_f32")) {
    if (problem.Has("bench")) continue;
    SCOPED_TRACE(problem.line());
    const LayerNormF32Problem c(problem);
    const LayerNormF32Params& p = c.params;
    Buffer<float> bound(c.y.elements());
    for (int64_t i = 0; i < bound.elements(); ++i) {
      bound[i] = i % p.y_stride < p.columns ? (1 + c.offset) * 2e-6f : -1;
    }
    ExpectNear(
        LayerNormF32Kernels(), p, bound.elements(),
        PlanLayerNormF32(p, 4).scratch_bytes,
        [](LayerNormF32Params& params, float* y) { params.y = y; }, bound);
    if (HasFailure()) return;
  }
}

// What quantize makes of a level's floats.
TEST(LayerNormF32, WritesCodes) {
  const LayerNormF32Problem c{Problem("size=11x83 gap=0x5 bias")};
  LayerNormF32Params p = c.params;
  Random random(3);
  for (int64_t entries : {int64_t{1}, p.columns}) {
    const QuantParams quant = RandomQuant(entries, random, 0.02);
    p.y_quant = View(quant);
    for (const auto& row : RunnableRows(LayerNormF32Kernels())) {
      SCOPED_TRACE(row.name);
      Buffer<float> floats(c.y.elements());
      p.y_codes = nullptr;
      p.y = floats.get();
      RunInParts(row.fn, p, 1, 0);
      Buffer<uint8_t> expected(c.y.elements());
      QuantizeReference({p.rows, p.columns, floats.get(), p.y_stride,
                         expected.get(), p.y_stride, p.y_quant},
                        0, 1, nullptr);
      for (int64_t parts : kPartCounts) {
        Buffer<uint8_t> codes(c.y.elements());
        p.y_codes = codes.get();
        RunInParts(row.fn, p, parts, PlanLayerNormF32(p, 4).scratch_bytes);
        EXPECT_EQ(expected.FirstDifference(codes), -1) << parts << " parts";
      }
    }
  }
}

TEST(LayerNormF32, ReferenceMatchesTheFormula) {
  const float x[] = {1, 3}, scale[] = {2, 2}, bias[] = {10, 20};
  float y[2];
  LayerNormF32Reference({1, 2, x, 2, y, 2, scale, bias, 0}, 0, 1, nullptr);
  EXPECT_EQ(y[0], 8);
  EXPECT_EQ(y[1], 22);
}

}  // namespace
}  // namespace octet::kernels
