#include "kernels/layer_norm_f32/layer_norm_f32.h"

#include <limits>

#include "kernels/testing/check.h"
#include "kernels/testing/problem.h"

namespace octet::kernels {
namespace {

TEST(LayerNormF32, StaysNearTheReference) {
  for (const Problem& problem : ReadProblems("layer_norm_f32")) {
    SCOPED_TRACE(problem.line());
    const auto size = problem.List("size"), gap = problem.List("gap", {0, 0});
    const float offset = float(problem.Int("offset", 0));
    LayerNormF32Params p{};
    p.rows = size[0];
    p.columns = size[1];
    p.x_stride = p.columns + gap[0];
    p.y_stride = p.columns + gap[1];
    p.epsilon = 1e-5f;
    Random random(1);
    const Buffer<float> x =
        RandomReals(p.rows * p.x_stride, random, offset - 1, offset + 1);
    const Buffer<float> scale = RandomReals(p.columns, random);
    const Buffer<float> bias = RandomReals(p.columns, random);
    p.x = x.get();
    p.scale = scale.get();
    if (problem.Has("bias")) p.bias = bias.get();
    Buffer<float> bound(p.rows * p.y_stride);
    for (int64_t i = 0; i < bound.elements(); ++i) {
      bound[i] = i % p.y_stride < p.columns ? (1 + offset) * 2e-6f : -1;
    }
    ExpectNear(
        LayerNormF32Kernels(), p, bound.elements(),
        PlanLayerNormF32(p, 4).scratch_bytes,
        [](LayerNormF32Params& params, float* y) { params.y = y; }, bound);
    if (HasFailure()) return;
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
