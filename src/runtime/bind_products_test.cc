// Products of computed matrices and attentions, run by sessions and held
// against plain loops.
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

}  // namespace
}  // namespace octet::runtime
