#include "kernels/attention_f32/attention_f32.h"

#include <cmath>

#include "kernels/attention_f32/attention_f32_problem.h"
#include "kernels/softmax_f32/softmax_f32.h"
#include "kernels/testing/check.h"
#include "kernels/testing/contract.h"

namespace octet::kernels {
namespace {

// The three families after one another, over all heads at once.
Buffer<float> InThreeSteps(CpuLevel level, const AttentionF32Params& p,
                           int64_t heads, int64_t elements) {
  const int64_t m = p.scores.m, n = p.scores.n;
  Buffer<float> scores(heads * m * n), y(elements);
  MatMulF32Params first = p.scores, last = p.context;
  first.y = scores.get();
  first.y_batch_stride[0] = m * n;
  first.y_row_stride = n;
  RunInParts(FindMatMulF32(level), first, 1,
             PlanMatMulF32(first, 1).scratch_bytes);
  const SoftmaxF32Params softmax{heads * m,    n, 1, scores.get(), n, 1,
                                 scores.get(), n, 1};
  RunInParts(FindSoftmaxF32(level), softmax, 1, 0);
  last.a = scores.get();
  last.a_batch_stride[0] = m * n;
  last.a_row_stride = n;
  last.y = y.get();
  RunInParts(FindMatMulF32(level), last, 1,
             PlanMatMulF32(last, 1).scratch_bytes);
  return y;
}

TEST(AttentionF32, MakesTheBitsOfThreeSteps) {
  for (const Problem& problem : ReadProblems("attention_f32")) {
    if (problem.Has("bench")) continue;
    SCOPED_TRACE(problem.line());
    AttentionF32Problem c(problem);
    for (const auto& row : RunnableRows(AttentionF32Kernels())) {
      const Buffer<float> want = InThreeSteps(
          row.level, c.params, problem.Int("heads", 1), c.y.elements());
      const int64_t scratch = PlanAttentionF32(c.params, 4).scratch_bytes;
      for (int64_t parts : {1, 2, 7}) {
        AttentionF32Params p = c.params;
        Buffer<float> y(c.y.elements());
        p.context.y = y.get();
        RunInParts(row.fn, p, parts, scratch);
        ASSERT_EQ(y.FirstDifference(want), -1) << row.name << " " << parts;
      }
    }
  }
}

double ByFormula(const AttentionF32Params& p, int64_t head, int64_t i,
                 int64_t j) {
  const MatMulF32Params& s = p.scores;
  std::vector<double> scores;
  double largest = -HUGE_VAL, total = 0, sum = 0;
  for (int64_t key = 0; key < s.n; ++key) {
    double score = s.residual == nullptr ? 0 : s.residual[key];
    for (int64_t k = 0; k < s.k; ++k) {
      score +=
          double(s.a[head * s.a_batch_stride[0] + i * s.a_row_stride + k]) *
          s.b[head * s.b_batch_stride[0] + k * s.b_row_stride +
              key * s.b_column_stride];
    }
    scores.push_back(score);
    largest = std::max(largest, score);
  }
  for (double& score : scores) total += score = std::exp(score - largest);
  for (int64_t key = 0; key < s.n; ++key) {
    sum += scores[size_t(key)] / total *
           p.context.b[head * p.context.b_batch_stride[0] +
                       key * p.context.b_row_stride + j];
  }
  return sum;
}

TEST(AttentionF32, FollowsTheFormulaAndWritesNothingElse) {
  for (const Problem& problem : ReadProblems("attention_f32")) {
    if (problem.Has("bench")) continue;
    SCOPED_TRACE(problem.line());
    AttentionF32Problem c(problem);
    const MatMulF32Params& context = c.params.context;
    std::vector<Near> expected(size_t(c.y.elements()));
    for (int64_t head = 0; head < problem.Int("heads", 1); ++head) {
      for (int64_t i = 0; i < context.m; ++i) {
        for (int64_t j = 0; j < context.n; ++j) {
          expected[size_t(head * context.y_batch_stride[0] +
                          i * context.y_row_stride + j)] = {
              ByFormula(c.params, head, i, j), 2e-5};
        }
      }
    }
    ExpectOutput<float>(
        AttentionF32Kernels(), c.params,
        PlanAttentionF32(c.params, 4).scratch_bytes, expected,
        [](AttentionF32Params& params, float* y) { params.context.y = y; });
    if (HasFailure()) return;
  }
}

TEST(AttentionF32, KeepsItsScratchSmallForLongSequences) {
  AttentionF32Params p{};
  p.scores.m = p.scores.n = p.context.m = p.context.k = 4096;
  p.scores.k = p.context.n = 64;
  // 48 rows of scores, and 4096 x 64 of packed values.
  EXPECT_LT(PlanAttentionF32(p, 1).scratch_bytes, 2 << 20);
  EXPECT_GT(PlanAttentionF32(p, 2).parts, 1);
}

TEST(AttentionF32, DoesNothingForEmptyBatches) {
  AttentionF32Params p{};
  p.scores.batch_rank = p.context.batch_rank = 1;
  p.scores.m = p.scores.n = p.scores.k = 4;
  p.context.m = p.context.n = p.context.k = 4;
  for (const auto& row : RunnableRows(AttentionF32Kernels())) {
    RunInParts(row.fn, p, 2, PlanAttentionF32(p, 4).scratch_bytes);
  }
}

}  // namespace
}  // namespace octet::kernels
