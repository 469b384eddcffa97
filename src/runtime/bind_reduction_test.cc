// Steps that gather many elements into one, run by sessions and held against
// plain loops.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/half.h"
#include "runtime/testing/run_program.h"

namespace octet::runtime {
namespace {

using engine::DType;
using engine::TestProgram;

TEST(BindMatMulF32, RepeatsBatchesOfEitherOperand) {
  TestProgram p;
  engine::MatMulF32T product;
  product.a = p.Add("a", DType::F32, {2, 1, 3, 4});
  product.b = p.Add("b", DType::F32, {5, 4, 2});
  product.y = p.Add("y", DType::F32, {2, 5, 3, 2});
  product.bias = p.Constant("bias", std::vector<float>{10, 20});
  p.Input(product.a);
  p.Input(product.b);
  p.Output(product.y);
  p.AddStep(std::move(product));
  const Tensor a = PatternF32(Shape{2, 1, 3, 4});
  const Tensor b = PatternF32(Shape{5, 4, 2}, 17, 8);
  const auto got = Elements<float>(RunOnce(p, {a, b})[0]);
  for (size_t n = 0; n < got.size(); ++n) {
    const size_t i = n / 30, j = n / 6 % 5, row = n / 2 % 3, column = n % 2;
    float want = column == 0 ? 10 : 20;
    for (size_t k = 0; k < 4; ++k) {
      want += a.as<float>()[(i * 3 + row) * 4 + k] *
              b.as<float>()[(j * 4 + k) * 2 + column];
    }
    EXPECT_EQ(got[n], want) << n;
  }
}

// Two heads of three: a [rows, heads, 3] by b [keys, heads, 3] transposed, and
// a mask; heads are the middle axis of y too.
TEST(BindMatMulF32, TakesHeadsWhereTheyLie) {
  TestProgram p;
  engine::MatMulF32T scores;
  scores.a = p.Add("a", DType::F32, {4, 2, 3});
  scores.a_perm = {1, 0, 2};
  scores.b = p.Add("b", DType::F32, {5, 2, 3});
  scores.b_perm = {1, 2, 0};
  scores.y = p.Add("y", DType::F32, {4, 2, 5});
  scores.y_perm = {1, 0, 2};
  scores.residual = p.Constant("mask", std::vector<float>{0, 1, 2, 3, 4});
  scores.after = engine::FromFunction({FunctionKind::kRelu});
  p.Input(scores.a);
  p.Input(scores.b);
  p.Output(scores.y);
  p.AddStep(std::move(scores));
  const Tensor a = PatternF32(Shape{4, 2, 3});
  const Tensor b = PatternF32(Shape{5, 2, 3}, 17, 8);
  const auto got = Elements<float>(RunOnce(p, {a, b})[0]);
  for (size_t n = 0; n < got.size(); ++n) {
    const size_t row = n / 10, head = n / 5 % 2, column = n % 5;
    float want = 0;
    for (size_t k = 0; k < 3; ++k) {
      want += a.as<float>()[(row * 2 + head) * 3 + k] *
              b.as<float>()[(column * 2 + head) * 3 + k];
    }
    EXPECT_EQ(got[n], std::max(0.0f, want + float(column))) << n;
  }
}

TEST(BindAttentionF32, WeighsTheValuesOfEachHead) {
  TestProgram p;
  engine::AttentionF32T attention;
  attention.a = p.Add("a", DType::F32, {4, 2, 3});
  attention.a_perm = {1, 0, 2};
  attention.b = p.Add("b", DType::F32, {5, 2, 3});
  attention.b_perm = {1, 2, 0};
  attention.c = p.Add("c", DType::F32, {5, 2, 6});
  attention.c_perm = {1, 0, 2};
  attention.y = p.Add("y", DType::F32, {4, 2, 6});
  attention.y_perm = {1, 0, 2};
  const std::vector<float> mask = {0, -1, -100, 2, 1};
  attention.residual = p.Constant("mask", mask);
  p.Input(attention.a);
  p.Input(attention.b);
  p.Input(attention.c);
  p.Output(attention.y);
  p.AddStep(std::move(attention));
  const Tensor a = PatternF32(Shape{4, 2, 3}), b = PatternF32(Shape{5, 2, 3});
  const Tensor c = PatternF32(Shape{5, 2, 6}, 17, 8);
  const auto got = Elements<float>(RunOnce(p, {a, b, c})[0]);
  for (size_t n = 0; n < got.size(); ++n) {
    const size_t row = n / 12, head = n / 6 % 2, column = n % 6;
    double total = 0, sum = 0;
    for (size_t key = 0; key < 5; ++key) {
      double score = mask[key];
      for (size_t k = 0; k < 3; ++k) {
        score += double(a.as<float>()[(row * 2 + head) * 3 + k]) *
                 b.as<float>()[(key * 2 + head) * 3 + k];
      }
      total += std::exp(score);
      sum += std::exp(score) * c.as<float>()[(key * 2 + head) * 6 + column];
    }
    EXPECT_NEAR(got[n], sum / total, 1e-4) << n;
  }
}

// `count` codes from `first` on, over and over.
Tensor Codes(const Shape& shape, int factor, int first, int count) {
  Tensor made(octet::DType::kU8, shape);
  for (size_t i = 0; i < made.as<uint8_t>().size(); ++i) {
    made.as<uint8_t>()[i] = uint8_t(first + int(i) * factor % count);
  }
  return made;
}

TEST(BindAttentionU8, WeighsTheCodesOfEachHead) {
  TestProgram p;
  engine::AttentionU8T attention;
  attention.a = p.AddU8("a", {4, 2, 3}, {0.25f}, {100});
  attention.a_perm = {1, 0, 2};
  attention.b = p.AddU8("b", {5, 2, 3}, {0.125f}, {130});
  attention.b_perm = {1, 2, 0};
  attention.c = p.AddU8("c", {5, 2, 6}, {0.5f}, {7});
  attention.c_perm = {1, 0, 2};
  attention.y = p.AddU8("y", {4, 2, 6}, {0.75f}, {20});
  attention.y_perm = {1, 0, 2};
  const std::vector<float> mask = {0, -1, -100, 2, 1};
  attention.residual = p.Constant("mask", mask);
  p.Input(attention.a);
  p.Input(attention.b);
  p.Input(attention.c);
  p.Output(attention.y);
  p.AddStep(std::move(attention));
  const Tensor a = Codes(Shape{4, 2, 3}, 5, 96, 9);
  const Tensor b = Codes(Shape{5, 2, 3}, 7, 124, 11);
  const Tensor c = Codes(Shape{5, 2, 6}, 37, 0, 251);
  const auto got = Elements<uint8_t>(RunOnce(p, {a, b, c})[0]);
  for (size_t n = 0; n < got.size(); ++n) {
    const size_t row = n / 12, head = n / 6 % 2, column = n % 6;
    double total = 0, sum = 0;
    for (size_t key = 0; key < 5; ++key) {
      double score = mask[key];
      for (size_t k = 0; k < 3; ++k) {
        score += (a.as<uint8_t>()[(row * 2 + head) * 3 + k] - 100) * 0.25 *
                 (b.as<uint8_t>()[(key * 2 + head) * 3 + k] - 130) * 0.125;
      }
      total += std::exp(score);
      sum += std::exp(score) *
             (c.as<uint8_t>()[(key * 2 + head) * 6 + column] - 7) * 0.5;
    }
    EXPECT_NEAR(got[n], sum / total / 0.75 + 20, 1.5) << n;
  }
}

// Whole numbers over 8, exact in both formats.
Tensor Halves(octet::DType dtype, const Shape& shape, size_t factor) {
  Tensor made(dtype, shape);
  for (size_t i = 0; i < made.as<uint16_t>().size(); ++i) {
    made.as<uint16_t>()[i] = octet::BitsOf(*octet::HalfFormatOf(dtype),
                                           (double(i * factor % 11) - 5) / 8);
  }
  return made;
}

double RealAt(const Tensor& halves, size_t i) {
  return octet::RealOf(*octet::HalfFormatOf(halves.dtype()),
                       halves.as<uint16_t>()[i]);
}

TEST(BindAttentionHalf, WeighsTheHalvesOfEachHead) {
  for (const auto& [dtype, half] : {std::pair{DType::F16, octet::DType::kF16},
                                    {DType::BF16, octet::DType::kBF16}}) {
    TestProgram p;
    engine::AttentionHalfT attention;
    attention.a = p.Add("a", dtype, {4, 2, 3});
    attention.a_perm = {1, 0, 2};
    attention.b = p.Add("b", dtype, {5, 2, 3});
    attention.b_perm = {1, 2, 0};
    attention.c = p.Add("c", dtype, {5, 2, 6});
    attention.c_perm = {1, 0, 2};
    attention.y = p.Add("y", dtype, {4, 2, 6});
    attention.y_perm = {1, 0, 2};
    const std::vector<float> mask = {0, -1, -100, 2, 1};
    attention.residual = p.Constant("mask", mask);
    p.Input(attention.a);
    p.Input(attention.b);
    p.Input(attention.c);
    p.Output(attention.y);
    p.AddStep(std::move(attention));
    const Tensor a = Halves(half, Shape{4, 2, 3}, 5);
    const Tensor b = Halves(half, Shape{5, 2, 3}, 7);
    const Tensor c = Halves(half, Shape{5, 2, 6}, 3);
    const std::vector<Tensor> outputs = RunOnce(p, {a, b, c});
    for (size_t n = 0; n < 48; ++n) {
      const size_t row = n / 12, head = n / 6 % 2, column = n % 6;
      double total = 0, sum = 0;
      for (size_t key = 0; key < 5; ++key) {
        double score = mask[key];
        for (size_t k = 0; k < 3; ++k) {
          score += RealAt(a, (row * 2 + head) * 3 + k) *
                   RealAt(b, (key * 2 + head) * 3 + k);
        }
        total += std::exp(score);
        sum += std::exp(score) * RealAt(c, (key * 2 + head) * 6 + column);
      }
      EXPECT_NEAR(RealAt(outputs[0], n), sum / total, 5e-3) << n;
    }
  }
}

TEST(BindMatMulU8, TakesHeadsWhereTheyLie) {
  TestProgram p;
  engine::MatMulU8T scores;
  scores.a = p.AddU8("a", {4, 2, 3}, {0.3f}, {100});
  scores.a_perm = {1, 0, 2};
  scores.b = p.AddU8("b", {5, 2, 3}, {0.7f}, {130});
  scores.b_perm = {1, 2, 0};
  scores.y = p.AddU8("y", {4, 2, 5}, {11.1f}, {20});
  scores.y_perm = {1, 0, 2};
  p.Input(scores.a);
  p.Input(scores.b);
  p.Output(scores.y);
  p.AddStep(std::move(scores));
  const Tensor a = Codes(Shape{4, 2, 3}, 37, 60, 97);
  const Tensor b = Codes(Shape{5, 2, 3}, 41, 90, 89);
  const auto got = Elements<uint8_t>(RunOnce(p, {a, b})[0]);
  for (size_t n = 0; n < got.size(); ++n) {
    const size_t row = n / 10, head = n / 5 % 2, column = n % 5;
    int sum = 0;
    for (size_t k = 0; k < 3; ++k) {
      sum += (a.as<uint8_t>()[(row * 2 + head) * 3 + k] - 100) *
             (b.as<uint8_t>()[(column * 2 + head) * 3 + k] - 130);
    }
    const float scale = 0.3f * 0.7f / 11.1f;
    const float code = std::nearbyint(float(sum) * scale) + 20;
    EXPECT_EQ(got[n], std::clamp(code, 0.0f, 255.0f)) << n;
  }
}

TEST(BindMatMulU8, RepeatsBatchesOfEitherOperand) {
  TestProgram p;
  engine::MatMulU8T product;
  product.a = p.AddU8("a", {2, 1, 3, 4}, {0.5f}, {7});
  product.b = p.AddU8("b", {5, 4, 2}, {0.25f}, {9});
  product.y = p.AddU8("y", {2, 5, 3, 2}, {1.0f}, {30});
  p.Input(product.a);
  p.Input(product.b);
  p.Output(product.y);
  p.AddStep(std::move(product));
  const Tensor a = Codes(Shape{2, 1, 3, 4}, 5, 0, 23);
  const Tensor b = Codes(Shape{5, 4, 2}, 7, 0, 19);
  const auto got = Elements<uint8_t>(RunOnce(p, {a, b})[0]);
  for (size_t n = 0; n < got.size(); ++n) {
    const size_t i = n / 30, j = n / 6 % 5, row = n / 2 % 3, column = n % 2;
    int sum = 0;
    for (size_t k = 0; k < 4; ++k) {
      sum += (a.as<uint8_t>()[(i * 3 + row) * 4 + k] - 7) *
             (b.as<uint8_t>()[(j * 4 + k) * 2 + column] - 9);
    }
    const float code = std::nearbyint(float(sum) * 0.125f) + 30;
    EXPECT_EQ(got[n], std::clamp(code, 0.0f, 255.0f)) << n;
  }
}

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
