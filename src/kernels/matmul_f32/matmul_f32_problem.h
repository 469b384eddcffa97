// A line of problems.txt as parameters and operands, for test and benchmark.
#ifndef OCTET_KERNELS_MATMUL_F32_MATMUL_F32_PROBLEM_H_
#define OCTET_KERNELS_MATMUL_F32_MATMUL_F32_PROBLEM_H_

#include "kernels/matmul_f32/matmul_f32.h"
#include "kernels/testing/problem.h"
#include "kernels/testing/random.h"

namespace octet::kernels {

// Owns the operands that params points to, the output among them.
struct MatMulF32Problem {
  explicit MatMulF32Problem(const Problem& problem);

  MatMulF32Problem(const MatMulF32Problem&) = delete;

  MatMulF32Params params{};
  Random random{1};
  Buffer<float> a{0}, b{0}, bias{0}, residual{0}, y{0};
};

inline MatMulF32Problem::MatMulF32Problem(const Problem& problem) {
  const auto mk = problem.List("mk"), gap = problem.List("gap", {0, 0, 0});
  const auto batch = problem.List("batch");
  const auto a_batch = problem.List("a_batch");
  const auto b_batch = problem.List("b_batch");
  MatMulF32Params& p = params;
  p.m = mk[0];
  p.k = mk[1];
  p.n = problem.Int("n", 1);
  p.a_row_stride = p.k + gap[0];
  const bool transposed = problem.Has("b_transposed");
  p.b_row_stride = transposed ? 1 : p.n + gap[1];
  p.b_column_stride = transposed ? p.k + gap[1] : 1;
  p.y_row_stride = p.residual_row_stride = p.n + gap[2];
  p.batch_rank = int(batch.size());
  int64_t a_size = p.m * p.a_row_stride;
  int64_t b_size = transposed ? p.n * p.b_column_stride : p.k * p.b_row_stride;
  int64_t y_size = p.m * p.y_row_stride;
  for (int d = p.batch_rank - 1; d >= 0; --d) {
    p.batch[d] = batch[size_t(d)];
    p.a_batch_stride[d] = a_batch[size_t(d)] * a_size;
    p.b_batch_stride[d] = b_batch[size_t(d)] * b_size;
    if (a_batch[size_t(d)] != 0) a_size *= p.batch[d];
    if (b_batch[size_t(d)] != 0) b_size *= p.batch[d];
    p.y_batch_stride[d] = p.residual_batch_stride[d] = y_size;
    y_size *= p.batch[d];
  }
  y = Buffer<float>(y_size);
  p.y = y.get();
  a = RandomReals(a_size, random);
  b = RandomReals(b_size, random);
  bias = RandomReals(p.n, random);
  residual = RandomReals(y_size, random);
  p.a = a.get();
  p.b = b.get();
  if (problem.Has("bias")) p.bias = bias.get();
  if (problem.Has("residual")) p.residual = residual.get();
  p.before = problem.FunctionNamed("before");
  p.after = problem.FunctionNamed("after");
}

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_MATMUL_F32_MATMUL_F32_PROBLEM_H_
