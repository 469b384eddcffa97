// The functions themselves are elementary_test's; here, where their results
// go. So they are held against ElementaryReference, one element at a time.
#include <cmath>
#include <limits>

#include "kernels/elementary/elementary.h"
#include "kernels/testing/contract.h"
#include "kernels/testing/random.h"
#include "kernels/unary_f32/unary_f32.h"

namespace octet::kernels {
namespace {

std::vector<Function> AllFunctions() {
  std::vector<Function> all;
  for (int kind = 0; kind < int(FunctionKind::kCount); ++kind) {
    all.push_back({FunctionKind(kind), 0.25f, 1.5f});
  }
  return all;
}

void CheckRows(const Function& function, int64_t rows, int64_t columns,
               int64_t x_gap, int64_t y_gap) {
  SCOPED_TRACE(testing::Message()
               << Name(function.kind) << ": " << rows << " rows of " << columns
               << ", gaps " << x_gap << " and " << y_gap);
  Random random(uint64_t(columns + 1));
  UnaryF32Params p{};
  p.function = function;
  p.rows = rows;
  p.columns = columns;
  p.x_stride = columns + x_gap;
  p.y_stride = columns + y_gap;
  const Buffer<float> x = RandomReals(rows * p.x_stride + 1, random, -9, 9);
  p.x = x.get() + 1;
  std::vector<Near> expected(size_t(rows * p.y_stride));
  for (int64_t r = 0; r < rows; ++r) {
    for (int64_t c = 0; c < columns; ++c) {
      float y;
      ElementaryReference(function, p.x + r * p.x_stride + c, &y, 1);
      expected[size_t(r * p.y_stride + c)] = {y, 0};
    }
  }
  ExpectOutput<float>(UnaryF32Kernels(), p, PlanUnaryF32(p, 4).scratch_bytes,
                      expected,
                      [](UnaryF32Params& params, float* y) { params.y = y; });
}

TEST(UnaryF32Contract, CallsEveryFunctionOnEveryElement) {
  for (const Function& function : AllFunctions()) {
    CheckRows(function, 3, 37, 2, 5);
    CheckRows(function, 5, 16, 0, 0);
    if (HasFailure()) return;
  }
}

TEST(UnaryF32Contract, TakesRowsOfEveryLength) {
  for (FunctionKind kind : {FunctionKind::kRelu, FunctionKind::kTanh}) {
    for (int64_t columns = 0; columns <= 70; ++columns) {
      CheckRows({kind}, 3, columns, columns % 2, columns % 3);
      if (HasFailure()) return;
    }
    CheckRows({kind}, 0, 5, 0, 0);
    CheckRows({kind}, 1, 3001, 0, 0);
  }
}

// x is a strided view whose rows end where others begin.
TEST(UnaryF32Contract, RepeatsARowWhoseStrideIsZero) {
  Random random(8);
  const Buffer<float> x = RandomReals(20, random);
  std::vector<Near> expected;
  for (int64_t i = 0; i < 60; ++i) expected.push_back({-x[i % 20], 0});
  const UnaryF32Params p{{FunctionKind::kNeg}, 3, 20, x.get(), 0, nullptr, 20};
  ExpectOutput<float>(UnaryF32Kernels(), p, 0, expected,
                      [](UnaryF32Params& params, float* y) { params.y = y; });
}

TEST(UnaryF32Contract, KeepsTheSignOfZero) {
  for (const auto& row : RunnableRows(UnaryF32Kernels())) {
    for (FunctionKind kind :
         {FunctionKind::kIdentity, FunctionKind::kTanh, FunctionKind::kErf,
          FunctionKind::kFloor, FunctionKind::kRound, FunctionKind::kSqrt}) {
      Buffer<float> x(19), y(19);
      for (int64_t i = 0; i < 19; ++i) x[i] = i % 2 == 0 ? -0.0f : 0.0f;
      RunInParts(row.fn,
                 UnaryF32Params{{kind}, 1, 19, x.get(), 19, y.get(), 19}, 1, 0);
      for (int64_t i = 0; i < 19; ++i) {
        EXPECT_EQ(y[i], 0.0f) << row.name << " " << Name(kind);
        EXPECT_EQ(std::signbit(y[i]), i % 2 == 0)
            << row.name << " " << Name(kind);
      }
    }
  }
}

}  // namespace
}  // namespace octet::kernels
