// A line of problems.txt as parameters and operands, for test and benchmark.
#ifndef OCTET_KERNELS_ATTENTION_F32_ATTENTION_F32_PROBLEM_H_
#define OCTET_KERNELS_ATTENTION_F32_ATTENTION_F32_PROBLEM_H_

#include "kernels/attention_f32/attention_f32.h"
#include "kernels/testing/problem.h"
#include "kernels/testing/random.h"

namespace octet::kernels {

// Owns the operands that params points to, the output among them.
struct AttentionF32Problem {
  explicit AttentionF32Problem(const Problem& problem);

  AttentionF32Problem(const AttentionF32Problem&) = delete;

  AttentionF32Params params{};
  Random random{1};
  Buffer<float> a{0}, b{0}, c{0}, mask{0}, y{0};
};

// Rows of all heads lie side by side, or heads behind one another; b is
// transposed where they lie side by side.
inline AttentionF32Problem::AttentionF32Problem(const Problem& problem) {
  const auto mk = problem.List("mk");
  const int64_t heads = problem.Int("heads", 1), out = problem.Int("out", 1);
  const int64_t m = mk[0], k = mk[1], n = problem.Int("n", 1);
  const bool apart = problem.Has("heads_apart");
  a = RandomReals(heads * m * k, random, -2, 2);
  b = RandomReals(heads * k * n, random, -2, 2);
  c = RandomReals(heads * n * out, random, -2, 2);
  mask = RandomReals(n, random, -4, 0);
  y = Buffer<float>(heads * m * out);
  MatMulF32Params& s = params.scores;
  s.m = m, s.k = k, s.n = n;
  s.batch_rank = 1;
  s.batch[0] = heads;
  s.a = a.get(), s.b = b.get();
  s.a_batch_stride[0] = apart ? k : m * k;
  s.a_row_stride = apart ? heads * k : k;
  s.b_batch_stride[0] = apart ? k : k * n;
  s.b_row_stride = apart ? 1 : n;
  s.b_column_stride = apart ? heads * k : 1;
  if (problem.Has("mask")) s.residual = mask.get();
  MatMulF32Params& context = params.context;
  context.m = m, context.k = n, context.n = out;
  context.batch_rank = 1;
  context.batch[0] = heads;
  context.b = c.get(), context.y = y.get();
  context.b_batch_stride[0] = apart ? out : n * out;
  context.b_row_stride = apart ? heads * out : out;
  context.y_batch_stride[0] = apart ? out : m * out;
  context.y_row_stride = apart ? heads * out : out;
}

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_ATTENTION_F32_ATTENTION_F32_PROBLEM_H_
