#include "kernels/matmul_f32/matmul_f32.h"

#include <cmath>
#include <limits>

#include "kernels/testing/check.h"
#include "kernels/testing/problem.h"

namespace octet::kernels {
namespace {

struct Case {
  explicit Case(const Problem& problem);

  MatMulF32Params params{};
  int64_t y_elements;
  Random random{1};
  Buffer<float> a{0}, b{0}, bias{0};
};

Case::Case(const Problem& problem) {
  const auto mk = problem.List("mk"), gap = problem.List("gap", {0, 0, 0});
  const auto batch = problem.List("batch");
  const auto a_batch = problem.List("a_batch");
  const auto b_batch = problem.List("b_batch");
  MatMulF32Params& p = params;
  p.m = mk[0];
  p.k = mk[1];
  p.n = problem.Int("n", 1);
  p.a_row_stride = p.k + gap[0];
  p.b_row_stride = p.n + gap[1];
  p.y_row_stride = p.n + gap[2];
  p.batch_rank = int(batch.size());
  int64_t a_size = p.m * p.a_row_stride, b_size = p.k * p.b_row_stride;
  int64_t batches = 1;
  for (int d = p.batch_rank - 1; d >= 0; --d) {
    p.batch[d] = batch[size_t(d)];
    p.a_batch_stride[d] = a_batch[size_t(d)] * a_size;
    p.b_batch_stride[d] = b_batch[size_t(d)] * b_size;
    if (a_batch[size_t(d)] != 0) a_size *= p.batch[d];
    if (b_batch[size_t(d)] != 0) b_size *= p.batch[d];
    batches *= p.batch[d];
  }
  y_elements = batches * p.m * p.y_row_stride;
  a = RandomReals(a_size, random);
  b = RandomReals(b_size, random);
  bias = RandomReals(p.n, random);
  p.a = a.get();
  p.b = b.get();
  if (problem.Has("bias")) p.bias = bias.get();
  p.before = problem.FunctionNamed("before");
}

void SetOutput(MatMulF32Params& params, float* y) { params.y = y; }

TEST(MatMulF32, StaysWithinTheBoundOfTheReference) {
  for (const Problem& problem : ReadProblems("matmul_f32")) {
    SCOPED_TRACE(problem.line());
    Case c(problem);
    const MatMulF32Params& p = c.params;
    const float eps = std::numeric_limits<float>::epsilon();
    const float bound = 2 * float(p.k) * eps * float(p.k + 1) + 8 * eps;
    Buffer<float> bounds(c.y_elements);
    for (int64_t i = 0; i < c.y_elements; ++i) {
      bounds[i] = i % p.y_row_stride < p.n ? bound : -1;
    }
    ExpectNear(MatMulF32Kernels(), p, c.y_elements,
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
