#include "kernels/binary_f32/binary_f32.h"

#include <limits>

#include "kernels/binary_f32/binary_f32_problem.h"
#include "kernels/testing/check.h"
#include "kernels/testing/problem.h"

namespace octet::kernels {
namespace {

TEST(BinaryF32, EqualsTheReferenceInEveryBit) {
  for (const Problem& problem : ReadProblems("binary_f32")) {
    SCOPED_TRACE(problem.line());
    BinaryF32Problem c(problem);
    ExpectEqualBits<float>(
        BinaryF32Kernels(), c.params, c.y.elements(),
        PlanBinaryF32(c.params, 4).scratch_bytes,
        [](BinaryF32Params& params, float* y) { params.y = y; });
    if (HasFailure()) return;
  }
}

TEST(BinaryF32, WorksInPlace) {
  BinaryF32Problem c(Problem("op=mul y=3x40 a=3x40 b=1x40 after=relu"));
  for (const auto& row : RunnableRows(BinaryF32Kernels())) {
    SCOPED_TRACE(row.name);
    Buffer<float> apart(c.y.elements()), in_place = c.a;
    BinaryF32Params p = c.params;
    p.y = apart.get();
    RunInParts(row.fn, p, 1, 0);
    p.a = p.y = in_place.get();
    RunInParts(row.fn, p, 2, 0);
    EXPECT_EQ(apart.FirstDifference(in_place), -1);
  }
}

TEST(BinaryF32, ReferenceComputesEveryOperation) {
  const float a = 2, b = 3;
  const float expected[] = {5, -1, 6, 2.0f / 3, 8, 2, 3, 0, 1, 0, 1, 1};
  for (int op = 0; op < 12; ++op) {
    float y;
    BinaryF32Params p{};
    p.op = BinaryOp(op);
    p.a = &a;
    p.b = &b;
    p.y = &y;
    BinaryF32Reference(p, 0, 1, nullptr);
    EXPECT_EQ(y, expected[op]) << kBinaryOpNames[op];
  }
}

}  // namespace
}  // namespace octet::kernels
