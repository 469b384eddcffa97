// Convolution and matrix products.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compile/reference/literal_tensors.h"

namespace octet::compile {
namespace {

using ::testing::ElementsAre;

Tensor CountingFloats(const Shape& shape) {
  Tensor tensor(DType::kF32, shape);
  float next = 1;
  for (float& v : tensor.as<float>()) v = next++;
  return tensor;
}

TEST(Conv, SumsAWindowWithPaddingStrideAndDilation) {
  const Tensor x = CountingFloats({1, 4, 4, 1});
  const Tensor w = F32({1, 2, 2, 1}, {1, 10, 100, 1000});
  const Tensor bias = F32({1}, {0.5f});
  const auto y = RunOp(Conv{.strides = {2, 1},
                            .pads = {1, 0, 0, 1},
                            .dilations = {2, 1},
                            .group = 1,
                            .fusion = {}},
                       {&x, &w, &bias});
  ASSERT_TRUE(y.ok()) << y.status().message();
  // Row -1 and row 1; then row 1 and row 3.
  EXPECT_EQ(y->shape(), (Shape{1, 2, 4, 1}));
  EXPECT_THAT(Elements<float>(*y),
              ElementsAre(6500.5f, 7600.5f, 8700.5f, 800.5f,
                          5 + 60 + 1300 + 14000.5f, 6 + 70 + 1400 + 15000.5f,
                          7 + 80 + 1500 + 16000.5f, 8 + 1600.5f));
}

TEST(Conv, KeepsGroupsApart) {
  const Tensor x = F32({1, 1, 1, 4}, {1, 2, 3, 4});
  const Tensor w = F32({4, 1, 1, 2}, {1, 0, 0, 1, 1, 1, 1, -1});
  Conv conv;
  conv.group = 2;
  const auto y = RunOp(conv, {&x, &w, nullptr});
  ASSERT_TRUE(y.ok());
  EXPECT_THAT(Elements<float>(*y), ElementsAre(1, 2, 7, -1));
}

TEST(Conv, AppliesBiasBeforeResidualAfterInThatOrder) {
  const Tensor x = F32({1, 1, 2, 1}, {1, -3});
  const Tensor w = F32({1, 1, 1, 1}, {2});
  const Tensor bias = F32({1}, {1});
  const Tensor residual = F32({1, 1, 2, 1}, {-10, 4});
  Conv conv;
  conv.fusion = {.before = {.kind = FunctionKind::kRelu},
                 .residual = true,
                 .after = {.kind = FunctionKind::kAbs}};
  const auto with_bias = RunOp(conv, {&x, &w, &bias, &residual});
  EXPECT_THAT(Elements<float>(*with_bias), ElementsAre(7, 4));
  const auto without = RunOp(conv, {&x, &w, nullptr, &residual});
  EXPECT_THAT(Elements<float>(*without), ElementsAre(8, 4));
  EXPECT_FALSE(RunOp(conv, {&x, &w, &bias, &bias}).ok());
}

TEST(Conv, SumsInDouble) {
  const Tensor x = F32({1, 1, 1, 3}, {1e8f, 1, -1e8f});
  const Tensor w = F32({1, 1, 1, 3}, {1, 1, 1});
  EXPECT_THAT(Elements<float>(*RunOp(Conv{}, {&x, &w})), ElementsAre(1));
}

TEST(Conv, RefusesWhatDoesNotFit) {
  const Tensor x = CountingFloats({1, 2, 2, 2});
  const Tensor w = CountingFloats({1, 3, 3, 2});
  const Tensor other = CountingFloats({1, 1, 1, 3});
  EXPECT_FALSE(RunOp(Conv{}, {&x, &w}).ok());
  EXPECT_FALSE(RunOp(Conv{}, {&x, &other}).ok());
  Conv conv;
  conv.strides = {0, 1};
  conv.pads = {1, 1, 1, 1};
  EXPECT_FALSE(RunOp(conv, {&x, &w}).ok());
  conv.strides = {1, 1};
  conv.pads = {int64_t{1} << 62, 1, int64_t{1} << 62, 1};
  EXPECT_FALSE(RunOp(conv, {&x, &w}).ok());
}

TEST(MatMul, BroadcastsBatches) {
  const Tensor a = CountingFloats({2, 1, 2});
  const Tensor b = F32({2, 2}, {1, 10, 100, 1000});
  const auto y = RunOp(MatMul{}, {&a, &b});
  ASSERT_TRUE(y.ok());
  EXPECT_EQ(y->shape(), (Shape{2, 1, 2}));
  EXPECT_THAT(Elements<float>(*y), ElementsAre(201, 2010, 403, 4030));
}

TEST(MatMul, TakesVectorsAsNumpyDoes) {
  const Tensor v = F32({2}, {1, 2});
  const Tensor m = F32({2, 3}, {1, 2, 3, 4, 5, 6});
  const auto row = RunOp(MatMul{}, {&v, &m});
  EXPECT_EQ(row->shape(), (Shape{3}));
  EXPECT_THAT(Elements<float>(*row), ElementsAre(9, 12, 15));
  const auto dot = RunOp(MatMul{}, {&v, &v});
  EXPECT_EQ(dot->shape(), (Shape{}));
  EXPECT_THAT(Elements<float>(*dot), ElementsAre(5));
}

TEST(MatMul, AddsBiasAndResidual) {
  const Tensor a = F32({1, 2}, {1, 2});
  const Tensor b = F32({2, 1}, {3, 4});
  const Tensor bias = F32({1}, {-20});
  const Tensor residual = F32({1, 1}, {7});
  const MatMul op{.fusion = {.before = {.kind = FunctionKind::kRelu},
                             .residual = true,
                             .after = {}}};
  EXPECT_THAT(Elements<float>(*RunOp(op, {&a, &b, &bias, &residual})),
              ElementsAre(7));
}

TEST(Attention, IsTwoProductsAndASoftmax) {
  const Tensor a = CountingFloats(Shape{2, 3, 4});
  const Tensor b = CountingFloats(Shape{2, 4, 5});
  const Tensor c = CountingFloats(Shape{2, 5, 6});
  const Tensor mask = CountingFloats(Shape{1, 1, 5});
  MatMul scores;
  scores.fusion.residual = true;
  const auto sums = RunOp(scores, {&a, &b, nullptr, &mask});
  ASSERT_TRUE(sums.ok()) << sums.status().message();
  const auto shares = RunOp(Softmax{.axis = 2}, {&*sums});
  ASSERT_TRUE(shares.ok());
  const auto want = RunOp(MatMul{}, {&*shares, &c});
  const auto got = RunOp(Attention{}, {&a, &b, &c, &mask});
  ASSERT_TRUE(want.ok() && got.ok());
  ASSERT_EQ(got->shape(), want->shape());
  for (size_t i = 0; i < got->as<float>().size(); ++i) {
    EXPECT_EQ(got->as<float>()[i], want->as<float>()[i]);
  }
  EXPECT_FALSE(RunOp(Attention{}, {&a, &b}).ok());
}

TEST(MatMul, RefusesWhatDoesNotFit) {
  const Tensor a = F32({2, 3}, {});
  EXPECT_FALSE(RunOp(MatMul{}, {&a, &a}).ok());
  const Tensor scalar = F32({}, {1});
  EXPECT_FALSE(RunOp(MatMul{}, {&scalar, &a}).ok());
  const Tensor n = S64({3, 2}, {});
  EXPECT_EQ(RunOp(MatMul{}, {&n, &n}).status().code(), Code::kUnsupported);
}

}  // namespace
}  // namespace octet::compile
