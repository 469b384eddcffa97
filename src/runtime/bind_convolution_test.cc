// Steps with packed weights, run by sessions and held against plain loops over
// unpacked weights. Numbers are small and whole, so that sums are exact and
// the order of addition is of no importance.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "engine/packed_size.h"
#include "kernels/conv_f32/conv_f32_pack.h"
#include "kernels/conv_half/conv_half_pack.h"
#include "kernels/conv_u8/conv_u8_pack.h"
#include "kernels/depthwise_f32/depthwise_f32_pack.h"
#include "kernels/depthwise_u8/depthwise_u8_pack.h"
#include "runtime/testing/run_program.h"

namespace octet::runtime {
namespace {

using engine::DType;
using engine::EpilogueT;
using engine::TestProgram;
using engine::Window;

// A convolution and its plain weights [out][kernel][kernel][in / group].
struct Problem {
  int64_t side, in, out, group;
  int kernel, stride, pad, dilation;

  int64_t OutSide() const {
    return (side + 2 * pad - dilation * (kernel - 1) - 1) / stride + 1;
  }
  int64_t Taps() const { return int64_t{kernel} * kernel; }
  int64_t Depth() const { return in / group; }
  std::unique_ptr<Window> ToWindow() const {
    return std::make_unique<Window>(kernel, kernel, stride, stride, dilation,
                                    dilation, pad, pad);
  }
};

constexpr Problem kProblems[] = {
    {5, 3, 20, 1, 1, 1, 0, 1}, {6, 5, 16, 1, 3, 1, 1, 1},
    {9, 4, 17, 1, 3, 2, 1, 1}, {9, 8, 12, 2, 3, 1, 1, 1},
    {9, 3, 5, 1, 3, 1, 2, 2},  {7, 16, 40, 1, 7, 2, 3, 1},
};

std::vector<int32_t> Weights(int64_t n, int span = 15) {
  std::vector<int32_t> weights;
  for (int64_t i = 0; i < n; ++i) {
    weights.push_back(int32_t((i * 5 + i / 11) % span) - span / 2);
  }
  return weights;
}

// Sum over the window; `at(y, x, c)` is an input element, zero outside.
template <typename At>
double Sum(const Problem& p, const std::vector<int32_t>& w, int64_t y,
           int64_t x, int64_t o, At at) {
  const int64_t first = o / (p.out / p.group) * p.Depth();
  double sum = 0;
  for (int64_t tap = 0; tap < p.Taps(); ++tap) {
    const int64_t row = y * p.stride - p.pad + tap / p.kernel * p.dilation;
    const int64_t column = x * p.stride - p.pad + tap % p.kernel * p.dilation;
    if (row < 0 || row >= p.side || column < 0 || column >= p.side) continue;
    for (int64_t c = 0; c < p.Depth(); ++c) {
      sum += at(row, column, first + c) *
             w[size_t((o * p.Taps() + tap) * p.Depth() + c)];
    }
  }
  return sum;
}

// All sums of one image, NHWC.
template <typename At>
std::vector<double> Sums(const Problem& p, const std::vector<int32_t>& w,
                         At at) {
  std::vector<double> sums;
  for (int64_t y = 0; y < p.OutSide(); ++y) {
    for (int64_t x = 0; x < p.OutSide(); ++x) {
      for (int64_t o = 0; o < p.out; ++o)
        sums.push_back(Sum(p, w, y, x, o, at));
    }
  }
  return sums;
}

TEST(BindConvF32, ComputesWhatPlainLoopsDo) {
  for (const Problem& c : kProblems) {
    TestProgram p;
    const int x = p.Add("x", DType::F32, {1, c.side, c.side, c.in});
    const int y = p.Add("y", DType::F32, {1, c.OutSide(), c.OutSide(), c.out});
    const auto w = Weights(c.out * c.Taps() * c.Depth());
    const std::vector<float> real(w.begin(), w.end());
    std::vector<float> packed(size_t(
        kernels::PackedConvF32Size(c.out, c.Taps() * c.Depth(), c.group)));
    kernels::PackConvF32(real.data(), c.out, c.Taps() * c.Depth(), c.group,
                         packed.data());
    engine::ConvF32T conv;
    conv.x = x;
    conv.y = y;
    conv.window = c.ToWindow();
    conv.group = int(c.group);
    conv.weight = p.Constant("w", packed);
    conv.bias = p.Constant<float>("b", c.out, 2);
    conv.after = engine::FromFunction({FunctionKind::kRelu});
    p.AddStep(std::move(conv));
    p.Input(x);
    p.Output(y);
    const Tensor input = PatternF32(Shape{1, c.side, c.side, c.in});
    const auto got = Elements<float>(RunOnce(p, {input})[0]);
    auto want = Sums(c, w, [&](int64_t row, int64_t column, int64_t channel) {
      return input
          .as<float>()[size_t((row * c.side + column) * c.in + channel)];
    });
    for (double& v : want) v = std::max(v + 2, 0.0);
    EXPECT_EQ(std::vector<double>(got.begin(), got.end()), want) << c.kernel;
  }
}

// Small whole numbers are exact in both formats.
TEST(BindConvHalf, ComputesWhatPlainLoopsDo) {
  for (octet::DType half : {octet::DType::kF16, octet::DType::kBF16}) {
    for (const Problem& c : kProblems) {
      TestProgram p;
      const DType dtype = engine::FromDType(half);
      const int x = p.Add("x", DType::F32, {1, c.side, c.side, c.in});
      const int x16 = p.Add("x16", dtype, {1, c.side, c.side, c.in});
      const int y =
          p.Add("y", DType::F32, {1, c.OutSide(), c.OutSide(), c.out});
      const auto w = Weights(c.out * c.Taps() * c.Depth());
      const std::vector<float> real(w.begin(), w.end());
      const kernels::ConvHalfWeightShape shape{c.out, c.Taps(), c.Depth(),
                                               c.group};
      std::vector<uint16_t> packed(size_t(kernels::PackedConvHalfSize(shape)));
      kernels::PackConvHalf(real.data(), shape, half, packed.data());
      engine::CastT cast;
      cast.x = x;
      cast.y = x16;
      p.AddStep(cast);
      engine::ConvHalfT conv;
      conv.x = x16;
      conv.y = y;
      conv.window = c.ToWindow();
      conv.group = int(c.group);
      conv.weight = p.Constant("w", dtype, packed);
      conv.bias = p.Constant<float>("b", c.out, 2);
      p.AddStep(std::move(conv));
      p.Input(x);
      p.Output(y);
      const Tensor input = PatternF32(Shape{1, c.side, c.side, c.in});
      const auto got = Elements<float>(RunOnce(p, {input})[0]);
      auto want = Sums(c, w, [&](int64_t row, int64_t column, int64_t channel) {
        return input
            .as<float>()[size_t((row * c.side + column) * c.in + channel)];
      });
      for (double& v : want) v += 2;
      EXPECT_EQ(std::vector<double>(got.begin(), got.end()), want) << c.kernel;
    }
  }
}

TEST(BindConvF32, MultipliesRowsOfAMatrix) {
  TestProgram p;
  const int x = p.Add("x", DType::F32, {2, 3, 4});
  const int y = p.Add("y", DType::F32, {2, 3, 2});
  const std::vector<float> w = {1, 2, 3, 4, 0, 0, 1, 0};  // [2][4]
  std::vector<float> packed(size_t(kernels::PackedConvF32Size(2, 4, 1)));
  kernels::PackConvF32(w.data(), 2, 4, 1, packed.data());
  engine::ConvF32T product;
  product.x = x;
  product.y = y;
  product.weight = p.Constant("w", packed);
  product.residual = y;
  p.Input(x);
  p.Input(y);
  p.AddStep(std::move(product));
  p.Output(y);
  const Tensor a = PatternF32(Shape{2, 3, 4});
  const Tensor r = PatternF32(Shape{2, 3, 2});
  const auto got = Elements<float>(RunOnce(p, {a, r})[0]);
  for (size_t row = 0; row < 6; ++row) {
    const float* e = a.as<float>().data() + row * 4;
    EXPECT_EQ(got[row * 2],
              e[0] + 2 * e[1] + 3 * e[2] + 4 * e[3] + r.as<float>()[row * 2]);
    EXPECT_EQ(got[row * 2 + 1], e[2] + r.as<float>()[row * 2 + 1]);
  }
}

constexpr int32_t kZero = 100;    // of the input
constexpr int32_t kOutZero = 50;  // of the output
constexpr float kMultiplier = 0.0625f;

// A u8 convolution of `c` with an epilogue that the caller completes.
struct ConvU8Program {
  explicit ConvU8Program(const Problem& c, int span = 15)
      : problem(c), weights(Weights(c.out * c.Taps() * c.Depth(), span)) {
    x = p.AddU8("x", {1, c.side, c.side, c.in}, {0.5f}, {kZero});
    const auto packed = kernels::PackConvU8(
        {c.out, c.kernel, c.kernel, c.in, c.group, c.dilation}, weights, kZero,
        {});
    conv.x = x;
    conv.window = c.ToWindow();
    conv.group = int(c.group);
    conv.weight = p.Constant("w", packed.weight);
    conv.weight_parts = int(packed.weight_parts);
    conv.sum_bound = packed.sum_bound;
    conv.x_zero = kZero;
    conv.epilogue = engine::ClampEpilogue(p, c.out, 16, kMultiplier, kOutZero);
    conv.epilogue->comp = p.Constant("comp", packed.comp);
    p.Input(x);
  }
  std::vector<int64_t> OutDims() const {
    return {1, problem.OutSide(), problem.OutSide(), problem.out};
  }
  Tensor Input() const {
    return PatternU8(Shape{1, problem.side, problem.side, problem.in});
  }
  // Sums of (x - zero) * w, times the multiplier.
  std::vector<double> Products() const {
    const Tensor input = Input();
    auto sums =
        Sums(problem, weights, [&](int64_t row, int64_t column, int64_t c) {
          const int64_t pixel = row * problem.side + column;
          return input.as<uint8_t>()[size_t(pixel * problem.in + c)] -
                 double(kZero);
        });
    for (double& v : sums) v *= kMultiplier;
    return sums;
  }
  std::vector<Tensor> Run(int y, const std::vector<Tensor>& inputs) {
    conv.y = y;
    p.AddStep(conv);
    p.Output(y);
    return RunOnce(p, inputs);
  }

