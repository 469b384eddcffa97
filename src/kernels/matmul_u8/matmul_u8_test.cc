#include "kernels/matmul_u8/matmul_u8.h"

#include "kernels/matmul_u8/matmul_u8_problem.h"
#include "kernels/testing/check.h"

namespace octet::kernels {
namespace {

TEST(MatMulU8, MakesTheBitsOfTheReference) {
  for (const Problem& problem : ProblemsToTest("matmul_u8")) {
    if (problem.Has("bench")) continue;
    SCOPED_TRACE(problem.line());
    const MatMulU8Problem c(problem);
    ExpectEqualBits<uint8_t>(
        MatMulU8Kernels(), c.params, c.y.elements(),
        PlanMatMulU8(c.params, 4).scratch_bytes,
        [](MatMulU8Params& params, uint8_t* y) { params.y = y; });
    if (HasFailure()) return;
  }
}

TEST(MatMulU8, ReferenceMatchesAProductByHand) {
  const uint8_t a[] = {11, 12, 13, 14}, b[] = {3, 12, 102, 2};
  uint8_t y[4];
  MatMulU8Params p{};
  p.rows = p.depth = p.columns = p.y_row_stride = 2;
  p.a.at = a, p.a.row_stride = 2, p.a.zero = 10;
  p.b.at = b, p.b.row_stride = 2, p.b.zero = 2;
  p.y = y, p.y_zero = 5;
  p.scale = 0.5f;
  MatMulU8Reference(p, 0, 1, nullptr);
  EXPECT_EQ(y[0], 105);  // 201 / 2 to the even one of 100 and 101
  EXPECT_EQ(y[1], 10);
  EXPECT_EQ(y[2], 207);  // 403 / 2
  EXPECT_EQ(y[3], 20);
}

TEST(MatMulU8, KeepsItsScratchSmallForLongSequences) {
  MatMulU8Params p{};
  p.rows = p.columns = 1 << 16;
  p.depth = 512;
  EXPECT_LT(PlanMatMulU8(p, 1).scratch_bytes, 600 << 10);
}

TEST(MatMulU8, SharesASingleRowAmongThreads) {
  MatMulU8Params p{};
  p.rows = 1;
  p.columns = 1 << 16;
  p.depth = 512;
  EXPECT_GE(PlanMatMulU8(p, 4).parts, 4);
}

}  // namespace
}  // namespace octet::kernels
