#include "kernels/quantize/quantize.h"

#include <cmath>
#include <limits>

#include "kernels/testing/check.h"
#include "kernels/testing/problem.h"
#include "kernels/testing/quant.h"

namespace octet::kernels {
namespace {

// What all three directions share: rows, strides, scales.
struct Case {
  explicit Case(const Problem& problem) {
    const auto size = problem.List("size"), gap = problem.List("gap", {0, 0});
    const std::string per_channel = problem.Word("per_channel");
    rows = size[0];
    columns = size[1];
    x_stride = columns + gap[0];
    y_stride = columns + gap[1];
    const auto entries = [&](char name) {
      return per_channel.find(name) != std::string::npos ? columns : 1;
    };
    x_quant = RandomQuant(entries('x'), random, 0.02);
    y_quant = RandomQuant(entries('y'), random, 0.03);
    codes = RandomCodes(rows * x_stride, random);
    reals = RandomReals(rows * x_stride, random, -8, 8);
    if (problem.Has("special")) AddSpecialValues();
  }

  void AddSpecialValues() {
    constexpr float kInfinity = std::numeric_limits<float>::infinity();
    const float special[] = {std::numeric_limits<float>::quiet_NaN(),
                             kInfinity,
                             -kInfinity,
                             -0.0f,
                             3e38f,
                             -3e38f,
                             1e-45f,
                             2.5f * y_quant.scale[0],
                             -3.5f * y_quant.scale[0]};
    for (int64_t i = 0; i < reals.elements(); i += 2) {
      reals[i] = special[i / 2 % 9];
    }
  }

  int64_t rows, columns, x_stride, y_stride;
  Random random{5};
  QuantParams x_quant, y_quant;
  Buffer<uint8_t> codes{0};
  Buffer<float> reals{0};
};

TEST(Quantize, EqualsTheReferenceInEveryBit) {
  for (const Problem& problem : ReadProblems("quantize")) {
    SCOPED_TRACE(problem.line());
    const Case c(problem);
    const QuantizeParams p{c.rows,  c.columns,  c.reals.get(),  c.x_stride,
                           nullptr, c.y_stride, View(c.y_quant)};
    ExpectEqualBits<uint8_t>(
        QuantizeKernels(), p, c.rows * c.y_stride,
        PlanQuantize(p, 4).scratch_bytes,
        [](QuantizeParams& params, uint8_t* y) { params.y = y; });
    if (HasFailure()) return;
  }
}

TEST(Dequantize, EqualsTheReferenceInEveryBit) {
  for (const Problem& problem : ReadProblems("quantize")) {
    SCOPED_TRACE(problem.line());
    const Case c(problem);
    const DequantizeParams p{c.rows,  c.columns,  c.codes.get(),  c.x_stride,
                             nullptr, c.y_stride, View(c.x_quant)};
    ExpectEqualBits<float>(
        DequantizeKernels(), p, c.rows * c.y_stride,
        PlanDequantize(p, 4).scratch_bytes,
        [](DequantizeParams& params, float* y) { params.y = y; });
    if (HasFailure()) return;
  }
}

TEST(Requantize, EqualsTheReferenceInEveryBit) {
  for (const Problem& problem : ReadProblems("quantize")) {
    SCOPED_TRACE(problem.line());
    const Case c(problem);
    const RequantizeParams p{c.rows,          c.columns,      c.codes.get(),
                             c.x_stride,      nullptr,        c.y_stride,
                             View(c.x_quant), View(c.y_quant)};
    ExpectEqualBits<uint8_t>(
        RequantizeKernels(), p, c.rows * c.y_stride,
        PlanRequantize(p, 4).scratch_bytes,
        [](RequantizeParams& params, uint8_t* y) { params.y = y; });
    if (HasFailure()) return;
  }
}

TEST(Quantize, TurnsNanIntoTheZeroPointAndSaturatesInfinities) {
  const QuantParams quant{{0.5f}, {77}};
  Buffer<float> x(20);
  for (int i = 0; i < 20; ++i) {
    x[i] = i % 3 == 0 ? NAN : i % 3 == 1 ? HUGE_VALF : -HUGE_VALF;
  }
  for (const auto& row : RunnableRows(QuantizeKernels())) {
    Buffer<uint8_t> y(20);
    RunInParts(row.fn,
               QuantizeParams{1, 20, x.get(), 20, y.get(), 20, View(quant)}, 1,
               0);
    for (int i = 0; i < 20; ++i) {
      EXPECT_EQ(y[i], i % 3 == 0 ? 77 : i % 3 == 1 ? 255 : 0) << row.name;
    }
  }
}

// Numbers at and beside the middle of two codes, at scales of every size: there
// a product with the inverse is not the quotient.
TEST(Quantize, DecidesTiesAsTheQuotientDoes) {
  Random random(9);
  Buffer<float> x(7 * 300);
  for (int exponent = -126; exponent < 127; exponent += 2) {
    const float scale =
        std::ldexp(1 + float(random.Bits() % 4096) / 4096, exponent);
    for (int64_t i = 0; i < 300; ++i) {
      float near = float(i - 150) * scale + scale / 2;
      for (int j = 0; j < 3; ++j) near = std::nextafter(near, -HUGE_VALF);
      for (int64_t j = 0; j < 7; ++j) {
        x[7 * i + j] = near;
        near = std::nextafter(near, HUGE_VALF);
      }
    }
    const QuantParams quant{{scale}, {131}};
    const QuantizeParams p{1, 2100, x.get(), 2100, nullptr, 2100, View(quant)};
    ExpectEqualBits<uint8_t>(
        QuantizeKernels(), p, 2100, 0,
        [](QuantizeParams& params, uint8_t* y) { params.y = y; });
    ASSERT_FALSE(HasFailure()) << scale;
  }
}

TEST(Quantize, RoundsTiesToEven) {
  const QuantParams quant{{2.0f}, {10}};
  const float x[] = {1, 3, 5, -1, -3};
  uint8_t y[5];
  QuantizeReference({1, 5, x, 5, y, 5, View(quant)}, 0, 1, nullptr);
  const uint8_t expected[] = {10, 12, 12, 10, 8};
  for (int i = 0; i < 5; ++i) EXPECT_EQ(y[i], expected[i]);
}

}  // namespace
}  // namespace octet::kernels
