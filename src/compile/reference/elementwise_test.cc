#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "compile/reference/literal_tensors.h"

namespace octet::compile {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Unary, RoundsOnceAtTheEnd) {
  const Tensor x = F32({3}, {-1, 0.5f, 2});
  const auto y = RunOp(Unary{{.kind = FunctionKind::kSilu}}, {&x});
  ASSERT_TRUE(y.ok());
  for (size_t i = 0; i < 3; ++i) {
    const double v = x.as<float>()[i];
    EXPECT_EQ(y->as<float>()[i], float(v / (1 + std::exp(-v))));
  }
}

TEST(Unary, HoldsForIntegersWhereItCan) {
  const Tensor x = S64({3}, {-3, 0, 12});
  const auto clipped =
      RunOp(Unary{{.kind = FunctionKind::kClip, .alpha = -1.5f, .beta = 1e30f}},
            {&x});
  EXPECT_THAT(Elements<int64_t>(*clipped), ElementsAre(-1, 0, 12));
  const auto inside_out =
      RunOp(Unary{{.kind = FunctionKind::kClip, .alpha = 2, .beta = -1}}, {&x});
  EXPECT_THAT(Elements<int64_t>(*inside_out), ElementsAre(-1, -1, -1));
  const auto negated = RunOp(Unary{{.kind = FunctionKind::kNeg}}, {&x});
  EXPECT_THAT(Elements<int64_t>(*negated), ElementsAre(3, 0, -12));
  const auto exp = RunOp(Unary{{.kind = FunctionKind::kExp}}, {&x});
  EXPECT_EQ(exp.status().code(), Code::kUnsupported);
}

TEST(Binary, BroadcastsBothWays) {
  const Tensor a = F32({2, 1, 2}, {1, 2, 3, 4});
  const Tensor b = F32({3, 1}, {10, 20, 30});
  const auto y = RunOp(Binary{.op = BinaryOp::kSub, .after = {}}, {&b, &a});
  ASSERT_TRUE(y.ok());
  EXPECT_EQ(y->shape(), (Shape{2, 3, 2}));
  EXPECT_THAT(Elements<float>(*y),
              ElementsAre(9, 8, 19, 18, 29, 28, 7, 6, 17, 16, 27, 26));
}

TEST(Binary, AppliesTheFunctionAfterIt) {
  const Tensor a = F32({2}, {1, -5});
  const auto y = RunOp(
      Binary{.op = BinaryOp::kAdd, .after = {.kind = FunctionKind::kRelu}},
      {&a, &a});
  EXPECT_THAT(Elements<float>(*y), ElementsAre(2, 0));
}

TEST(Binary, DividesIntegersAsProcessorsDo) {
  constexpr int64_t kLowest = std::numeric_limits<int64_t>::min();
  const Tensor a = S64({3}, {-7, 7, kLowest});
  const Tensor b = S64({3}, {2, -2, -1});
  const auto y = RunOp(Binary{.op = BinaryOp::kDiv, .after = {}}, {&a, &b});
  EXPECT_THAT(Elements<int64_t>(*y), ElementsAre(-3, -3, kLowest));
}

TEST(Binary, RefusesIntegerDivisionByZero) {
  const Tensor a = S64({2}, {1, 1});
  const Tensor b = S64({2}, {1, 0});
  const auto y = RunOp(Binary{.op = BinaryOp::kDiv, .after = {}}, {&a, &b});
  EXPECT_EQ(y.status().code(), Code::kBadInput);
  EXPECT_THAT(y.status().message(), HasSubstr("node 'node' (Binary)"));
}

TEST(Binary, RaisesIntegersToPowersThatWrap) {
  const Tensor a = S64({5}, {2, -3, -1, 0, 10});
  const Tensor b = S64({5}, {62, 3, -1, -5, 64});
  const auto y = RunOp(Binary{.op = BinaryOp::kPow, .after = {}}, {&a, &b});
  EXPECT_THAT(Elements<int64_t>(*y),
              ElementsAre(int64_t{1} << 62, -27, -1, 0, 0));
}

TEST(Binary, ComparesToBool) {
  const Tensor a = F32({3}, {1, 2, NAN});
  const Tensor b = F32({1}, {2});
  const auto less = RunOp(Binary{.op = BinaryOp::kLess, .after = {}}, {&a, &b});
  EXPECT_EQ(less->dtype(), DType::kBool);
  EXPECT_THAT(Elements<uint8_t>(*less), ElementsAre(1, 0, 0));
  const auto both =
      RunOp(Binary{.op = BinaryOp::kAnd, .after = {}}, {&*less, &*less});
  EXPECT_THAT(Elements<uint8_t>(*both), ElementsAre(1, 0, 0));
}

TEST(Binary, PassesNanThroughMinAndMax) {
  const Tensor a = F32({2}, {NAN, 1});
  const Tensor b = F32({2}, {1, NAN});
  for (BinaryOp op : {BinaryOp::kMin, BinaryOp::kMax}) {
    const auto y = RunOp(Binary{.op = op, .after = {}}, {&a, &b});
    EXPECT_TRUE(std::isnan(y->as<float>()[0]));
    EXPECT_TRUE(std::isnan(y->as<float>()[1]));
  }
}

TEST(Binary, RefusesOperandsThatDoNotFit) {
  const Tensor a = F32({2}, {1, 2});
  const Tensor b = F32({3}, {1, 2, 3});
  const Tensor c = S64({2}, {1, 2});
  EXPECT_FALSE(RunOp(Binary{}, {&a, &b}).ok());
  EXPECT_FALSE(RunOp(Binary{}, {&a, &c}).ok());
  EXPECT_FALSE(RunOp(Binary{}, {&a}).ok());
  EXPECT_FALSE(RunOp(Binary{}, {&a, nullptr}).ok());
}

TEST(Binary, RefusesABroadcastThatIsTooLarge) {
  const Tensor a = F32({65536, 1}, {});
  const Tensor b = F32({1, 65536}, {});
  EXPECT_EQ(RunOp(Binary{}, {&a, &b}).status().code(), Code::kBadInput);
}

TEST(Cast, TruncatesAndWraps) {
  const Tensor x = F32({3}, {1.9f, -1.9f, 300});
  const auto u8 = RunOp(Cast{.to = DType::kU8}, {&x});
  EXPECT_THAT(Elements<uint8_t>(*u8), ElementsAre(1, 0, 255));
  const Tensor n = S64({2}, {257, -1});
  const auto wrapped = RunOp(Cast{.to = DType::kU8}, {&n});
  EXPECT_THAT(Elements<uint8_t>(*wrapped), ElementsAre(1, 255));
  const auto boolean = RunOp(Cast{.to = DType::kBool}, {&x});
  EXPECT_THAT(Elements<uint8_t>(*boolean), ElementsAre(1, 1, 1));
}

TEST(Where, ChoosesElementByElement) {
  const Tensor condition = Bools({2, 1}, {1, 0});
  const Tensor x = F32({2}, {1, 2});
  const Tensor y = F32({}, {9});
  const auto z = RunOp(Where{}, {&condition, &x, &y});
  ASSERT_TRUE(z.ok());
  EXPECT_EQ(z->shape(), (Shape{2, 2}));
  EXPECT_THAT(Elements<float>(*z), ElementsAre(1, 2, 9, 9));
  EXPECT_FALSE(RunOp(Where{}, {&x, &x, &y}).ok());
}

}  // namespace
}  // namespace octet::compile
