#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "compile/reference/literal_tensors.h"

namespace octet::compile {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;

constexpr int64_t kMost = std::numeric_limits<int64_t>::max();

const Tensor& Matrix() {
  static const Tensor matrix = S64({2, 3}, {0, 1, 2, 10, 11, 12});
  return matrix;
}

std::vector<int64_t> Moved(Op op, std::vector<const Tensor*> inputs) {
  const auto y = RunOp(std::move(op), std::move(inputs));
  EXPECT_TRUE(y.ok()) << y.status().message();
  return y.ok() ? Elements<int64_t>(*y) : std::vector<int64_t>{};
}

bool Refuses(Op op, std::vector<const Tensor*> inputs) {
  return RunOp(std::move(op), std::move(inputs)).status().code() ==
         Code::kBadInput;
}

TEST(Concat, JoinsAlongAnyAxis) {
  EXPECT_THAT(Moved(Concat{.axis = 0}, {&Matrix(), &Matrix()}),
              ElementsAre(0, 1, 2, 10, 11, 12, 0, 1, 2, 10, 11, 12));
  const Tensor column = S64({2, 1}, {7, 17});
  EXPECT_THAT(Moved(Concat{.axis = -1}, {&Matrix(), &column}),
              ElementsAre(0, 1, 2, 7, 10, 11, 12, 17));
  EXPECT_TRUE(Refuses(Concat{.axis = 0}, {&Matrix(), &column}));
  EXPECT_TRUE(Refuses(Concat{.axis = 0}, {}));
}

TEST(Slice, StepsForwardsAndBackwards) {
  EXPECT_THAT(Moved(Slice{.starts = {0, 2}, .sizes = {-1, 2}, .steps = {1, -2}},
                    {&Matrix()}),
              ElementsAre(2, 0, 12, 10));
  EXPECT_TRUE(Refuses(Slice{.starts = {0, 2}, .sizes = {2, 2}, .steps = {1, 1}},
                      {&Matrix()}));
  EXPECT_TRUE(Refuses(Slice{.starts = {0, 0}, .sizes = {2, 2}, .steps = {1, 0}},
                      {&Matrix()}));
  EXPECT_TRUE(
      Refuses(Slice{.starts = {0, 0}, .sizes = {2, kMost}, .steps = {1, kMost}},
              {&Matrix()}));
}

TEST(Slice, TakesItsBoundsFromInputs) {
  const Tensor starts = S64({1}, {-1});
  const Tensor ends = S64({1}, {kMost});
  const Tensor axes = S64({1}, {1});
  EXPECT_THAT(Moved(Slice{}, {&Matrix(), &starts, &ends, &axes}),
              ElementsAre(2, 12));
}

TEST(Pad, FillsReflectsAndRepeats) {
  const Tensor x = S64({3}, {1, 2, 3});
  const auto pad = [&](PadMode mode, int64_t before, int64_t after) {
    return Moved(
        Pad{.mode = mode, .before = {before}, .after = {after}, .value = 9},
        {&x});
  };
  EXPECT_THAT(pad(PadMode::kConstant, 1, 2), ElementsAre(9, 1, 2, 3, 9, 9));
  EXPECT_THAT(pad(PadMode::kEdge, 1, 2), ElementsAre(1, 1, 2, 3, 3, 3));
  EXPECT_THAT(pad(PadMode::kReflect, 2, 2), ElementsAre(3, 2, 1, 2, 3, 2, 1));
  EXPECT_THAT(pad(PadMode::kConstant, -1, -1), ElementsAre(2));
}

TEST(Pad, RefusesAmountsThatOverflow) {
  for (int64_t amount : {kMost, -kMost, std::numeric_limits<int64_t>::min(),
                         int64_t{1} << 40, int64_t{-7}}) {
    const Pad op{.mode = PadMode::kConstant,
                 .before = {amount, 0},
                 .after = {0, 0},
                 .value = 0};
    EXPECT_TRUE(Refuses(op, {&Matrix()})) << amount;
  }
}

TEST(Transpose, PermutesAxes) {
  EXPECT_THAT(Moved(Transpose{.perm = {1, 0}}, {&Matrix()}),
              ElementsAre(0, 10, 1, 11, 2, 12));
  EXPECT_TRUE(Refuses(Transpose{.perm = {0, 0}}, {&Matrix()}));
  EXPECT_TRUE(Refuses(Transpose{.perm = {0, 2}}, {&Matrix()}));
}

TEST(Reshape, FillsInWhatIsOpen) {
  const auto y = RunOp(Reshape{.dims = {0, -1, 1}}, {&Matrix()});
  EXPECT_EQ(y->shape(), (Shape{2, 3, 1}));
  const Tensor shape = S64({2}, {3, -1});
  EXPECT_EQ(RunOp(Reshape{}, {&Matrix(), &shape})->shape(), (Shape{3, 2}));
  EXPECT_TRUE(Refuses(Reshape{.dims = {4, -1}}, {&Matrix()}));
  EXPECT_TRUE(Refuses(Reshape{.dims = {7}}, {&Matrix()}));
  EXPECT_TRUE(Refuses(Reshape{.dims = {-1, -1}}, {&Matrix()}));
  EXPECT_TRUE(Refuses(Reshape{.dims = {kMost, kMost, -1}}, {&Matrix()}));
}

TEST(Gather, TakesIndicesOfAnyShape) {
  const Tensor indices = S64({2, 2}, {0, -1, 2, 1});
  const auto y = RunOp(Gather{.axis = 1}, {&Matrix(), &indices});
  EXPECT_EQ(y->shape(), (Shape{2, 2, 2}));
  EXPECT_THAT(Elements<int64_t>(*y), ElementsAre(0, 2, 2, 1, 10, 12, 12, 11));
  const Tensor one = S64({}, {1});
  EXPECT_THAT(Moved(Gather{.axis = 0}, {&Matrix(), &one}),
              ElementsAre(10, 11, 12));
  const Tensor beyond = S64({1}, {3});
  EXPECT_TRUE(Refuses(Gather{.axis = 1}, {&Matrix(), &beyond}));
}

TEST(Expand, RepeatsAxesOfOne) {
  const Tensor x = S64({2, 1}, {1, 2});
  EXPECT_THAT(Moved(Expand{.dims = {2, 1, 2}}, {&x}),
              ElementsAre(1, 1, 2, 2, 1, 1, 2, 2));
  EXPECT_TRUE(Refuses(Expand{.dims = {3, 1}}, {&x}));
  EXPECT_TRUE(Refuses(Expand{.dims = {int64_t{1} << 30, 1, 1}}, {&x}));
}

TEST(Tile, RepeatsTheWhole) {
  EXPECT_THAT(Moved(Tile{.repeats = {1, 2}}, {&Matrix()}),
              ElementsAre(0, 1, 2, 0, 1, 2, 10, 11, 12, 10, 11, 12));
  EXPECT_TRUE(Refuses(Tile{.repeats = {1, kMost}}, {&Matrix()}));
  EXPECT_TRUE(Refuses(Tile{.repeats = {-1, 1}}, {&Matrix()}));
}

TEST(ShapeOf, TakesARangeOfAxes) {
  EXPECT_THAT(Moved(ShapeOf{}, {&Matrix()}), ElementsAre(2, 3));
  EXPECT_THAT(Moved(ShapeOf{.start = -1, .end = 99}, {&Matrix()}),
              ElementsAre(3));
}

TEST(ConstantOfShape, Fills) {
  const Tensor shape = S64({2}, {1, 2});
  const ConstantOfShape op{.value = 3, .dtype = DType::kS64};
  EXPECT_THAT(Moved(op, {&shape}), ElementsAre(3, 3));
  const Tensor huge = S64({2}, {kMost, 2});
  EXPECT_TRUE(Refuses(op, {&huge}));
}

TEST(Range, CountsUpAndDown) {
  const auto range = [](int64_t start, int64_t limit, int64_t delta) {
    const Tensor a = S64({}, {start}), b = S64({}, {limit}),
                 c = S64({}, {delta});
    return Moved(RangeOp{}, {&a, &b, &c});
  };
  EXPECT_THAT(range(1, 6, 2), ElementsAre(1, 3, 5));
  EXPECT_THAT(range(3, 0, -2), ElementsAre(3, 1));
  EXPECT_THAT(range(3, 0, 1), ElementsAreArray(std::vector<int64_t>{}));
  const Tensor zero = S64({}, {0}), limit = S64({}, {kMost}),
               one = S64({}, {1});
  EXPECT_TRUE(Refuses(RangeOp{}, {&zero, &limit, &zero}));
  EXPECT_TRUE(Refuses(RangeOp{}, {&zero, &limit, &one}));
}

}  // namespace
}  // namespace octet::compile
