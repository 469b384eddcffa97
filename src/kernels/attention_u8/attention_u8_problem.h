// A line of problems.txt as parameters and operands, for test and benchmark.
#ifndef OCTET_KERNELS_ATTENTION_U8_ATTENTION_U8_PROBLEM_H_
#define OCTET_KERNELS_ATTENTION_U8_ATTENTION_U8_PROBLEM_H_

#include <cmath>

#include "kernels/attention_u8/attention_u8.h"
#include "kernels/testing/problem.h"
#include "kernels/testing/random.h"

namespace octet::kernels {

// Owns the operands that params points to, the output among them.
struct AttentionU8Problem {
  explicit AttentionU8Problem(const Problem& problem);

  AttentionU8Problem(const AttentionU8Problem&) = delete;

  int64_t heads;
  AttentionU8Params params{};
  Random random{1};
  Buffer<uint8_t> a{0}, b{0}, c{0}, y{0};
  Buffer<float> mask{0};
};

// Rows of all heads lie side by side, or heads behind one another; b is
// transposed where they lie side by side.
inline AttentionU8Problem::AttentionU8Problem(const Problem& problem)
    : heads(problem.Int("heads", 1)) {
  const auto mk = problem.List("mk");
  const int64_t out = problem.Int("out", 1);
  const int64_t m = mk[0], k = mk[1], n = problem.Int("n", 1);
  const bool apart = problem.Has("heads_apart");
  // Elements from one code of b or c to the next.
  const int64_t gap = problem.Has("scattered") ? 2 : 1;
  const auto codes = [&](int64_t elements) {
    Buffer<uint8_t> made = RandomCodes(elements, random);
    for (int64_t i = 0; problem.Has("extreme") && i < elements; ++i) {
      made[i] = made[i] > 40 ? 255 : 0;
    }
    return made;
  };
  a = codes(heads * m * k);
  b = codes(heads * k * n * gap);
  c = codes(heads * n * out * gap);
  y = Buffer<uint8_t>(heads * m * out);
  mask = RandomReals(m * n, random, -4, 0);
  for (int64_t i = 0; problem.Has("hidden") && i < m * n; ++i) {
    if (i < n) mask[i] = -HUGE_VALF;
    if (i / n == 1) mask[i] = NAN;
    if (i / n == 2 && i % 3 == 0) mask[i] = -3.4e38f;
    if (i / n == 3) mask[i] = -3.4e38f;
    if (i / n == 4 && i % n == 5) mask[i] = NAN;
    if (i / n == 5 && i % n == 7) mask[i] = HUGE_VALF;
  }
  AttentionU8Params& p = params;
  p.rows = m, p.depth = k, p.keys = n, p.columns = out;
  p.batch_rank = 1;
  p.batch[0] = heads;
  p.a = {a.get(), {apart ? k : m * k}, apart ? heads * k : k, 1, 131};
  p.b = {b.get(),
         {apart ? k : k * n * gap},
         apart ? 1 : n * gap,
         apart ? heads * k : gap,
         120};
  p.c = {c.get(),
         {apart ? out : n * out * gap},
         apart ? heads * out : out * gap,
         gap,
         137};
  if (problem.Has("extreme")) p.a.zero = 255, p.b.zero = 0, p.c.zero = 0;
  p.score_scale = problem.Has("sharp") ? 0.02f : 0.0003f;
  if (problem.Has("mask") && problem.Has("hidden")) p.residual_row_stride = n;
  if (problem.Has("mask")) p.residual = mask.get();
  p.y = y.get();
  p.y_batch_stride[0] = apart ? out : m * out;
  p.y_row_stride = apart ? heads * out : out;
  p.y_zero = problem.Has("extreme") ? 0 : 126;
  p.scale = problem.Has("extreme") ? 1.0f : 1.7f;
}

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_ATTENTION_U8_ATTENTION_U8_PROBLEM_H_
