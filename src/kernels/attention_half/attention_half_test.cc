#include "kernels/attention_half/attention_half.h"

#include <cstdlib>

#include "kernels/attention_half/attention_half_problem.h"
#include "kernels/testing/check.h"

namespace octet::kernels {
namespace {

// All of y is above zero, where a difference of bits is one of last places.
TEST(AttentionHalf, IsNearTheReferenceInAnyNumberOfParts) {
  for (const Problem& problem : ProblemsToTest("attention_half")) {
    if (problem.Has("bench")) continue;
    SCOPED_TRACE(problem.line());
    AttentionHalfProblem c(problem);
    const int64_t scratch = PlanAttentionHalf(c.params, 4).scratch_bytes;
    Buffer<uint16_t> expected(c.y.elements()), whole(c.y.elements());
    c.params.y = expected.get();
    RunInParts(FindAttentionHalf(CpuLevel::kScalar), c.params, 1, scratch);
    const char* name = nullptr;
    ForEachRow<uint16_t>(
        AttentionHalfKernels(), c.params, c.y.elements(), scratch,
        [](AttentionHalfParams& params, uint16_t* y) { params.y = y; },
        [&](const Kernel<AttentionHalfParams>& row,
            const Buffer<uint16_t>& output) {
          if (row.name != name) whole = output;
          name = row.name;
          ASSERT_EQ(whole.FirstDifference(output), -1) << "depends on parts";
          for (int64_t i = 0; i < output.elements(); ++i) {
            ASSERT_LE(std::abs(int(output[i]) - int(expected[i])), 1)
                << "element " << i;
          }
        });
    if (HasFailure()) return;
  }
}

TEST(AttentionHalf, KeepsItsScratchSmallForLongSequences) {
  AttentionHalfParams p{};
  p.half = DType::kBF16;
  p.rows = p.keys = 4096;
  p.depth = p.columns = 64;
  p.a.row_stride = p.c.row_stride = p.b.column_stride = 64;
  p.b.row_stride = 1;
  // 48 rows of scores, and 4096 x 64 of keys, of values and of packed ones.
  EXPECT_LT(PlanAttentionHalf(p, 1).scratch_bytes, 5 << 20);
  EXPECT_GT(PlanAttentionHalf(p, 2).parts, 1);
}

}  // namespace
}  // namespace octet::kernels
