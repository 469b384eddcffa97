#include "kernels/strided_copy/strided_copy.h"

#include "kernels/strided_copy/strided_copy_problem.h"
#include "kernels/testing/check.h"

namespace octet::kernels {
namespace {

TEST(StridedCopy, EqualsTheReferenceInEveryBit) {
  for (const Problem& problem : ReadProblems("strided_copy")) {
    if (problem.Has("bench")) continue;
    SCOPED_TRACE(problem.line());
    const StridedCopyProblem c(problem);
    ExpectEqualBits<uint8_t>(StridedCopyKernels(), c.params, c.y.elements(),
                             PlanStridedCopy(c.params, 4).scratch_bytes,
                             [&](StridedCopyParams& params, uint8_t* y) {
                               params.y = y + c.y_offset;
                             });
    if (HasFailure()) return;
  }
}

TEST(StridedCopy, ReferenceTransposes) {
  const uint32_t x[] = {1, 2, 3, 4, 5, 6};
  uint32_t y[6];
  StridedCopyReference({4, 2, {3, 2}, {1, 3}, {2, 1}, x, y}, 0, 1, nullptr);
  const uint32_t expected[] = {1, 4, 2, 5, 3, 6};
  for (int i = 0; i < 6; ++i) EXPECT_EQ(y[i], expected[i]);
}

TEST(Simplified, JoinsAxesThatBothSidesStepThroughEvenly) {
  const StridedCopyParams p = Simplified(
      {4, 4, {2, 1, 5, 8}, {80, 7, 8, 1}, {40, 3, 8, 1}, nullptr, nullptr});
  EXPECT_EQ(p.rank, 2);
  EXPECT_EQ(p.extents[1], 40);
  EXPECT_EQ(p.x_strides[0], 80);
}

TEST(Simplified, PutsTheAxisWithTheSmallestOutputStrideLast) {
  const StridedCopyParams p =
      Simplified({4, 2, {6, 4}, {1, 6}, {1, 6}, nullptr, nullptr});
  ASSERT_EQ(p.rank, 1);
  EXPECT_EQ(p.extents[0], 24);
  EXPECT_EQ(p.y_strides[0], 1);
}

}  // namespace
}  // namespace octet::kernels
