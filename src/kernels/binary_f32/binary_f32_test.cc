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
    const int64_t scratch = PlanBinaryF32(c.params, 4).scratch_bytes;
    if (c.params.y_codes == nullptr) {
      ExpectEqualBits<float>(
          BinaryF32Kernels(), c.params, c.y.elements(), scratch,
          [](BinaryF32Params& params, float* y) { params.y = y; });
    } else {
      ExpectEqualBits<uint8_t>(
          BinaryF32Kernels(), c.params, c.y.elements(), scratch,
          [](BinaryF32Params& params, uint8_t* y) { params.y_codes = y; });
    }
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

TEST(BinaryF32, WorksInPlaceOfCodes) {
  BinaryF32Problem c(
      Problem("op=add y=3x1500 a=3x1500 b=1x1500 after=gelu codes=ay"));
  const int64_t scratch = PlanBinaryF32(c.params, 4).scratch_bytes;
  for (const auto& row : RunnableRows(BinaryF32Kernels())) {
    SCOPED_TRACE(row.name);
    Buffer<uint8_t> apart(c.y.elements()), in_place = c.a_codes;
    BinaryF32Params p = c.params;
    p.y_codes = apart.get();
    RunInParts(row.fn, p, 1, scratch);
    p.a_codes = p.y_codes = in_place.get();
    RunInParts(row.fn, p, 2, scratch);
    EXPECT_EQ(apart.FirstDifference(in_place), -1);
  }
}

// What steps of their own would have made of it.
TEST(BinaryF32, ReferenceReadsAndWritesCodes) {
  const uint8_t a = 13, b = 250;
  const float scales[] = {0.5f, 0.25f, 2};
  const int32_t zeros[] = {10, 200, 100};
  uint8_t y = 0;
  BinaryF32Params p{};
  p.op = BinaryOp::kAdd;
  p.a_codes = &a;
  p.b_codes = &b;
  p.y_codes = &y;
  p.a_quant = {&scales[0], &zeros[0]};
  p.b_quant = {&scales[1], &zeros[1]};
  p.y_quant = {&scales[2], &zeros[2]};
  BinaryF32Reference(p, 0, 1, nullptr);
  EXPECT_EQ(y, 107);  // 1.5 + 12.5 = 7 * 2
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
