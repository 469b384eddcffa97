// layer_norm_f32 against the header's formula in double precision.
#include <cmath>
#include <limits>

#include "kernels/layer_norm_f32/layer_norm_f32.h"
#include "kernels/testing/contract.h"
#include "kernels/testing/random.h"

namespace octet::kernels {
namespace {

constexpr double kEps = std::numeric_limits<float>::epsilon();

struct Case {
  int64_t rows, columns, x_gap, y_gap;
  float offset, spread;  // x is within offset +- spread
  bool bias;
  float epsilon;
};

std::vector<Near> ExpectedOf(const LayerNormF32Params& p) {
  std::vector<Near> expected(size_t(p.rows * p.y_stride));
  for (int64_t r = 0; r < p.rows; ++r) {
    const float* x = p.x + r * p.x_stride;
    const double n = double(p.columns);
    double sum = 0, largest = 0, squares = 0;
    for (int64_t i = 0; i < p.columns; ++i) {
      sum += x[i];
      largest = std::fmax(largest, std::abs(x[i]));
    }
    const double mean = sum / n;
    for (int64_t i = 0; i < p.columns; ++i) {
      squares += (x[i] - mean) * (x[i] - mean);
    }
    const double deviation = std::sqrt(squares / n + double(p.epsilon));
    for (int64_t i = 0; i < p.columns; ++i) {
      const double unit = (x[i] - mean) / deviation;
      const double bias = p.bias == nullptr ? 0 : p.bias[i];
      // The mean is off by n additions of up to `largest`; the distance from
      // it by as much; the variance by n relative errors more.
      const double unit_error = kEps * (n + 2) *
                                (largest / deviation + std::abs(unit)) *
                                (1 + largest / deviation * kEps * n);
      expected[size_t(r * p.y_stride + i)] = {
          unit * p.scale[i] + bias,
          std::abs(p.scale[i]) * unit_error + 2 * kEps * std::abs(bias)};
    }
  }
  return expected;
}

void CheckCase(const Case& c) {
  SCOPED_TRACE(testing::Message()
               << c.rows << " rows of " << c.columns << " around " << c.offset
               << " +- " << c.spread);
  Random random(uint64_t(c.columns + 1));
  LayerNormF32Params p{};
  p.rows = c.rows;
  p.columns = c.columns;
  p.x_stride = c.columns + c.x_gap;
  p.y_stride = c.columns + c.y_gap;
  p.epsilon = c.epsilon;
  const Buffer<float> x = RandomReals(c.rows * p.x_stride + 1, random,
                                      c.offset - c.spread, c.offset + c.spread);
  const Buffer<float> scale = RandomReals(c.columns + 1, random, -2, 2);
  const Buffer<float> bias = RandomReals(c.columns + 1, random, -2, 2);
  p.x = x.get() + 1;
  p.scale = scale.get() + 1;
  if (c.bias) p.bias = bias.get() + 1;
  ExpectOutput<float>(
      LayerNormF32Kernels(), p, PlanLayerNormF32(p, 4).scratch_bytes,
      ExpectedOf(p),
      [](LayerNormF32Params& params, float* y) { params.y = y; });
}

TEST(LayerNormF32Contract, FollowsTheFormulaForRowsOfEveryLength) {
  for (int64_t columns = 1; columns <= 70; ++columns) {
    CheckCase(
        {3, columns, columns % 3, columns % 4, 0, 1, columns % 2 == 0, 1e-5f});
    if (HasFailure()) return;
  }
  CheckCase({4, 768, 0, 0, 0, 3, true, 1e-12f});
  CheckCase({1, 5000, 0, 0, 0, 1, false, 1e-5f});
}

TEST(LayerNormF32Contract, FollowsTheFormulaAtEveryMagnitude) {
  for (float magnitude : {1e-15f, 1e-3f, 1e3f, 1e15f}) {
    CheckCase({2, 40, 0, 0, 0, magnitude, true, 0});
    CheckCase({2, 40, 0, 0, 0, magnitude, true, 1e-5f});
  }
  // A mean that is large beside the deviation costs digits, as it must.
  CheckCase({2, 40, 0, 0, 100, 1, true, 1e-5f});
  CheckCase({2, 40, 0, 0, -1000, 1, false, 1e-5f});
}

TEST(LayerNormF32Contract, DoesNothingForEmptyRows) {
  CheckCase({0, 8, 0, 0, 0, 1, true, 1e-5f});
  CheckCase({3, 0, 2, 1, 0, 1, true, 1e-5f});
}

// (x - mean) is 0 in each of them, so that nothing but the bias is left.
TEST(LayerNormF32Contract, LeavesTheBiasOfAConstantRow) {
  for (float value : {0.0f, 1.0f, -4096.0f}) {
    for (int64_t columns : {1, 8, 13, 32}) {
      Buffer<float> x(columns), scale(columns), bias(columns);
      std::vector<Near> expected;
      for (int64_t i = 0; i < columns; ++i) {
        x[i] = value;
        scale[i] = float(i + 1);
        bias[i] = float(i) - 3;
        expected.push_back({bias[i], 0});
      }
      const LayerNormF32Params p{1,           columns,    x.get(),
                                 columns,     nullptr,    columns,
                                 scale.get(), bias.get(), 1e-5f};
      ExpectOutput<float>(
          LayerNormF32Kernels(), p, 0, expected,
          [](LayerNormF32Params& params, float* y) { params.y = y; });
    }
  }
}

TEST(LayerNormF32Contract, SpreadsANanOverItsRowOnly) {
  const float kNan = std::numeric_limits<float>::quiet_NaN();
  for (int64_t at : {0, 7, 9}) {
    Buffer<float> x(20), scale(10);
    std::vector<Near> expected;
    for (int64_t i = 0; i < 20; ++i) {
      x[i] = i % 2 == 0 ? 1.0f : -1.0f;
      scale[i % 10] = 2;
      expected.push_back(i < 10 ? Near{kNan, 0} : Near{2 * double(x[i]), 0});
    }
    x[at] = kNan;
    const LayerNormF32Params p{2,  10,          x.get(), 10, nullptr,
                               10, scale.get(), nullptr, 0};
    ExpectOutput<float>(
        LayerNormF32Kernels(), p, 0, expected,
        [](LayerNormF32Params& params, float* y) { params.y = y; });
  }
}

TEST(LayerNormF32Contract, WorksInPlace) {
  Random random(6);
  const Buffer<float> x = RandomReals(5 * 33, random);
  const Buffer<float> scale = RandomReals(33, random);
  for (const auto& row : RunnableRows(LayerNormF32Kernels())) {
    Buffer<float> apart(5 * 33), in_place = x;
    LayerNormF32Params p{5,  33,          x.get(), 33,   apart.get(),
                         33, scale.get(), nullptr, 1e-5f};
    RunInParts(row.fn, p, 1, 0);
    p.x = p.y = in_place.get();
    RunInParts(row.fn, p, 3, 0);
    EXPECT_EQ(apart.FirstDifference(in_place), -1) << row.name;
  }
}

}  // namespace
}  // namespace octet::kernels
