#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "compile/reference/literal_tensors.h"

namespace octet::compile {
namespace {

using ::testing::ElementsAre;
using ::testing::FloatNear;

const Tensor& Cube() {
  static const Tensor cube = F32({2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8});
  return cube;
}

TEST(Reduce, KnowsEveryKind) {
  const auto run = [](ReduceOp op) {
    return Elements<float>(*RunOp(
        Reduce{.op = op, .axes = {0, 2}, .keep_dims = false}, {&Cube()}));
  };
  EXPECT_THAT(run(ReduceOp::kSum), ElementsAre(14, 22));
  EXPECT_THAT(run(ReduceOp::kMean), ElementsAre(3.5f, 5.5f));
  EXPECT_THAT(run(ReduceOp::kMax), ElementsAre(6, 8));
  EXPECT_THAT(run(ReduceOp::kMin), ElementsAre(1, 3));
  EXPECT_THAT(run(ReduceOp::kProd), ElementsAre(60, 672));
  EXPECT_THAT(run(ReduceOp::kSumSquare), ElementsAre(66, 138));
}

TEST(Reduce, KeepsAxesWhenAsked) {
  const auto y = RunOp(
      Reduce{.op = ReduceOp::kSum, .axes = {1}, .keep_dims = true}, {&Cube()});
  EXPECT_EQ(y->shape(), (Shape{2, 1, 2}));
  EXPECT_THAT(Elements<float>(*y), ElementsAre(4, 6, 12, 14));
}

TEST(Reduce, TakesItsAxesFromAnInput) {
  const Tensor axes = S64({1}, {-1});
  const auto y =
      RunOp(Reduce{.op = ReduceOp::kMax, .axes = {}, .keep_dims = false},
            {&Cube(), &axes});
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_THAT(Elements<float>(*y), ElementsAre(2, 4, 6, 8));
}

TEST(Reduce, IsExactForIntegers) {
  const Tensor x = S64({3}, {int64_t{1} << 60, 1, -(int64_t{1} << 60)});
  const auto y = RunOp(
      Reduce{.op = ReduceOp::kSum, .axes = {0}, .keep_dims = false}, {&x});
  EXPECT_THAT(Elements<int64_t>(*y), ElementsAre(1));
}

TEST(Reduce, RefusesAnAxisThatIsNotThere) {
  const Reduce op{.op = ReduceOp::kSum, .axes = {3}, .keep_dims = true};
  EXPECT_FALSE(RunOp(op, {&Cube()}).ok());
}

TEST(Softmax, SumsToOneAlongTheAxisAndDoesNotOverflow) {
  const Tensor x = F32({2, 2}, {1000, 1, 1000, 2});
  const auto down = RunOp(Softmax{.axis = 0}, {&x});
  EXPECT_THAT(Elements<float>(*down),
              ElementsAre(0.5f, FloatNear(0.268941f, 1e-6f), 0.5f,
                          FloatNear(0.731059f, 1e-6f)));
  const auto across = RunOp(Softmax{.axis = -1}, {&x});
  EXPECT_THAT(Elements<float>(*across), ElementsAre(1, 0, 1, 0));
}

TEST(LayerNorm, NormalizesTheLastAxes) {
  const Tensor x = F32({2, 2}, {1, 3, -5, -5});
  const Tensor scale = F32({2}, {1, 2});
  const Tensor bias = F32({2}, {0, 10});
  const auto y =
      RunOp(LayerNorm{.axis = -1, .epsilon = 0}, {&x, &scale, &bias});
  EXPECT_EQ(y->as<float>()[0], -1);
  EXPECT_EQ(y->as<float>()[1], 12);
  const auto all = RunOp(LayerNorm{.axis = 0, .epsilon = 1e-5f}, {&x, &scale});
  EXPECT_EQ(all.status().code(), Code::kBadInput);
  const auto without =
      RunOp(LayerNorm{.axis = 1, .epsilon = 1e-5f}, {&x, &scale, nullptr});
  EXPECT_THAT(Elements<float>(*without),
              ElementsAre(FloatNear(-1, 1e-4f), FloatNear(2, 1e-4f), 0, 0));
}

}  // namespace
}  // namespace octet::compile