  Problem problem;
  std::vector<int32_t> weights;
  TestProgram p;
  engine::ConvU8T conv;
  int x;
};

uint8_t Saturated(double v) {
  return uint8_t(std::clamp(std::nearbyint(v) + kOutZero, 0.0, 255.0));
}

TEST(BindConvU8, ComputesWhatPlainLoopsDo) {
  for (const Problem& c : kProblems) {
    ConvU8Program program(c);
    const int y = program.p.AddU8("y", program.OutDims(), {1}, {kOutZero});
    const auto got = Elements<uint8_t>(program.Run(y, {program.Input()})[0]);
    std::vector<uint8_t> want;
    for (double v : program.Products()) want.push_back(Saturated(v));
    EXPECT_EQ(got, want) << c.kernel;
  }
}

// Whatever the engine asks for: an algorithm that is not exact for a
// convolution is not used.
TEST(BindConvU8, ComputesTheSameByEveryAlgorithm) {
  for (const Problem& c : {Problem{9, 16, 20, 1, 3, 1, 1, 1}, kProblems[2]}) {
    std::vector<std::vector<uint8_t>> got;
    for (uint8_t algorithm : {0, 1, 2}) {
      ConvU8Program program(c);
      program.conv.algorithm = algorithm;
      const int y = program.p.AddU8("y", program.OutDims(), {1}, {kOutZero});
      got.push_back(Elements<uint8_t>(program.Run(y, {program.Input()})[0]));
    }
    EXPECT_EQ(got[1], got[0]) << c.stride;
    EXPECT_EQ(got[2], got[0]) << c.stride;
  }
}

TEST(BindConvU8, TakesWeightsBeyondS8InTwoParts) {
  ConvU8Program program(kProblems[1], 401);
  EXPECT_EQ(program.conv.weight_parts, 2);
  const int y = program.p.Add("y", DType::F32, program.OutDims());
  program.conv.epilogue->kind = engine::EpilogueKind::Float;
  const auto got = Elements<float>(program.Run(y, {program.Input()})[0]);
  const auto want = program.Products();
  EXPECT_EQ(std::vector<double>(got.begin(), got.end()), want);
}

TEST(BindConvU8, LooksUpATable) {
  ConvU8Program program(kProblems[0]);
  std::vector<uint8_t> table(256);
  for (size_t q = 0; q < 256; ++q) table[q] = uint8_t(255 - q);
  program.conv.epilogue->kind = engine::EpilogueKind::Table;
  program.conv.epilogue->table = program.p.Constant("t", table);
  const int y = program.p.AddU8("y", program.OutDims(), {1}, {0});
  const auto got = Elements<uint8_t>(program.Run(y, {program.Input()})[0]);
  const auto products = program.Products();
  for (size_t i = 0; i < got.size(); ++i) {
    EXPECT_EQ(got[i], 255 - Saturated(products[i]));
  }
}

TEST(BindConvU8, AddsAResidualOfEitherKind) {
  const int64_t padded = 32;
  for (bool real : {false, true}) {
    ConvU8Program program(kProblems[0]);
    TestProgram& p = program.p;
    EpilogueT& e = *program.conv.epilogue;
    e.kind = engine::EpilogueKind::Float;
    e.inv_scale = p.Constant<float>("inv", padded, 1);
    const int residual = real ? p.Add("r", DType::F32, program.OutDims())
                              : p.AddU8("r", program.OutDims(), {0.25f}, {128});
    e.residual = residual;
    if (!real) {
      e.residual_scale = p.Constant<float>("rs", padded, 0.25f);
      e.residual_zero = p.Constant<int32_t>("rz", padded, 128);
    }
    p.Input(residual);
    const Shape shape{1, 5, 5, 20};
    const Tensor r = real ? PatternF32(shape) : PatternU8(shape);
    const int y = p.AddU8("y", program.OutDims(), {1}, {kOutZero});
    const auto got = Elements<uint8_t>(program.Run(y, {program.Input(), r})[0]);
    const auto products = program.Products();
    for (size_t i = 0; i < got.size(); ++i) {
      const double added =
          real ? r.as<float>()[i] : (r.as<uint8_t>()[i] - 128) * 0.25;
      EXPECT_EQ(got[i], Saturated(products[i] + added));
    }
  }
}

TEST(BindConvU8, WritesSomeChannelsOfAWiderValue) {
  ConvU8Program program(kProblems[0]);
  TestProgram& p = program.p;
  const int whole = p.AddU8("whole", {1, 5, 5, 24}, {1}, {0});
  const int part = p.AddChannels("part", whole, 3, 20);
  engine::FillT fill;
  fill.y = whole;
  fill.bits = 9;
  p.AddStep(fill);
  program.conv.y = part;
  p.AddStep(program.conv);
  p.Output(whole);
  const auto got = Elements<uint8_t>(RunOnce(p, {program.Input()})[0]);
  const auto products = program.Products();
  for (size_t pixel = 0; pixel < 25; ++pixel) {
    for (size_t c = 0; c < 24; ++c) {
      const bool inside = c >= 3 && c < 23;
      const uint8_t want = inside ? Saturated(products[pixel * 20 + c - 3]) : 9;
      EXPECT_EQ(got[pixel * 24 + c], want);
    }
  }
}

constexpr Problem kDepthwise[] = {
    {6, 5, 5, 5, 3, 1, 1, 1},
    {9, 70, 70, 70, 3, 2, 1, 1},
    {8, 20, 20, 20, 5, 1, 2, 1},
};

TEST(BindDepthwiseU8, ComputesWhatPlainLoopsDo) {
  for (const Problem& c : kDepthwise) {
    TestProgram p;
    const int x = p.AddU8("x", {1, c.side, c.side, c.in}, {0.5f}, {kZero});
    const int y =
        p.AddU8("y", {1, c.OutSide(), c.OutSide(), c.in}, {1}, {kOutZero});
    const auto w = Weights(c.in * c.Taps());
    const std::vector<int32_t> zero = {kZero};
    const auto packed = kernels::PackDepthwiseU8(c.in, w, zero, {});
    engine::DepthwiseU8T conv;
    conv.x = x;
    conv.y = y;
    conv.window = c.ToWindow();
    conv.weight = p.Constant("w", packed.weight);
    conv.x_zero =
        p.Constant<uint8_t>("z", engine::RoundUp(c.in, 64), uint8_t(kZero));
    conv.epilogue = engine::ClampEpilogue(p, c.in, 64, kMultiplier, kOutZero);
    conv.epilogue->comp = p.Constant("comp", packed.comp);
    p.AddStep(std::move(conv));
    p.Input(x);
    p.Output(y);
    const Tensor input = PatternU8(Shape{1, c.side, c.side, c.in});
    const auto got = Elements<uint8_t>(RunOnce(p, {input})[0]);
    const auto sums = Sums(c, w, [&](int64_t row, int64_t column, int64_t o) {
      return input.as<uint8_t>()[size_t((row * c.side + column) * c.in + o)] -
             double(kZero);
    });
    for (size_t i = 0; i < got.size(); ++i) {
      ASSERT_EQ(got[i], Saturated(sums[i] * kMultiplier)) << i;
    }
  }
}

TEST(BindDepthwiseF32, ComputesWhatPlainLoopsDo) {
  for (const Problem& c : kDepthwise) {
    TestProgram p;
    const int x = p.Add("x", DType::F32, {1, c.side, c.side, c.in});
    const int y = p.Add("y", DType::F32, {1, c.OutSide(), c.OutSide(), c.in});
    const auto w = Weights(c.in * c.Taps());
    const std::vector<float> real(w.begin(), w.end());
    std::vector<float> packed(
        size_t(kernels::PackedDepthwiseF32Size(c.in, c.Taps())));
    kernels::PackDepthwiseF32(real.data(), c.in, c.Taps(), packed.data());
    engine::DepthwiseF32T conv;
    conv.x = x;
    conv.y = y;
    conv.window = c.ToWindow();
    conv.weight = p.Constant("w", packed);
    conv.bias = p.Constant<float>("b", c.in, 3);
    p.AddStep(std::move(conv));
    p.Input(x);
    p.Output(y);
    const Tensor input = PatternF32(Shape{1, c.side, c.side, c.in});
    const auto got = Elements<float>(RunOnce(p, {input})[0]);
    const auto sums = Sums(c, w, [&](int64_t row, int64_t column, int64_t o) {
      return input.as<float>()[size_t((row * c.side + column) * c.in + o)];
    });
    for (size_t i = 0; i < got.size(); ++i) {
      ASSERT_EQ(got[i], sums[i] + 3) << i;
    }
  }
}

TEST(PackedSize, IsWhatTheKernelsPack) {
  for (const Problem& c : kProblems) {
    const auto window = c.ToWindow();
    const auto w = Weights(c.out * c.Taps() * c.Depth());
    const auto packed = kernels::PackConvU8(
        {c.out, c.kernel, c.kernel, c.in, c.group, c.dilation}, w, kZero, {});
    EXPECT_EQ(engine::PackedConvU8Size(c.out, c.in, c.group, *window, 1),
              int64_t(packed.weight.size()));
    EXPECT_EQ(engine::PackedConvF32Size(c.out, c.in, c.group, *window),
              kernels::PackedConvF32Size(c.out, c.Taps() * c.Depth(), c.group));
    EXPECT_EQ(
        engine::PackedConvHalfSize(c.out, c.in, c.group, *window),
        kernels::PackedConvHalfSize({c.out, c.Taps(), c.Depth(), c.group}));
  }
  for (const Problem& c : kDepthwise) {
    const auto window = c.ToWindow();
    const std::vector<int32_t> zero = {0};
    EXPECT_EQ(engine::PackedDepthwiseSize(c.in, *window, 16),
              kernels::PackedDepthwiseF32Size(c.in, c.Taps()));
    EXPECT_EQ(engine::PackedDepthwiseSize(c.in, *window, 64),
              int64_t(kernels::PackDepthwiseU8(c.in, Weights(c.in * c.Taps()),
                                               zero, {})
                          .weight.size()));
  }
}

}  // namespace
}  // namespace octet::runtime
