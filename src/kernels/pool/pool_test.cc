#include "kernels/pool/pool.h"

#include "kernels/pool/pool_problem.h"
#include "kernels/pool/pool_windows.h"
#include "kernels/testing/check.h"

namespace octet::kernels {
namespace {

TEST(PoolU8, EqualsTheReferenceInEveryBit) {
  for (const Problem& problem : ReadProblems("pool")) {
    if (problem.Has("bench")) continue;
    SCOPED_TRACE(problem.line());
    const PoolU8Problem c(problem);
    ExpectEqualBits<uint8_t>(
        PoolU8Kernels(), c.params, c.y.elements(),
        PlanPoolU8(c.params, 4).scratch_bytes,
        [](PoolU8Params& params, uint8_t* y) { params.y = y; });
    if (HasFailure()) return;
  }
}

TEST(PoolF32, EqualsTheReferenceInEveryBit) {
  for (const Problem& problem : ReadProblems("pool")) {
    if (problem.Has("bench")) continue;
    SCOPED_TRACE(problem.line());
    const PoolF32Problem c(problem);
    ExpectEqualBits<float>(
        PoolF32Kernels(), c.params, c.y.elements(),
        PlanPoolF32(c.params, 4).scratch_bytes,
        [](PoolF32Params& params, float* y) { params.y = y; });
    if (HasFailure()) return;
  }
}

TEST(PoolU8, ReferenceAveragesInRealUnits) {
  PoolU8Params p{};
  p.shape = PoolShapeOf(Problem("average x=1x1x3x1 kernel=1x3 pad=0x1x0x0"));
  const uint8_t x[] = {12, 14, 22};
  const QuantParams x_quant{{0.5f}, {10}}, y_quant{{0.25f}, {7}};
  uint8_t y[2];
  p.x = x;
  p.y = y;
  p.x_quant = View(x_quant);
  p.y_quant = View(y_quant);
  PoolU8Reference(p, 0, 1, nullptr);
  EXPECT_EQ(y[0], 7 + 6);   // (1 + 2) / 2
  EXPECT_EQ(y[1], 7 + 12);  // (1 + 2 + 6) / 3
  p.shape.count_include_pad = true;
  PoolU8Reference(p, 0, 1, nullptr);
  EXPECT_EQ(y[0], 7 + 4);  // (0 + 1 + 2) / 3
}

TEST(PoolsByColumns, WhereItTakesFewerElements) {
  const auto by_columns = [](const char* line) {
    return PoolsByColumns(PoolShapeOf(Problem(line)));
  };
  EXPECT_TRUE(by_columns("max x=1x9x9x8 kernel=5x5 pad=2x2x2x2"));
  EXPECT_TRUE(by_columns("max x=1x9x9x8 kernel=2x3"));
  EXPECT_FALSE(by_columns("max x=1x9x9x8 kernel=3x3 stride=2x2"));
  EXPECT_FALSE(by_columns("max x=1x9x9x8 kernel=1x5"));
  // Sums have an order.
  EXPECT_FALSE(by_columns("average x=1x9x9x8 kernel=5x5"));
}

TEST(PoolF32, PaddingNeverWinsAMaximum) {
  PoolF32Params p{};
  p.shape = PoolShapeOf(Problem("max x=1x1x2x1 kernel=3x3 pad=1x1x1x1"));
  Buffer<float> x(2), y(2);
  x[0] = -5;
  x[1] = -3;
  p.x = x.get();
  p.y = y.get();
  for (const auto& row : RunnableRows(PoolF32Kernels())) {
    RunInParts(row.fn, p, 1, PlanPoolF32(p, 1).scratch_bytes);
    EXPECT_EQ(y[0], -3) << row.name;
    EXPECT_EQ(y[1], -3) << row.name;
  }
}

}  // namespace
}  // namespace octet::kernels
