// Pooling and resize.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "compile/reference/literal_tensors.h"

namespace octet::compile {
namespace {

using ::testing::ElementsAre;
using ::testing::FloatEq;
using ::testing::Pointwise;

Pool Square(PoolOp op, int64_t kernel, int64_t stride, int64_t pad) {
  return {.op = op,
          .kernel = {kernel, kernel},
          .strides = {stride, stride},
          .pads = {pad, pad, pad, pad},
          .count_include_pad = false};
}

const Tensor& Image() {
  static const Tensor image = F32({1, 2, 3, 1}, {-1, -2, -3, -4, -5, -6});
  return image;
}

TEST(Pool, MaxIgnoresPadding) {
  const auto y = RunOp(Square(PoolOp::kMax, 3, 2, 1), {&Image()});
  ASSERT_TRUE(y.ok());
  EXPECT_EQ(y->shape(), (Shape{1, 1, 2, 1}));
  EXPECT_THAT(Elements<float>(*y), ElementsAre(-1, -2));
}

TEST(Pool, AverageCountsWhatIsThere) {
  Pool pool = Square(PoolOp::kAverage, 2, 2, 0);
  pool.pads = {0, 1, 0, 0};
  EXPECT_THAT(Elements<float>(*RunOp(pool, {&Image()})),
              ElementsAre(-2.5f, -4));
  pool.count_include_pad = true;
  EXPECT_THAT(Elements<float>(*RunOp(pool, {&Image()})),
              ElementsAre(-1.25f, -4));
}

TEST(Pool, TakesIntegersAndChannels) {
  const Tensor x = Literal<uint8_t>(DType::kU8, {1, 1, 2, 2}, {1, 200, 3, 100});
  Pool pool;
  pool.kernel = {1, 2};
  const auto y = RunOp(pool, {&x});
  EXPECT_EQ(y->dtype(), DType::kU8);
  EXPECT_THAT(Elements<uint8_t>(*y), ElementsAre(3, 200));
}

TEST(Pool, RefusesWhatDoesNotFit) {
  EXPECT_FALSE(RunOp(Square(PoolOp::kMax, 4, 1, 0), {&Image()}).ok());
  EXPECT_FALSE(RunOp(Square(PoolOp::kMax, 0, 1, 0), {&Image()}).ok());
  EXPECT_FALSE(RunOp(Square(PoolOp::kMax, 1, 0, 0), {&Image()}).ok());
  const Tensor flat = F32({2, 3}, {});
  EXPECT_FALSE(RunOp(Square(PoolOp::kMax, 1, 1, 0), {&flat}).ok());
}

Tensor Row(std::initializer_list<float> list) {
  return F32({1, 1, int64_t(list.size()), 1}, list);
}

struct ResizeCase {
  ResizeMode mode;
  ResizeCoordinates coordinates;
  NearestRounding rounding;
  double scale;
  std::vector<float> expected;
};

// The rows are those of the examples in ONNX's documentation of Resize, one
// axis of them, worked out by hand from its formulas.
TEST(Resize, FollowsTheCoordinateFormulas) {
  using enum ResizeMode;
  using enum ResizeCoordinates;
  using enum NearestRounding;
  const ResizeCase cases[] = {
      {kNearest, kAsymmetric, kFloor, 2, {1, 1, 2, 2, 3, 3, 4, 4}},
      {kNearest, kHalfPixel, kRoundPreferFloor, 2, {1, 1, 2, 2, 3, 3, 4, 4}},
      {kNearest, kHalfPixel, kRoundPreferFloor, 0.5, {1, 3}},
      {kNearest, kHalfPixel, kRoundPreferCeil, 0.5, {2, 4}},
      {kNearest, kAsymmetric, kCeil, 0.75, {1, 3, 4}},
      {kLinear,
       kHalfPixel,
       kFloor,
       2,
       {1, 1.25f, 1.75f, 2.25f, 2.75f, 3.25f, 3.75f, 4}},
      {kLinear, kAsymmetric, kFloor, 2, {1, 1.5f, 2, 2.5f, 3, 3.5f, 4, 4}},
      {kLinear, kAlignCorners, kFloor, 1.75, {1, 1.5f, 2, 2.5f, 3, 3.5f, 4}},
      {kLinear, kPytorchHalfPixel, kFloor, 0.25, {1}},
      {kLinear, kHalfPixel, kFloor, 0.25, {2.5f}},
  };
  const Tensor x = Row({1, 2, 3, 4});
  for (const ResizeCase& c : cases) {
    const auto y = RunOp(Resize{.mode = c.mode,
                                .coordinates = c.coordinates,
                                .rounding = c.rounding,
                                .scales = {1, c.scale},
                                .size = {}},
                         {&x});
    ASSERT_TRUE(y.ok());
    EXPECT_THAT(Elements<float>(*y), Pointwise(FloatEq(), c.expected))
        << "scale " << c.scale << " mode " << int(c.mode) << " coordinates "
        << int(c.coordinates);
  }
}

TEST(Resize, LetsTheSizeWinOverTheScale) {
  const Tensor x = Row({1, 2, 3, 4});
  Resize op;
  op.coordinates = ResizeCoordinates::kAsymmetric;
  op.rounding = NearestRounding::kFloor;
  op.scales = {1, 1.3};
  op.size = {1, 6};
  const auto y = RunOp(op, {&x});
  EXPECT_EQ(y->shape(), (Shape{1, 1, 6, 1}));
  EXPECT_THAT(Elements<float>(*y), ElementsAre(1, 1, 2, 3, 4, 4));
}

TEST(Resize, InterpolatesBothAxes) {
  const Tensor x = F32({1, 2, 2, 1}, {0, 1, 2, 3});
  Resize op;
  op.mode = ResizeMode::kLinear;
  op.coordinates = ResizeCoordinates::kAlignCorners;
  op.scales = {1.5, 1.5};
  EXPECT_THAT(Elements<float>(*RunOp(op, {&x})),
              ElementsAre(0, 0.5f, 1, 1, 1.5f, 2, 2, 2.5f, 3));
}

TEST(Resize, RefusesImpossibleScales) {
  const Tensor x = Row({1, 2});
  for (double scale : {0.0, -1.0, 1e300, double(INFINITY), double(NAN)}) {
    Resize op;
    op.scales = {1, scale};
    EXPECT_EQ(RunOp(op, {&x}).status().code(), Code::kBadInput) << scale;
  }
}

}  // namespace
}  // namespace octet::compile
