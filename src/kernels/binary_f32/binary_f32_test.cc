#include "kernels/binary_f32/binary_f32.h"

#include <limits>

#include "kernels/testing/check.h"
#include "kernels/testing/problem.h"

namespace octet::kernels {
namespace {

constexpr const char* kOps[] = {"add", "sub",   "mul",  "div",     "pow", "min",
                                "max", "equal", "less", "greater", "and", "or"};

BinaryOp OpOf(const Problem& problem) {
  for (size_t i = 0; i < std::size(kOps); ++i) {
    if (problem.Word("op") == kOps[i]) return BinaryOp(i);
  }
  ADD_FAILURE() << "no such op";
  return BinaryOp::kAdd;
}

// Dense strides of `dims` with `gap` elements behind each row, 0 where a
// dimension is 1; returns the number of elements.
int64_t StridesOf(const std::vector<int64_t>& dims, int64_t gap,
                  int64_t* strides) {
  int64_t size = 1;
  for (int d = int(dims.size()) - 1; d >= 0; --d) {
    strides[d] = dims[size_t(d)] == 1 ? 0 : size;
    size *= dims[size_t(d)];
    if (d == int(dims.size()) - 1) size += gap;
  }
  return size;
}

// Puts NaN, infinities, zeros of both signs and pairs of equals into a buffer.
void AddSpecialValues(Buffer<float>& buffer, int64_t step) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const float special[] = {
      0.0f,      -0.0f,      std::numeric_limits<float>::quiet_NaN(),
      kInfinity, -kInfinity, 1.0f};
  for (int64_t i = 0; i < buffer.elements(); ++i) {
    if (i % 9 != 8) buffer[i] = special[i * step / 5 % 6];
  }
}

struct Case {
  explicit Case(const Problem& problem) {
    const auto y = problem.List("y");
    params.op = OpOf(problem);
    params.after = problem.FunctionNamed("after");
    params.rank = int(y.size());
    std::copy(y.begin(), y.end(), params.dims);
    y_elements = StridesOf(y, problem.Int("y_gap", 0), params.y_strides);
    a = RandomReals(
        StridesOf(problem.List("a"), problem.Int("a_gap", 0), params.a_strides),
        random, 0.5f, 2);
    b = RandomReals(
        StridesOf(problem.List("b"), problem.Int("b_gap", 0), params.b_strides),
        random, -2, 2);
    if (problem.Has("special")) {
      AddSpecialValues(a, 5);
      AddSpecialValues(b, 7);
    }
    params.a = a.get();
    params.b = b.get();
  }

  BinaryF32Params params{};
  int64_t y_elements;
  Random random{1};
  Buffer<float> a{0}, b{0};
};

TEST(BinaryF32, EqualsTheReferenceInEveryBit) {
  for (const Problem& problem : ReadProblems("binary_f32")) {
    SCOPED_TRACE(problem.line());
    Case c(problem);
    ExpectEqualBits<float>(
        BinaryF32Kernels(), c.params, c.y_elements,
        PlanBinaryF32(c.params, 4).scratch_bytes,
        [](BinaryF32Params& params, float* y) { params.y = y; });
    if (HasFailure()) return;
  }
}

TEST(BinaryF32, WorksInPlace) {
  Case c(Problem("op=mul y=3x40 a=3x40 b=1x40 after=relu"));
  for (const auto& row : RunnableRows(BinaryF32Kernels())) {
    SCOPED_TRACE(row.name);
    Buffer<float> apart(c.y_elements), in_place = c.a;
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
    EXPECT_EQ(y, expected[op]) << kOps[op];
  }
}

}  // namespace
}  // namespace octet::kernels
