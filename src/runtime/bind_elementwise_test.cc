// Elementwise steps, run by sessions and held against the formulas of their
// kernels' headers.
#include <gtest/gtest.h>

#include <cmath>

#include "base/quant.h"
#include "runtime/testing/run_program.h"

namespace octet::runtime {
namespace {

using engine::DType;
using engine::TestProgram;

TEST(BindBinaryF32, BroadcastsAsNumpyDoes) {
  struct Case {
    std::vector<int64_t> a, b, y;
    // Indices of the operands for an output's [i, j, k].
    size_t (*at_a)(size_t i, size_t j, size_t k);
    size_t (*at_b)(size_t i, size_t j, size_t k);
  };
  const Case cases[] = {
      {{2, 3, 4},
       {2, 3, 4},
       {2, 3, 4},
       [](size_t i, size_t j, size_t k) { return (i * 3 + j) * 4 + k; },
       [](size_t i, size_t j, size_t k) { return (i * 3 + j) * 4 + k; }},
      {{2, 3, 4},
       {4},
       {2, 3, 4},
       [](size_t i, size_t j, size_t k) { return (i * 3 + j) * 4 + k; },
       [](size_t, size_t, size_t k) { return k; }},
      {{3, 1},
       {2, 1, 4},
       {2, 3, 4},
       [](size_t, size_t j, size_t) { return j; },
       [](size_t i, size_t, size_t k) { return i * 4 + k; }},
      {{},
       {2, 3, 4},
       {2, 3, 4},
       [](size_t, size_t, size_t) { return size_t{0}; },
       [](size_t i, size_t j, size_t k) { return (i * 3 + j) * 4 + k; }},
  };
  for (const Case& c : cases) {
    TestProgram p;
    engine::BinaryF32T difference;
    difference.a = p.Add("a", DType::F32, c.a);
    difference.b = p.Add("b", DType::F32, c.b);
    difference.y = p.Add("y", DType::F32, c.y);
    difference.op = 1;
    difference.after = engine::FromFunction({FunctionKind::kAbs});
    p.Input(difference.a);
    p.Input(difference.b);
    p.Output(difference.y);
    p.AddStep(std::move(difference));
    const Tensor a = PatternF32(Shape(c.a), 50, 20);
    const Tensor b = PatternF32(Shape(c.b), 31, 3);
    const auto got = Elements<float>(RunOnce(p, {a, b})[0]);
    for (size_t n = 0; n < 24; ++n) {
      const size_t i = n / 12, j = n / 4 % 3, k = n % 4;
      EXPECT_EQ(got[n], std::abs(a.as<float>()[c.at_a(i, j, k)] -
                                 b.as<float>()[c.at_b(i, j, k)]));
    }
  }
}

TEST(BindBinaryF32, ReadsAndWritesCodes) {
  TestProgram p;
  engine::BinaryF32T product;
  product.a = p.Add("a", DType::F32, {6, 1});
  product.b = p.AddU8("b", {6, 7}, {0.25f}, {20});
  product.y = p.AddU8("y", {6, 7}, {0.5f}, {30});
  product.op = 2;
  p.Input(product.a);
  p.Input(product.b);
  p.Output(product.y);
  p.AddStep(std::move(product));
  const Tensor a = PatternF32(Shape{6, 1});
  const Tensor b = PatternU8(Shape{6, 7});
  const auto got = Elements<uint8_t>(RunOnce(p, {a, b})[0]);
  for (size_t i = 0; i < got.size(); ++i) {
    const float real = Dequantize(b.as<uint8_t>()[i], 0.25f, 20);
    EXPECT_EQ(got[i], QuantizeU8(a.as<float>()[i / 7] * real, 0.5f, 30)) << i;
  }
}

TEST(BindBinaryF32, ReadsAndWritesChannelsOfWiderValues) {
  TestProgram p;
  const int wide = p.Add("wide", DType::F32, {2, 5, 10});
  engine::BinaryF32T sum;
  sum.a = p.AddChannels("a", wide, 0, 3);
  sum.b = p.AddChannels("b", wide, 3, 3);
  sum.y = p.AddChannels("y", wide, 7, 3);
  p.AddStep(std::move(sum));
  p.Input(wide);
  p.Output(wide);
  const Tensor input = PatternF32(Shape{2, 5, 10});
  std::vector<float> want = Elements<float>(input);
  for (size_t pixel = 0; pixel < 10; ++pixel) {
    for (size_t c = 0; c < 3; ++c) {
      want[pixel * 10 + 7 + c] =
          want[pixel * 10 + c] + want[pixel * 10 + 3 + c];
    }
  }
  EXPECT_EQ(Elements<float>(RunOnce(p, {input})[0]), want);
}

TEST(BindUnaryF32, AppliesAFunctionWithGapsAndWithout) {
  for (bool gaps : {false, true}) {
    TestProgram p;
    const int wide = p.Add("wide", DType::F32, {6, 7});
    engine::UnaryF32T relu;
    relu.x = gaps ? p.AddChannels("part", wide, 2, 4) : wide;
    relu.y = p.Add("y", DType::F32, {6, gaps ? 4 : 7});
    relu.function = engine::FromFunction({FunctionKind::kLeakyRelu, 0.5f});
    p.Input(wide);
    p.Output(relu.y);
    p.AddStep(std::move(relu));
    const Tensor input = PatternF32(Shape{6, 7});
    const auto got = Elements<float>(RunOnce(p, {input})[0]);
    const size_t channels = gaps ? 4 : 7;
    for (size_t i = 0; i < got.size(); ++i) {
      const float x =
          input.as<float>()[i / channels * 7 + i % channels + (gaps ? 2 : 0)];
      EXPECT_EQ(got[i], x < 0 ? x / 2 : x);
    }
  }
}

TEST(BindBinaryU8, TakesOperandsOfEachForm) {
  const std::vector<int64_t> forms[] = {
      {2, 3, 3, 5}, {2, 1, 1, 5}, {5}, {1, 1, 1, 5}, {1}};
  for (const auto& form : forms) {
    TestProgram p;
    engine::BinaryU8T product;
    product.a = p.AddU8("a", {2, 3, 3, 5}, {0.5f}, {10});
    product.b = p.AddU8("b", form, {0.25f}, {20});
    product.y = p.AddU8("y", {2, 3, 3, 5}, {0.125f}, {30});
    product.op = 2;
    product.clamp_high = 200;
    p.AddStep(product);
    p.Input(product.a);
    p.Input(product.b);
    p.Output(product.y);
    const Tensor a = PatternU8(Shape{2, 3, 3, 5});
    const Tensor b = PatternU8(Shape(form));
    const auto got = Elements<uint8_t>(RunOnce(p, {a, b})[0]);
    const size_t n = size_t(b.elements());
    for (size_t i = 0; i < got.size(); ++i) {
      const size_t image = i / 45;
      const size_t at = n == 90   ? i
                        : n == 10 ? image * 5 + i % 5
                        : n == 5  ? i % 5
                                  : 0;
      const double real =
          (a.as<uint8_t>()[i] - 10) * 0.5 * (b.as<uint8_t>()[at] - 20) * 0.25;
      const double q = std::nearbyint(real / 0.125) + 30;
      EXPECT_EQ(got[i], std::clamp(q, 0.0, 200.0)) << n << " at " << i;
    }
  }
}

TEST(BindTableU8, LooksUpEveryCode) {
  TestProgram p;
  std::vector<uint8_t> table(256);
  for (size_t q = 0; q < 256; ++q) table[q] = uint8_t(q * q);
  engine::TableU8T step;
  step.x = p.AddU8("x", {16, 16}, {1}, {0});
  step.y = p.AddU8("y", {16, 16}, {1}, {0});
  step.table = p.Constant("t", table);
  p.AddStep(step);
  p.Input(step.x);
  p.Output(step.y);
  Tensor input(octet::DType::kU8, Shape{16, 16});
  for (size_t q = 0; q < 256; ++q) input.as<uint8_t>()[q] = uint8_t(q);
  EXPECT_EQ(Elements<uint8_t>(RunOnce(p, {input})[0]), table);
}

const std::vector<float> kScales = {0.5f, 0.25f, 2, 0.1f, 1};
const std::vector<int32_t> kZeros = {0, 255, 128, 7, 30};

TEST(BindQuantize, UsesTheScaleOfEachChannel) {
  TestProgram p;
  engine::QuantizeT step;
  step.x = p.Add("x", DType::F32, {3, 7, 5});
  step.y = p.AddU8("y", {3, 7, 5}, kScales, kZeros);
  p.AddStep(step);
  p.Input(step.x);
  p.Output(step.y);
  const Tensor input = PatternF32(Shape{3, 7, 5}, 101, 50);
  const auto got = Elements<uint8_t>(RunOnce(p, {input})[0]);
  for (size_t i = 0; i < got.size(); ++i) {
    EXPECT_EQ(got[i],
              QuantizeU8(input.as<float>()[i], kScales[i % 5], kZeros[i % 5]));
  }
}

TEST(BindDequantize, UsesTheScaleOfEachChannelOfAPart) {
  TestProgram p;
  const int wide = p.AddU8("wide", {3, 7, 9}, {1}, {0});
  engine::DequantizeT step;
  step.x = p.AddChannels("part", wide, 2, 5);
  p.value(step.x).quant->scale = kScales;
  p.value(step.x).quant->zero_point = kZeros;
  step.y = p.Add("y", DType::F32, {3, 7, 5});
  p.AddStep(step);
  p.Input(wide);
  p.Output(step.y);
  const Tensor input = PatternU8(Shape{3, 7, 9});
  const auto got = Elements<float>(RunOnce(p, {input})[0]);
  for (size_t i = 0; i < got.size(); ++i) {
    const uint8_t q = input.as<uint8_t>()[i / 5 * 9 + 2 + i % 5];
    EXPECT_EQ(got[i], Dequantize(q, kScales[i % 5], kZeros[i % 5]));
  }
}

TEST(BindRequantize, ChangesScaleByScale) {
  TestProgram p;
  engine::RequantizeT step;
  step.x = p.AddU8("x", {21, 5}, kScales, kZeros);
  step.y = p.AddU8("y", {21, 5}, {0.3f}, {90});
  p.AddStep(step);
  p.Input(step.x);
  p.Output(step.y);
  const Tensor input = PatternU8(Shape{21, 5});
  const auto got = Elements<uint8_t>(RunOnce(p, {input})[0]);
  for (size_t i = 0; i < got.size(); ++i) {
    const float real =
        Dequantize(input.as<uint8_t>()[i], kScales[i % 5], kZeros[i % 5]);
    EXPECT_EQ(got[i], QuantizeU8(real, 0.3f, 90));
  }
}

TEST(BindCast, ConvertsToIntegersAndBack) {
  TestProgram p;
  engine::CastT there, back;
  there.x = p.Add("x", DType::F32, {4, 6});
  there.y = p.Add("whole", DType::S64, {4, 6});
  back.x = there.y;
  back.y = p.Add("y", DType::F32, {4, 6});
  p.AddStep(there);
  p.AddStep(back);
  p.Input(there.x);
  p.Output(there.y);
  p.Output(back.y);
  Tensor input = PatternF32(Shape{4, 6});
  for (float& x : input.as<float>()) x += x < 0 ? -0.75f : 0.75f;
  const auto outputs = RunOnce(p, {input});
  for (size_t i = 0; i < 24; ++i) {
    const float whole = std::trunc(input.as<float>()[i]);
    EXPECT_EQ(outputs[0].as<int64_t>()[i], int64_t(whole));
    EXPECT_EQ(outputs[1].as<float>()[i], whole);
  }
}

}  // namespace
}  // namespace octet::runtime
