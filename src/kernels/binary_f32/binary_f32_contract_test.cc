// binary_f32 on every kind of broadcast, against numpy's rule on indices.
#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/binary_f32/binary_f32.h"
#include "kernels/elementary/elementary.h"
#include "kernels/testing/contract.h"
#include "kernels/testing/random.h"

namespace octet::kernels {
namespace {

constexpr int kOpCount = 12;

float Truth(bool value) { return value ? 1 : 0; }

// Sums, differences, products and quotients of floats, rounded from double:
// innocuous, since a double has more than twice the digits.
float Apply(BinaryOp op, float a, float b) {
  switch (op) {
    case BinaryOp::kAdd:
      return float(double(a) + double(b));
    case BinaryOp::kSub:
      return float(double(a) - double(b));
    case BinaryOp::kMul:
      return float(double(a) * double(b));
    case BinaryOp::kDiv:
      return float(double(a) / double(b));
    case BinaryOp::kPow:
      return std::pow(a, b);
    case BinaryOp::kMin:
      return a < b ? a : b;
    case BinaryOp::kMax:
      return a > b ? a : b;
    case BinaryOp::kEqual:
      return Truth(a == b);
    case BinaryOp::kLess:
      return Truth(a < b);
    case BinaryOp::kGreater:
      return Truth(a > b);
    case BinaryOp::kAnd:
      return Truth(!(a == 0) && !(b == 0));
    case BinaryOp::kOr:
      return Truth(!(a == 0) || !(b == 0));
  }
  return 0;
}

// Result dims, and for each operand a bit per axis along which it repeats.
struct Case {
  BinaryOp op;
  Function after;
  std::vector<int64_t> dims;
  unsigned a_repeats, b_repeats;
  int64_t gap;  // behind the last axis of each operand and the result
};

std::string Text(const Case& c) {
  std::string text = "op " + std::to_string(int(c.op)) + " a " +
                     std::to_string(c.a_repeats) + " b " +
                     std::to_string(c.b_repeats) + " gap " +
                     std::to_string(c.gap) + " of";
  for (int64_t dim : c.dims) text += " " + std::to_string(dim);
  return text;
}

int64_t Strides(const Case& c, unsigned repeats, int64_t* strides) {
  int64_t size = 1;
  for (size_t d = c.dims.size(); d-- > 0;) {
    const bool repeated = (repeats >> d & 1) != 0;
    strides[d] = repeated ? 0 : size;
    if (!repeated) size *= c.dims[d];
    if (d + 1 == c.dims.size()) size += c.gap;
  }
  return size;
}

int64_t At(const Case& c, int64_t i, const int64_t* strides) {
  int64_t at = 0;
  for (size_t d = c.dims.size(); d-- > 0;) {
    at += i % c.dims[d] * strides[d];
    i /= c.dims[d];
  }
  return at;
}

int64_t Elements(const Case& c) {
  int64_t n = 1;
  for (int64_t dim : c.dims) n *= dim;
  return n;
}

void CheckOperands(const Case& c, const std::vector<float>& pool) {
  SCOPED_TRACE(Text(c));
  BinaryF32Params p{};
  p.op = c.op;
  p.after = c.after;
  p.rank = int(c.dims.size());
  std::copy(c.dims.begin(), c.dims.end(), p.dims);
  const int64_t a_size = Strides(c, c.a_repeats, p.a_strides);
  const int64_t b_size = Strides(c, c.b_repeats, p.b_strides);
  const int64_t y_size = Strides(c, 0, p.y_strides);
  Random random(uint64_t(Elements(c)));
  const auto pick = [&](int64_t n) {
    Buffer<float> buffer(n);
    for (int64_t i = 0; i < n; ++i) {
      buffer[i] = pool[size_t(random.Int(0, int64_t(pool.size()) - 1))];
    }
    return buffer;
  };
  const Buffer<float> a = pick(a_size + 1), b = pick(b_size + 3);
  p.a = a.get() + 1;
  p.b = b.get() + 3;
  std::vector<Near> expected(static_cast<size_t>(y_size));
  for (int64_t i = 0; i < Elements(c); ++i) {
    float v =
        Apply(c.op, p.a[At(c, i, p.a_strides)], p.b[At(c, i, p.b_strides)]);
    ElementaryReference(c.after, &v, &v, 1);
    expected[size_t(At(c, i, p.y_strides))] = {v, 0};
  }
  ExpectOutput<float>(BinaryF32Kernels(), p, PlanBinaryF32(p, 4).scratch_bytes,
                      expected,
                      [](BinaryF32Params& params, float* y) { params.y = y; });
}

std::vector<float> OrdinaryValues() {
  std::vector<float> values;
  for (int i = -20; i <= 20; ++i) values.push_back(float(i) * 0.37f);
  return values;
}

std::vector<float> SpecialValues() {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  return {0.0f,
          -0.0f,
          1.0f,
          -1.0f,
          2.5f,
          1e-45f,
          -1e-45f,
          kInfinity,
          -kInfinity,
          std::numeric_limits<float>::quiet_NaN(),
          std::numeric_limits<float>::max(),
          std::numeric_limits<float>::lowest(),
          std::numeric_limits<float>::min()};
}

TEST(BinaryF32Contract, BroadcastsEitherOperandAlongAnyAxes) {
  for (BinaryOp op : {BinaryOp::kSub, BinaryOp::kPow}) {
    for (unsigned a = 0; a < 8; ++a) {
      for (unsigned b = 0; b < 8; ++b) {
        CheckOperands({op, {}, {3, 4, 19}, a, b, 0}, OrdinaryValues());
        CheckOperands({op, {}, {2, 5, 9}, a, b, 3}, OrdinaryValues());
        if (HasFailure()) return;
      }
    }
  }
}

TEST(BinaryF32Contract, TakesRowsOfEveryLength) {
  for (int64_t n = 0; n <= 70; ++n) {
    for (unsigned b : {0u, 1u, 2u, 3u}) {
      CheckOperands({BinaryOp::kAdd, {}, {3, n}, 0, b, n % 3},
                    OrdinaryValues());
      if (HasFailure()) return;
    }
  }
}

TEST(BinaryF32Contract, ComputesEveryOperationOnSpecialValues) {
  for (int op = 0; op < kOpCount; ++op) {
    CheckOperands({BinaryOp(op), {}, {40, 25}, 0, 0, 0}, SpecialValues());
    CheckOperands({BinaryOp(op), {}, {40, 25}, 1, 2, 0}, SpecialValues());
    CheckOperands({BinaryOp(op), {}, {40, 25}, 2, 1, 1}, SpecialValues());
    if (HasFailure()) return;
  }
}

TEST(BinaryF32Contract, AppliesTheFunctionAfterwards) {
  const Function functions[] = {{FunctionKind::kRelu},
                                {FunctionKind::kClip, -1, 2},
                                {FunctionKind::kClip, 2, -1},
                                {FunctionKind::kSigmoid},
                                {FunctionKind::kLeakyRelu, 0.1f},
                                {FunctionKind::kHardSwish}};
  for (const Function& after : functions) {
    for (unsigned b : {0u, 1u, 3u}) {
      CheckOperands({BinaryOp::kMul, after, {4, 33}, 0, b, 0},
                    OrdinaryValues());
      CheckOperands({BinaryOp::kAdd, after, {4, 33}, 0, b, 2}, SpecialValues());
      if (HasFailure()) return;
    }
  }
}

TEST(BinaryF32Contract, TakesEveryRank) {
  CheckOperands({BinaryOp::kAdd, {}, {}, 0, 0, 0}, OrdinaryValues());
  CheckOperands({BinaryOp::kAdd, {}, {1}, 0, 0, 0}, OrdinaryValues());
  CheckOperands({BinaryOp::kAdd, {}, {1, 1, 1}, 0, 0, 0}, OrdinaryValues());
  CheckOperands({BinaryOp::kAdd, {}, {33}, 0, 1, 0}, OrdinaryValues());
  CheckOperands({BinaryOp::kAdd, {}, {2, 1, 3, 1, 2, 1, 2, 5}, 0x0c, 0x51, 0},
                OrdinaryValues());
  CheckOperands({BinaryOp::kDiv, {}, {2, 2, 2, 2, 2, 2, 2, 2}, 0xaa, 0x55, 0},
                OrdinaryValues());
}

TEST(BinaryF32Contract, DoesNothingForEmptyResults) {
  CheckOperands({BinaryOp::kAdd, {}, {0}, 0, 0, 0}, OrdinaryValues());
  CheckOperands({BinaryOp::kAdd, {}, {3, 0, 4}, 0, 2, 0}, OrdinaryValues());
  CheckOperands({BinaryOp::kAdd, {}, {3, 4, 0}, 0, 1, 0}, OrdinaryValues());
}

// A column of the result and a transposed operand: strides that are no row's.
TEST(BinaryF32Contract, StepsThroughOperandsWithoutRows) {
  Random random(2);
  const Buffer<float> a = RandomReals(6 * 7, random);
  const Buffer<float> b = RandomReals(6 * 7, random);
  BinaryF32Params p{};
  p.op = BinaryOp::kSub;
  p.rank = 2;
  p.dims[0] = 6, p.dims[1] = 7;
  p.a_strides[0] = 1, p.a_strides[1] = 6;   // transposed
  p.b_strides[0] = 7, p.b_strides[1] = 1;   //
  p.y_strides[0] = 14, p.y_strides[1] = 2;  // every other element
  p.a = a.get();
  p.b = b.get();
  std::vector<Near> expected(6 * 14);
  for (int64_t i = 0; i < 6; ++i) {
    for (int64_t j = 0; j < 7; ++j) {
      expected[size_t(i * 14 + j * 2)] = {
          Apply(p.op, a[i + j * 6], b[i * 7 + j]), 0};
    }
  }
  ExpectOutput<float>(BinaryF32Kernels(), p, 0, expected,
                      [](BinaryF32Params& params, float* y) { params.y = y; });
}

}  // namespace
}  // namespace octet::kernels
