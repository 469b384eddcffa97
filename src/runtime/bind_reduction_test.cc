// Steps that gather many elements into one, run by sessions and held against
// plain loops.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/quant.h"
#include "runtime/testing/run_program.h"

namespace octet::runtime {
namespace {

using engine::DType;
using engine::TestProgram;

// Calls visit(input index) for the elements under a 3x3 window with stride 2
// and padding 1 over 7x7 pixels of 6 channels.
template <typename Visit>
void UnderWindow(size_t y, size_t x, size_t c, Visit visit) {
  for (int row = int(y) * 2 - 1; row <= int(y) * 2 + 1; ++row) {
    for (int column = int(x) * 2 - 1; column <= int(x) * 2 + 1; ++column) {
      if (row < 0 || row >= 7 || column < 0 || column >= 7) continue;
      visit(size_t(row * 7 + column) * 6 + c);
    }
  }
}

engine::PoolT PoolStep(TestProgram& p, int x, int y, engine::PoolKind kind) {
  engine::PoolT pool;
  pool.x = x;
  pool.y = y;
  pool.kind = kind;
  pool.window = std::make_unique<engine::Window>(3, 3, 2, 2, 1, 1, 1, 1);
  p.Input(x);
  p.Output(y);
  return pool;
}

TEST(BindPool, TakesTheLargestCode) {
  TestProgram p;
  const int x = p.AddU8("x", {1, 7, 7, 6}, {1}, {0});
  const int y = p.AddU8("y", {1, 4, 4, 6}, {1}, {0});
  p.AddStep(PoolStep(p, x, y, engine::PoolKind::Max));
  const Tensor input = PatternU8(Shape{1, 7, 7, 6});
  const auto got = Elements<uint8_t>(RunOnce(p, {input})[0]);
  for (size_t n = 0; n < got.size(); ++n) {
    uint8_t want = 0;
    UnderWindow(n / 24, n / 6 % 4, n % 6, [&](size_t at) {
      want = std::max(want, input.as<uint8_t>()[at]);
    });
    EXPECT_EQ(got[n], want);
  }
}

TEST(BindPool, AveragesFloatsWithAndWithoutPadding) {
  for (bool padding : {false, true}) {
    TestProgram p;
    const int x = p.Add("x", DType::F32, {1, 7, 7, 6});
    const int y = p.Add("y", DType::F32, {1, 4, 4, 6});
    auto pool = PoolStep(p, x, y, engine::PoolKind::Average);
    pool.count_include_pad = padding;
    p.AddStep(std::move(pool));
    const Tensor input = PatternF32(Shape{1, 7, 7, 6});
    const auto got = Elements<float>(RunOnce(p, {input})[0]);
    for (size_t n = 0; n < got.size(); ++n) {
      float sum = 0, count = 0;
      UnderWindow(n / 24, n / 6 % 4, n % 6, [&](size_t at) {
        sum += input.as<float>()[at];
        ++count;
      });
      EXPECT_FLOAT_EQ(got[n], sum / (padding ? 9 : count));
    }
  }
}

TEST(BindPool, AveragesCodesIntoAnotherScale) {
  TestProgram p;
  const int x = p.AddU8("x", {1, 7, 7, 6}, {0.5f}, {100});
  const int y = p.AddU8("y", {1, 4, 4, 6}, {0.25f}, {60});
  p.AddStep(PoolStep(p, x, y, engine::PoolKind::Average));
  const Tensor input = PatternU8(Shape{1, 7, 7, 6});
  const auto got = Elements<uint8_t>(RunOnce(p, {input})[0]);
  for (size_t n = 0; n < got.size(); ++n) {
    int32_t sum = 0, count = 0;
    UnderWindow(n / 24, n / 6 % 4, n % 6, [&](size_t at) {
      sum += input.as<uint8_t>()[at] - 100;
      ++count;
    });
    const float factor = 0.5f / (0.25f * float(count));
    const float q = std::nearbyint(float(sum) * factor) + 60;
    EXPECT_EQ(got[n], std::clamp(q, 0.0f, 255.0f));
  }
}

TEST(BindSoftmax, NormalizesAlongAnyAxis) {
  const Shape shape{3, 4, 5};
  const size_t strides[] = {20, 5, 1};
  for (int axis = 0; axis < 3; ++axis) {
    TestProgram p;
    engine::SoftmaxT softmax;
    softmax.x = p.Add("x", DType::F32, {3, 4, 5});
    softmax.y = p.Add("y", DType::F32, {3, 4, 5});
    softmax.axis = axis;
    p.AddStep(softmax);
    p.Input(softmax.x);
    p.Output(softmax.y);
    const Tensor input = PatternF32(shape, 7, 3);
    const auto got = Elements<float>(RunOnce(p, {input})[0]);
    const size_t stride = strides[axis];
    const size_t size = size_t(shape[axis]);
    for (size_t i = 0; i < got.size(); ++i) {
      const size_t first = i - i / stride % size * stride;
      double sum = 0;
      for (size_t k = 0; k < size; ++k) {
        sum += std::exp(double(input.as<float>()[first + k * stride]));
      }
      EXPECT_NEAR(got[i], std::exp(double(input.as<float>()[i])) / sum, 1e-6);
    }
  }
}

TEST(BindSoftmax, TakesChannelsOfAWiderValue) {
  for (int axis : {1, 2}) {
    TestProgram p;
    const int wide = p.Add("wide", DType::F32, {2, 3, 8});
    engine::SoftmaxT softmax;
    softmax.x = p.AddChannels("part", wide, 2, 4);
    softmax.y = p.Add("y", DType::F32, {2, 3, 4});
    softmax.axis = axis;
    p.AddStep(softmax);
    p.Input(wide);
    p.Output(softmax.y);
    const Tensor input = PatternF32(Shape{2, 3, 8}, 7, 3);
    const auto got = Elements<float>(RunOnce(p, {input})[0]);
    const auto at = [&](size_t i, size_t j, size_t c) {
      return std::exp(double(input.as<float>()[(i * 3 + j) * 8 + 2 + c]));
    };
    for (size_t n = 0; n < got.size(); ++n) {
      const size_t i = n / 12, j = n / 4 % 3, c = n % 4;
      double sum = 0;
      for (size_t k = 0; k < (axis == 1 ? 3u : 4u); ++k) {
        sum += axis == 1 ? at(i, k, c) : at(i, j, k);
      }
      EXPECT_NEAR(got[n], at(i, j, c) / sum, 1e-6);
    }
  }
}

TEST(BindSoftmax, WritesCodes) {
  TestProgram p;
  engine::SoftmaxT floats, codes;
  floats.x = codes.x = p.Add("x", DType::F32, {2, 3, 8});
  floats.axis = codes.axis = 2;
  floats.y = p.Add("floats", DType::F32, {2, 3, 8});
  codes.y = p.AddU8("codes", {2, 3, 8}, {0.01f}, {3});
  p.AddStep(floats);
  p.AddStep(codes);
  p.Input(floats.x);
  p.Output(floats.y);
  p.Output(codes.y);
  const auto got = RunOnce(p, {PatternF32(Shape{2, 3, 8}, 7, 3)});
  for (size_t i = 0; i < 48; ++i) {
    EXPECT_EQ(got[1].as<uint8_t>()[i],
              QuantizeU8(got[0].as<float>()[i], 0.01f, 3));
  }
}

TEST(BindLayerNorm, WritesCodesOfAScaleForEachChannel) {
  const std::vector<float> scale = {0.01f, 0.02f, 0.04f};
  const std::vector<int32_t> zero_point = {100, 128, 150};
  TestProgram p;
  engine::LayerNormT floats, codes;
  floats.x = codes.x = p.Add("x", DType::F32, {5, 3});
  floats.scale = codes.scale = p.Constant<float>("scale", 3, 1);
  floats.epsilon = codes.epsilon = 1e-5f;
  floats.y = p.Add("floats", DType::F32, {5, 3});
  codes.y = p.AddU8("codes", {5, 3}, scale, zero_point);
  p.AddStep(floats);
  p.AddStep(codes);
  p.Input(floats.x);
  p.Output(floats.y);
  p.Output(codes.y);
  const auto got = RunOnce(p, {PatternF32(Shape{5, 3})});
  for (size_t i = 0; i < 15; ++i) {
    EXPECT_EQ(
        got[1].as<uint8_t>()[i],
        QuantizeU8(got[0].as<float>()[i], scale[i % 3], zero_point[i % 3]));
  }
}

TEST(BindLayerNorm, NormalizesEachRow) {
  TestProgram p;
  engine::LayerNormT norm;
  norm.x = p.Add("x", DType::F32, {2, 3, 10});
  norm.y = p.Add("y", DType::F32, {2, 3, 10});
  norm.scale = p.Constant<float>("scale", 10, 2);
  norm.bias = p.Constant<float>("bias", 10, 5);
  norm.epsilon = 1e-5f;
  p.AddStep(norm);
  p.Input(norm.x);
  p.Output(norm.y);
  const auto got =
      Elements<float>(RunOnce(p, {PatternF32(Shape{2, 3, 10})})[0]);
  for (size_t row = 0; row < 6; ++row) {
    double mean = 0, square = 0;
    for (size_t i = 0; i < 10; ++i) mean += got[row * 10 + i] / 10;
    for (size_t i = 0; i < 10; ++i) {
      square += std::pow(got[row * 10 + i] - mean, 2) / 10;
    }
    EXPECT_NEAR(mean, 5, 1e-5);
    EXPECT_NEAR(std::sqrt(square), 2, 1e-4);
  }
}

TEST(BindReduce, KeepsAxesOrDropsThem) {
  const std::vector<int64_t> kept = {2, 1, 1, 5}, dropped = {2, 5};
  for (const auto& dims : {kept, dropped}) {
    TestProgram p;
    engine::ReduceT mean;
    mean.x = p.Add("x", DType::F32, {2, 3, 4, 5});
    mean.y = p.Add("y", DType::F32, dims);
    mean.axes = {1, 2};
    p.AddStep(mean);
    p.Input(mean.x);
    p.Output(mean.y);
    const Tensor input = PatternF32(Shape{2, 3, 4, 5});
    const auto got = Elements<float>(RunOnce(p, {input})[0]);
    for (size_t n = 0; n < 10; ++n) {
      float sum = 0;
      for (size_t k = 0; k < 12; ++k) {
        sum += input.as<float>()[(n / 5 * 12 + k) * 5 + n % 5];
      }
      EXPECT_FLOAT_EQ(got[n], sum / 12);
    }
  }
}

TEST(BindReduce, ReducesEverything) {
  TestProgram p;
  engine::ReduceT largest;
  largest.x = p.Add("x", DType::F32, {4, 9});
  largest.y = p.Add("y", DType::F32, {});
  largest.axes = {0, 1};
  largest.op = 2;
  p.AddStep(largest);
  p.Input(largest.x);
  p.Output(largest.y);
  const Tensor input = PatternF32(Shape{4, 9});
  EXPECT_EQ(Elements<float>(RunOnce(p, {input})[0])[0],
            std::ranges::max(input.as<float>()));
}

}  // namespace
}  // namespace octet::runtime
