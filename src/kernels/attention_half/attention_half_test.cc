#include "kernels/attention_half/attention_half.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>

#include "base/half.h"
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

// One key that is seen has all of a share; no key is no number, as in ONNX.
TEST(AttentionHalf, TakesMasksOfInfinity) {
  for (const char* line : {"mk=7x5 n=37 out=3 heads=2 mask",
                           "mk=7x5 n=37 out=3 heads=2 mask f16"}) {
    AttentionHalfProblem c{Problem(line)};
    const int64_t scratch = PlanAttentionHalf(c.params, 1).scratch_bytes;
    for (const Kernel<AttentionHalfParams>& row :
         RunnableRows(AttentionHalfKernels())) {
      SCOPED_TRACE(std::string(line) + " " + row.name);
      for (int64_t seen : {0, 15, 16, 36}) {
        std::fill_n(c.mask.get(), 37, -HUGE_VALF);
        c.mask[seen] = -10000;
        RunInParts(row.fn, c.params, 1, scratch);
        for (int64_t i = 0; i < c.y.elements(); ++i) {
          const int64_t head = i / 21, column = i % 3;
          EXPECT_EQ(c.y[i], c.c[(head * 37 + seen) * 3 + column]) << i;
        }
      }
      std::fill_n(c.mask.get(), 37, -HUGE_VALF);
      RunInParts(row.fn, c.params, 1, scratch);
      const HalfFormat& format = *HalfFormatOf(c.params.half);
      for (int64_t i = 0; i < c.y.elements(); ++i) {
        EXPECT_TRUE(std::isnan(RealOf(format, c.y[i]))) << i;
      }
    }
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
