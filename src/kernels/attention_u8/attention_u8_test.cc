#include "kernels/attention_u8/attention_u8.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels/attention_u8/attention_u8_problem.h"
#include "kernels/testing/check.h"
#include "kernels/testing/contract.h"

namespace octet::kernels {
namespace {

void SetOutput(AttentionU8Params& params, uint8_t* y) { params.y = y; }

TEST(AttentionU8, MakesTheBitsOfTheReference) {
  for (const Problem& problem : ProblemsToTest("attention_u8")) {
    if (problem.Has("bench")) continue;
    SCOPED_TRACE(problem.line());
    const AttentionU8Problem c(problem);
    ExpectEqualBits<uint8_t>(AttentionU8Kernels(), c.params, c.y.elements(),
                             PlanAttentionU8(c.params, 4).scratch_bytes,
                             SetOutput);
    if (HasFailure()) return;
  }
}

// One output in steps of its scale from a softmax in double, and how far codes
// of shares may be from that.
Near ByFormula(const AttentionU8Params& p, int64_t head, int64_t i,
               int64_t column) {
  const auto at = [head](const MatricesOfCodes& x, int64_t row, int64_t j) {
    return double(x.at[head * x.batch_stride[0] + row * x.row_stride +
                       j * x.column_stride] -
                  x.zero);
  };
  std::vector<double> scores;
  for (int64_t j = 0; j < p.keys; ++j) {
    double sum = 0;
    for (int64_t k = 0; k < p.depth; ++k) sum += at(p.a, i, k) * at(p.b, k, j);
    const double residual =
        p.residual == nullptr ? 0 : p.residual[i * p.residual_row_stride + j];
    scores.push_back(sum * double(p.score_scale) + residual);
  }
  const double largest = *std::max_element(scores.begin(), scores.end());
  double total = 0, mean = 0, off = 0;
  for (int64_t j = 0; j < p.keys; ++j) {
    const double share = std::exp(scores[size_t(j)] - largest);
    total += share;
    mean += share * at(p.c, j, column);
  }
  mean /= total;
  // Half a code and e^x's 2^-13 of each share, of which the largest is 255.
  for (int64_t j = 0; j < p.keys; ++j) {
    off += 0.54 / 255 * std::abs(at(p.c, j, column) - mean);
  }
  off /= total - 0.54 / 255 * double(p.keys);
  return {std::clamp(mean * double(p.scale) + p.y_zero, 0.0, 255.0),
          off * double(p.scale) + 0.51};
}

TEST(AttentionU8, FollowsTheFormula) {
  for (const Problem& problem : ProblemsToTest("attention_u8")) {
    if (problem.Has("bench") || problem.Has("hidden")) continue;
    SCOPED_TRACE(problem.line());
    AttentionU8Problem c(problem);
    const AttentionU8Params& p = c.params;
    RunInParts(AttentionU8Kernels().Best(CpuLevel::kScalar).fn, p, 1,
               PlanAttentionU8(p, 1).scratch_bytes);
    double squares = 0;
    for (int64_t head = 0; head < c.heads; ++head) {
      for (int64_t i = 0; i < p.rows; ++i) {
        for (int64_t n = 0; n < p.columns; ++n) {
          const Near want = ByFormula(p, head, i, n);
          const double got =
              c.y[head * p.y_batch_stride[0] + i * p.y_row_stride + n];
          ASSERT_NEAR(got, want.value, want.bound);
          squares += (got - want.value) * (got - want.value);
        }
      }
    }
    // Rounding evenly alone makes 0.29.
    EXPECT_LT(std::sqrt(squares / double(c.y.elements())), 0.4);
  }
}

TEST(AttentionU8, GivesZeroWhereARowSeesNothing) {
  for (const Problem& problem : ProblemsToTest("attention_u8")) {
    if (!problem.Has("hidden")) continue;
    AttentionU8Problem c(problem);
    for (const auto& row : RunnableRows(AttentionU8Kernels())) {
      RunInParts(row.fn, c.params, 1,
                 PlanAttentionU8(c.params, 1).scratch_bytes);
      // All of the first row's scores are -inf, all of the second's NaN.
      for (int64_t n = 0; n < 2 * c.params.columns; ++n) {
        ASSERT_EQ(c.y[n], c.params.y_zero) << row.name;
      }
    }
  }
}

TEST(AttentionU8, KeepsItsScratchSmallForLongSequences) {
  AttentionU8Params p{};
  p.rows = p.keys = 4096;
  p.depth = p.columns = 64;
  // Both operands packed in 16 bits, and six rows of scores.
  EXPECT_LT(PlanAttentionU8(p, 1).scratch_bytes, 5 << 18);
  EXPECT_GT(PlanAttentionU8(p, 2).parts, 1);
}

TEST(AttentionU8, DoesNothingForEmptyBatches) {
  AttentionU8Params p{};
  p.batch_rank = 1;
  p.rows = p.depth = p.keys = p.columns = 4;
  for (const auto& row : RunnableRows(AttentionU8Kernels())) {
    RunInParts(row.fn, p, 2, PlanAttentionU8(p, 4).scratch_bytes);
  }
}

}  // namespace
}  // namespace octet::kernels
