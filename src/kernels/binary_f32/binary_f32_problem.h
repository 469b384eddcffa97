// A line of problems.txt as parameters and operands, for test and benchmark.
#ifndef OCTET_KERNELS_BINARY_F32_BINARY_F32_PROBLEM_H_
#define OCTET_KERNELS_BINARY_F32_BINARY_F32_PROBLEM_H_

#include <algorithm>
#include <iterator>
#include <limits>

#include "base/check.h"
#include "kernels/binary_f32/binary_f32.h"
#include "kernels/testing/problem.h"
#include "kernels/testing/quant.h"
#include "kernels/testing/random.h"

namespace octet::kernels {

inline constexpr const char* kBinaryOpNames[] = {
    "add", "sub",   "mul",  "div",     "pow", "min",
    "max", "equal", "less", "greater", "and", "or"};

inline BinaryOp OpOf(const Problem& problem) {
  for (size_t i = 0; i < std::size(kBinaryOpNames); ++i) {
    if (problem.Word("op") == kBinaryOpNames[i]) return BinaryOp(i);
  }
  OCTET_CHECK(false && "no such op");
  return BinaryOp::kAdd;
}

// Dense strides of `dims` with `gap` elements behind each row, 0 where a
// dimension is 1; returns the number of elements.
inline int64_t StridesOf(const std::vector<int64_t>& dims, int64_t gap,
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
inline void AddSpecialValues(Buffer<float>& buffer, int64_t step) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const float special[] = {
      0.0f,      -0.0f,      std::numeric_limits<float>::quiet_NaN(),
      kInfinity, -kInfinity, 1.0f};
  for (int64_t i = 0; i < buffer.elements(); ++i) {
    if (i % 9 != 8) buffer[i] = special[i * step / 5 % 6];
  }
}

// Owns the operands that params points to, the output among them.
struct BinaryF32Problem {
  explicit BinaryF32Problem(const Problem& problem) {
    const auto dims = problem.List("y");
    params.op = OpOf(problem);
    params.after = problem.FunctionNamed("after");
    params.rank = int(dims.size());
    std::copy(dims.begin(), dims.end(), params.dims);
    y = Buffer<float>(
        StridesOf(dims, problem.Int("y_gap", 0), params.y_strides));
    params.y = y.get();
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
    AddCodes(problem.Word("codes"));
  }
  BinaryF32Problem(const BinaryF32Problem&) = delete;

  // Codes instead of those of a, b and y that `which` names.
  void AddCodes(const std::string& which) {
    for (const char name : which) {
      QuantParams& quant = name == 'a'   ? a_quant
                           : name == 'b' ? b_quant
                                         : y_quant;
      quant = RandomQuant(1, random, name == 'y' ? 0.03 : 0.02);
      if (name == 'a') {
        a_codes = RandomCodes(a.elements(), random);
        params.a = nullptr;
        params.a_codes = a_codes.get();
        params.a_quant = View(a_quant);
      } else if (name == 'b') {
        b_codes = RandomCodes(b.elements(), random);
        params.b = nullptr;
        params.b_codes = b_codes.get();
        params.b_quant = View(b_quant);
      } else {
        y_codes = Buffer<uint8_t>(y.elements());
        params.y = nullptr;
        params.y_codes = y_codes.get();
        params.y_quant = View(y_quant);
      }
    }
  }

  BinaryF32Params params{};
  Random random{1};
  Buffer<float> a{0}, b{0}, y{0};
  Buffer<uint8_t> a_codes{0}, b_codes{0}, y_codes{0};
  QuantParams a_quant, b_quant, y_quant;
};

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_BINARY_F32_BINARY_F32_PROBLEM_H_
