#include "kernels/binary_u8/binary_u8.h"

#include "kernels/binary_u8/binary_u8_problem.h"
#include "kernels/testing/check.h"
#include "kernels/testing/problem.h"
#include "kernels/testing/quant.h"

namespace octet::kernels {
namespace {

TEST(BinaryU8, EqualsTheReferenceInEveryBit) {
  for (const Problem& problem : ReadProblems("binary_u8")) {
    SCOPED_TRACE(problem.line());
    BinaryU8Problem c(problem);
    ExpectEqualBits<uint8_t>(
        BinaryU8Kernels(), c.params, c.y.elements(),
        PlanBinaryU8(c.params, 4).scratch_bytes,
        [](BinaryU8Params& params, uint8_t* y) { params.y = y; });
    if (HasFailure()) return;
  }
}

TEST(BinaryU8, WorksInPlace) {
  BinaryU8Problem c(Problem("op=add size=1x20x40 b=same"));
  for (const auto& row : RunnableRows(BinaryU8Kernels())) {
    SCOPED_TRACE(row.name);
    const int64_t scratch = PlanBinaryU8(c.params, 4).scratch_bytes;
    Buffer<uint8_t> apart(c.y.elements()), in_place = c.a;
    BinaryU8Params p = c.params;
    p.y = apart.get();
    RunInParts(row.fn, p, 1, scratch);
    p.a = p.y = in_place.get();
    RunInParts(row.fn, p, 2, scratch);
    EXPECT_EQ(apart.FirstDifference(in_place), -1);
  }
}

TEST(BinaryU8, ReferenceComputesInRealUnits) {
  const uint8_t a[] = {10, 20}, b[] = {4, 6};
  const QuantParams qa{{0.5f}, {10}}, qb{{0.25f}, {4}}, qy{{0.125f}, {100}};
  uint8_t y[2];
  BinaryU8Params p{};
  p.images = p.pixels = 1;
  p.channels = 2;
  p.a_pixel_stride = p.b_pixel_stride = p.y_pixel_stride = 2;
  p.b_channel_stride = 1;
  p.a = a;
  p.b = b;
  p.y = y;
  p.a_quant = View(qa);
  p.b_quant = View(qb);
  p.y_quant = View(qy);
  BinaryU8Reference(p, 0, 1, nullptr);  // 5 + 0.5
  EXPECT_EQ(y[0], 100);
  EXPECT_EQ(y[1], 144);
  p.op = BinaryU8Op::kSub;
  BinaryU8Reference(p, 0, 1, nullptr);
  EXPECT_EQ(y[1], 136);
  p.op = BinaryU8Op::kMul;
  BinaryU8Reference(p, 0, 1, nullptr);  // 5 * 0.5
  EXPECT_EQ(y[1], 120);
}

}  // namespace
}  // namespace octet::kernels
