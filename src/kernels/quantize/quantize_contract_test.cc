// quantize, dequantize and requantize against numerics.md, "Quantize and
// dequantize", in double precision: the double quotient of two floats, rounded
// to float, is the float quotient.
#include <cmath>
#include <limits>

#include "kernels/quantize/quantize.h"
#include "kernels/testing/contract.h"
#include "kernels/testing/quant.h"

namespace octet::kernels {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kLeastScale = std::numeric_limits<float>::min();
constexpr float kMost = std::numeric_limits<float>::max();

int CodeOf(float x, float scale, int32_t zero_point) {
  if (std::isnan(x)) return zero_point;
  const double steps = std::nearbyint(float(double(x) / double(scale)));
  return int(std::fmin(std::fmax(steps + zero_point, 0), 255));
}

float RealOf(int code, float scale, int32_t zero_point) {
  return float(double(code - zero_point) * double(scale));
}

// Rows of one shape between gaps, with one scale or one for each column.
struct Rows {
  int64_t rows, columns, x_gap, y_gap;
  bool per_channel;

  int64_t x_stride() const { return columns + x_gap; }
  int64_t y_stride() const { return columns + y_gap; }
  int64_t entries() const { return per_channel ? columns : 1; }
};

// Every number of columns up to two vectors of the widest level and beyond.
std::vector<Rows> EveryShape() {
  std::vector<Rows> shapes;
  for (int64_t columns = 1; columns <= 70; ++columns) {
    shapes.push_back({3, columns, columns % 3, columns % 4, columns % 2 == 0});
  }
  for (bool per_channel : {false, true}) {
    shapes.push_back({1, 2049, 0, 0, per_channel});
    shapes.push_back({40, 16, 0, 0, per_channel});
    shapes.push_back({0, 5, 0, 0, per_channel});
    shapes.push_back({4, 0, 1, 1, per_channel});
  }
  return shapes;
}

std::string Text(const Rows& s) {
  return std::to_string(s.rows) + " rows of " + std::to_string(s.columns) +
         (s.per_channel ? " per channel" : "");
}

// Calls element(row, column) for all that is no gap of y.
template <typename Expected, typename Element>
std::vector<Expected> ExpectedRows(const Rows& s, Expected gap,
                                   const Element& element) {
  std::vector<Expected> expected(size_t(s.rows * s.y_stride()), gap);
  for (int64_t r = 0; r < s.rows; ++r) {
    for (int64_t c = 0; c < s.columns; ++c) {
      expected[size_t(r * s.y_stride() + c)] = element(r, c);
    }
  }
  return expected;
}

TEST(QuantizeContract, FollowsTheFormulaForEveryNumberOfColumns) {
  Random random(11);
  for (const Rows& s : EveryShape()) {
    SCOPED_TRACE(Text(s));
    const QuantParams quant = RandomQuant(s.entries(), random, 0.05);
    // One element off, so that nothing is aligned.
    const Buffer<float> x =
        RandomReals(s.rows * s.x_stride() + 1, random, -12, 12);
    QuantizeParams p{};
    p.rows = s.rows;
    p.columns = s.columns;
    p.x = x.get() + 1;
    p.x_stride = s.x_stride();
    p.y_stride = s.y_stride();
    p.y_quant = {quant.scale.data(), quant.zero_point.data(), s.per_channel};
    const auto expected = ExpectedRows<int>(s, kGap, [&](int64_t r, int64_t c) {
      const size_t at = s.per_channel ? size_t(c) : 0;
      return CodeOf(p.x[r * p.x_stride + c], quant.scale[at],
                    quant.zero_point[at]);
    });
    ExpectOutput<uint8_t>(
        QuantizeKernels(), p, PlanQuantize(p, 4).scratch_bytes, expected,
        [](QuantizeParams& params, uint8_t* y) { params.y = y; });
    if (HasFailure()) return;
  }
}

TEST(DequantizeContract, FollowsTheFormulaForEveryNumberOfColumns) {
  Random random(12);
  for (const Rows& s : EveryShape()) {
    SCOPED_TRACE(Text(s));
    const QuantParams quant = RandomQuant(s.entries(), random, 0.05);
    const Buffer<uint8_t> x = RandomCodes(s.rows * s.x_stride() + 1, random);
    DequantizeParams p{};
    p.rows = s.rows;
    p.columns = s.columns;
    p.x = x.get() + 1;
    p.x_stride = s.x_stride();
    p.y_stride = s.y_stride();
    p.x_quant = {quant.scale.data(), quant.zero_point.data(), s.per_channel};
    const auto expected =
        ExpectedRows<Near>(s, Near{}, [&](int64_t r, int64_t c) {
          const size_t at = s.per_channel ? size_t(c) : 0;
          return Near{RealOf(p.x[r * p.x_stride + c], quant.scale[at],
                             quant.zero_point[at]),
                      0};
        });
    ExpectOutput<float>(
        DequantizeKernels(), p, PlanDequantize(p, 4).scratch_bytes, expected,
        [](DequantizeParams& params, float* y) { params.y = y; });
    if (HasFailure()) return;
  }
}

TEST(RequantizeContract, IsDequantizeAndThenQuantize) {
  Random random(13);
  for (const Rows& s : EveryShape()) {
    SCOPED_TRACE(Text(s));
    const QuantParams from = RandomQuant(s.entries(), random, 0.05);
    // From many scales to one as well.
    const bool to_many = s.per_channel && s.columns % 4 != 0;
    const QuantParams to = RandomQuant(to_many ? s.columns : 1, random, 0.02);
    const Buffer<uint8_t> x = RandomCodes(s.rows * s.x_stride() + 1, random);
    RequantizeParams p{};
    p.rows = s.rows;
    p.columns = s.columns;
    p.x = x.get() + 1;
    p.x_stride = s.x_stride();
    p.y_stride = s.y_stride();
    p.x_quant = {from.scale.data(), from.zero_point.data(), s.per_channel};
    p.y_quant = {to.scale.data(), to.zero_point.data(), to_many};
    const auto expected = ExpectedRows<int>(s, kGap, [&](int64_t r, int64_t c) {
      const size_t i = s.per_channel ? size_t(c) : 0;
      const size_t o = to_many ? size_t(c) : 0;
      const float real =
          RealOf(p.x[r * p.x_stride + c], from.scale[i], from.zero_point[i]);
      return CodeOf(real, to.scale[o], to.zero_point[o]);
    });
    ExpectOutput<uint8_t>(
        RequantizeKernels(), p, PlanRequantize(p, 4).scratch_bytes, expected,
        [](RequantizeParams& params, uint8_t* y) { params.y = y; });
    if (HasFailure()) return;
  }
}

// Every value that a comparison, a rounding or a division could get wrong, for
// one scale and zero point.
std::vector<float> HardValues(float scale, int32_t zero_point) {
  std::vector<float> values = {kNan,  kInfinity, -kInfinity,  0.0f,   -0.0f,
                               kMost, -kMost,    kLeastScale, 1e-45f, -1e-45f};
  for (int code : {0, 1, 2, 3, 127, 128, 254, 255}) {
    // The middle between two codes, and its neighbours.
    const float middle = float((double(code - zero_point) + 0.5) * scale);
    values.push_back(middle);
    values.push_back(std::nextafter(middle, kInfinity));
    values.push_back(std::nextafter(middle, -kInfinity));
    values.push_back(float(double(code - zero_point) * scale));
  }
  return values;
}

TEST(QuantizeContract, RoundsAndSaturatesAtEveryScaleAndZeroPoint) {
  for (float scale :
       {kLeastScale, 1e-20f, 0.007f, 0.1f, 1.0f, 3.0f, 1e20f, kMost}) {
    for (int32_t zero_point : {0, 1, 127, 128, 254, 255}) {
      SCOPED_TRACE(testing::Message() << scale << " " << zero_point);
      const std::vector<float> values = HardValues(scale, zero_point);
      Buffer<float> x(int64_t(values.size()));
      std::vector<int> expected;
      for (size_t i = 0; i < values.size(); ++i) {
        x[int64_t(i)] = values[i];
        expected.push_back(CodeOf(values[i], scale, zero_point));
      }
      const int64_t n = int64_t(values.size());
      const QuantizeParams p{
          1, n, x.get(), n, nullptr, n, {&scale, &zero_point, false}};
      ExpectOutput<uint8_t>(
          QuantizeKernels(), p, 0, expected,
          [](QuantizeParams& params, uint8_t* y) { params.y = y; });
      if (HasFailure()) return;
    }
  }
}

TEST(DequantizeContract, GivesEveryCodeAtTheEndsOfTheScales) {
  Buffer<uint8_t> codes(256);
  for (int i = 0; i < 256; ++i) codes[i] = uint8_t(i);
  for (float scale : {kLeastScale, 0.1f, 1e36f, kMost}) {
    for (int32_t zero_point : {0, 100, 255}) {
      SCOPED_TRACE(testing::Message() << scale << " " << zero_point);
      std::vector<Near> expected;
      for (int i = 0; i < 256; ++i) {
        expected.push_back({RealOf(i, scale, zero_point), 0});
      }
      const DequantizeParams p{
          1, 256, codes.get(), 256, nullptr, 256, {&scale, &zero_point, false}};
      ExpectOutput<float>(
          DequantizeKernels(), p, 0, expected,
          [](DequantizeParams& params, float* y) { params.y = y; });
      if (HasFailure()) return;
    }
  }
}

// numerics.md: u8 codes survive the way out and back.
TEST(QuantizeContract, TakesEveryCodeBackFromItsReal) {
  for (const auto& row : RunnableRows(QuantizeKernels())) {
    for (float scale : {1e-30f, 0.003f, 0.1f, 7.0f, 1e30f}) {
      for (int32_t zero_point : {0, 3, 128, 255}) {
        Buffer<float> x(256);
        Buffer<uint8_t> y(256);
        for (int i = 0; i < 256; ++i) x[i] = RealOf(i, scale, zero_point);
        RunInParts(row.fn,
                   QuantizeParams{1,
                                  256,
                                  x.get(),
                                  256,
                                  y.get(),
                                  256,
                                  {&scale, &zero_point, false}},
                   1, 0);
        for (int i = 0; i < 256; ++i) ASSERT_EQ(y[i], i) << row.name;
      }
    }
  }
}

TEST(RequantizeContract, KeepsCodesWhereBothSidesAgree) {
  Random random(14);
  for (int64_t entries : {1, 37}) {
    const QuantParams quant = RandomQuant(entries, random, 0.1);
    const Buffer<uint8_t> x = RandomCodes(5 * 37, random);
    RequantizeParams p{};
    p.rows = 5;
    p.columns = p.x_stride = p.y_stride = 37;
    p.x = x.get();
    p.x_quant = p.y_quant = View(quant);
    std::vector<int> expected(x.get(), x.get() + 5 * 37);
    ExpectOutput<uint8_t>(
        RequantizeKernels(), p, PlanRequantize(p, 4).scratch_bytes, expected,
        [](RequantizeParams& params, uint8_t* y) { params.y = y; });
  }
}

TEST(RequantizeContract, WorksInPlace) {
  Random random(15);
  for (bool per_channel : {false, true}) {
    const int64_t columns = 50;
    const QuantParams from =
        RandomQuant(per_channel ? columns : 1, random, 0.05);
    const QuantParams to = RandomQuant(1, random, 0.03);
    const Buffer<uint8_t> x = RandomCodes(4 * columns, random);
    for (const auto& row : RunnableRows(RequantizeKernels())) {
      for (int64_t parts : {1, 3}) {
        Buffer<uint8_t> in_place = x;
        RequantizeParams p{4,       columns, in_place.get(), columns,
                           nullptr, columns, View(from),     View(to)};
        p.y = in_place.get();
        RunInParts(row.fn, p, parts, PlanRequantize(p, 4).scratch_bytes);
        for (int64_t i = 0; i < 4 * columns; ++i) {
          const size_t c = per_channel ? size_t(i % columns) : 0;
          ASSERT_EQ(in_place[i],
                    CodeOf(RealOf(x[i], from.scale[c], from.zero_point[c]),
                           to.scale[0], to.zero_point[0]))
              << row.name;
        }
      }
    }
  }
}

TEST(PlanRequantize, AsksForScratchAndTheOthersForNone) {
  QuantizeParams quantize{};
  DequantizeParams dequantize{};
  RequantizeParams requantize{};
  EXPECT_EQ(PlanQuantize(quantize, 4).scratch_bytes, 0);
  EXPECT_EQ(PlanDequantize(dequantize, 4).scratch_bytes, 0);
  EXPECT_GT(PlanRequantize(requantize, 4).scratch_bytes, 0);
}

}  // namespace
}  // namespace octet::kernels
