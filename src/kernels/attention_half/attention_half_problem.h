// A line of problems.txt as parameters and operands, for test and benchmark.
#ifndef OCTET_KERNELS_ATTENTION_HALF_ATTENTION_HALF_PROBLEM_H_
#define OCTET_KERNELS_ATTENTION_HALF_ATTENTION_HALF_PROBLEM_H_

#include "kernels/attention_half/attention_half.h"
#include "kernels/testing/halves.h"
#include "kernels/testing/problem.h"
#include "kernels/testing/random.h"

namespace octet::kernels {

// Owns the operands that params points to, the output among them.
struct AttentionHalfProblem {
  explicit AttentionHalfProblem(const Problem& problem);

  AttentionHalfProblem(const AttentionHalfProblem&) = delete;

  AttentionHalfParams params{};
  Buffer<uint16_t> a{0}, b{0}, c{0}, y{0};
  Buffer<float> mask{0};
};

// Rows of all heads lie side by side, or heads behind one another; b is
// transposed where they lie side by side. All of c is above zero, and so is y:
// the bits of neighbouring halves are neighbours.
inline AttentionHalfProblem::AttentionHalfProblem(const Problem& problem) {
  const auto mk = problem.List("mk");
  const int64_t heads = problem.Int("heads", 1), out = problem.Int("out", 1);
  const int64_t m = mk[0], k = mk[1], n = problem.Int("n", 1);
  const bool apart = problem.Has("heads_apart");
  AttentionHalfParams& p = params;
  p.half = problem.Has("f16") ? DType::kF16 : DType::kBF16;
  Random random{1};
  const auto halves = [&](int64_t elements, float low, float high) {
    Buffer<float> reals = RandomReals(elements, random, low, high);
    return RoundToHalves(p.half, reals);
  };
  a = halves(heads * m * k, -1, 1);
  b = halves(heads * k * n, -1, 1);
  c = halves(heads * n * out, 0.5f, 2);
  mask = RandomReals(n, random, -4, 0);
  y = Buffer<uint16_t>(heads * m * out);
  p.rows = m, p.depth = k, p.keys = n, p.columns = out;
  p.batch_rank = 1;
  p.batch[0] = heads;
  p.a.at = a.get(), p.b.at = b.get(), p.c.at = c.get(), p.y = y.get();
  p.a.batch_stride[0] = apart ? k : m * k;
  p.a.row_stride = apart ? heads * k : k;
  p.b.batch_stride[0] = apart ? k : k * n;
  p.b.row_stride = apart ? 1 : n;
  p.b.column_stride = apart ? heads * k : 1;
  p.c.batch_stride[0] = apart ? out : n * out;
  p.c.row_stride = apart ? heads * out : out;
  p.y_batch_stride[0] = apart ? out : m * out;
  p.y_row_stride = apart ? heads * out : out;
  if (problem.Has("mask")) p.residual = mask.get();
}

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_ATTENTION_HALF_ATTENTION_HALF_PROBLEM_H_
