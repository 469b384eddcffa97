#include "kernels/matmul_f32/matmul_f32.h"

#include <cmath>
#include <limits>

#include "kernels/matmul_f32/matmul_f32_problem.h"
#include "kernels/testing/check.h"
#include "kernels/testing/problem.h"

namespace octet::kernels {
namespace {

void SetOutput(MatMulF32Params& params, float* y) { params.y = y; }

TEST(MatMulF32, StaysWithinTheBoundOfTheReference) {
  for (const Problem& problem : ReadProblems("matmul_f32")) {
    if (problem.Has("bench")) continue;
    SCOPED_TRACE(problem.line());
    MatMulF32Problem c(problem);
    const MatMulF32Params& p = c.params;
    const float eps = std::numeric_limits<float>::epsilon();
    const float bound = 2 * float(p.k) * eps * float(p.k + 1) + 8 * eps;
    Buffer<float> bounds(c.y.elements());
    for (int64_t i = 0; i < c.y.elements(); ++i) {
      bounds[i] = i % p.y_row_stride < p.n ? bound : -1;
    }
    ExpectNear(MatMulF32Kernels(), p, c.y.elements(),
               PlanMatMulF32(p, 4).scratch_bytes, SetOutput, bounds);
    if (HasFailure()) return;
  }
}

TEST(MatMulF32, ReferenceMatchesAProductByHand) {
  const float a[] = {1, 2, 3, 4}, b[] = {1, 10, 100, 1000}, bias[] = {0.5f, 0};
  float y[4];
  MatMulF32Params p{};
  p.m = p.k = p.n = p.a_row_stride = p.b_row_stride = p.y_row_stride = 2;
  p.a = a;
  p.b = b;
  p.y = y;
  p.bias = bias;
  MatMulF32Reference(p, 0, 1, nullptr);
  EXPECT_EQ(y[0], 201.5f);
  EXPECT_EQ(y[1], 2010);
  EXPECT_EQ(y[2], 403.5f);
  EXPECT_EQ(y[3], 4030);
}

}  // namespace
}  // namespace octet::kernels
