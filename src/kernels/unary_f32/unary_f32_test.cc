#include "kernels/unary_f32/unary_f32.h"

#include <utility>

#include "kernels/testing/check.h"
#include "kernels/testing/problem.h"

namespace octet::kernels {
namespace {

TEST(UnaryF32, EqualsTheReferenceInEveryBit) {
  for (const Problem& problem : ReadProblems("unary_f32")) {
    SCOPED_TRACE(problem.line());
    const auto size = problem.List("size"), gap = problem.List("gap", {0, 0});
    UnaryF32Params p{};
    p.function = problem.FunctionNamed("function");
    p.rows = size[0];
    p.columns = size[1];
    p.x_stride = p.columns + gap[0];
    p.y_stride = p.columns + gap[1];
    Random random(1);
    // Square roots of negative numbers differ in the sign of their NaN.
    const float low = p.function.kind == FunctionKind::kSqrt ? 0 : -8;
    const Buffer<float> x = RandomReals(p.rows * p.x_stride, random, low, 8);
    p.x = x.get();
    ExpectEqualBits<float>(
        UnaryF32Kernels(), p, p.rows * p.y_stride,
        PlanUnaryF32(p, 4).scratch_bytes,
        [](UnaryF32Params& params, float* y) { params.y = y; });
    if (HasFailure()) return;
  }
}

TEST(UnaryF32, WorksInPlace) {
  Random random(2);
  const Buffer<float> x = RandomReals(100, random);
  for (const auto& row : RunnableRows(UnaryF32Kernels())) {
    SCOPED_TRACE(row.name);
    Buffer<float> apart(100), in_place = x;
    UnaryF32Params p{{FunctionKind::kSilu}, 4, 25, x.get(), 25,
                     apart.get(),           25};
    RunInParts(row.fn, p, 3, 0);
    p.x = p.y = in_place.get();
    RunInParts(row.fn, p, 2, 0);
    EXPECT_EQ(apart.FirstDifference(in_place), -1);
  }
}

TEST(PlanUnaryF32, KeepsSmallWorkOnOneThread) {
  UnaryF32Params p{};
  p.rows = 1;
  p.columns = 1000;
  EXPECT_EQ(PlanUnaryF32(p, 8).parts, 1);
  p.columns = 10000000;
  EXPECT_EQ(PlanUnaryF32(p, 8).parts, 32);
  EXPECT_EQ(PlanUnaryF32(p, 1).parts, 1);
}

TEST(PlanUnaryF32, KnowsThatShortRowsTakeLonger) {
  UnaryF32Params p{};
  p.rows = 1;
  p.columns = 2700;
  EXPECT_EQ(PlanUnaryF32(p, 2).parts, 1);
  std::swap(p.rows, p.columns);
  EXPECT_EQ(PlanUnaryF32(p, 2).parts, 2);
}

}  // namespace
}  // namespace octet::kernels
