#include "engine/in_place.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/testing/test_program.h"

namespace octet::engine {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

UnaryF32T Unary(int x, int y) {
  UnaryF32T step;
  step.x = x;
  step.y = y;
  return step;
}

BinaryF32T Add(int a, int b, int y) {
  BinaryF32T step;
  step.a = a;
  step.b = b;
  step.y = y;
  return step;
}

TEST(InPlaceOf, NamesTheOperandsThatLieAsTheOutputDoes) {
  TestProgram p;
  const int a = p.Add("a", DType::F32, {4, 16});
  const int row = p.Add("row", DType::F32, {16});
  const int wide = p.Add("wide", DType::F32, {4, 32});
  const int part = p.AddChannels("part", wide, 0, 16);
  const int y = p.Add("y", DType::F32, {4, 16});
  const int c = p.Constant("c", std::vector<float>(64));
  p.value(c).dims = {4, 16};
  p.value(c).pixel_stride = 16;
  const auto of = [&](auto step) {
    const Reads found = InPlaceOf(p.profile(), p.AddStep(std::move(step)));
    return std::vector<int>(found.begin(), found.end());
  };
  EXPECT_THAT(of(Unary(a, y)), ElementsAre(a));
  EXPECT_THAT(of(Add(a, a, y)), ElementsAre(a, a));
  // One that is broadcast, one with gaps, a constant.
  EXPECT_THAT(of(Add(a, row, y)), ElementsAre(a));
  EXPECT_THAT(of(Add(part, a, y)), ElementsAre(a));
  EXPECT_THAT(of(Add(part, row, y)), IsEmpty());
  EXPECT_THAT(of(Unary(c, y)), IsEmpty());
  // A sum on top of a convolution, but not where that reads the same value.
  ConvF32T conv;
  conv.x = c;
  conv.y = y;
  conv.residual = a;
  EXPECT_THAT(of(ConvF32T(conv)), ElementsAre(a));
  conv.x = a;
  EXPECT_THAT(of(ConvF32T(conv)), IsEmpty());
  // Whatever function comes before the sum.
  conv.x = c;
  conv.before = FromFunction({FunctionKind::kSilu});
  EXPECT_THAT(of(ConvF32T(conv)), ElementsAre(a));
  // Nothing is promised of a copy.
  CastT cast;
  cast.x = a;
  cast.y = y;
  EXPECT_THAT(of(std::move(cast)), IsEmpty());
}

}  // namespace
}  // namespace octet::engine
