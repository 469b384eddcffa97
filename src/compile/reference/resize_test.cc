// Which pixel nearest Resize takes where the arithmetic decides it, and what
// both modes do at the ends of an image.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <vector>

#include "compile/reference/literal_tensors.h"

namespace octet::compile {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct NearestCase {
  ResizeCoordinates coordinates;
  NearestRounding rounding;
  int64_t in, out;
  double scale;  // 0: out / in, the scale of a model that gives sizes
  std::vector<int64_t> expected;
};

using enum ResizeCoordinates;
using enum NearestRounding;

// Recorded from ONNX Runtime 1.31. In double precision, or without taking what
// is close to the middle of two pixels for the middle, a third of these would
// take a neighbour somewhere.
const NearestCase kNearestCases[] = {
    {kHalfPixel, kFloor, 7, 1, 0, {2}},
    {kPytorchHalfPixel, kCeil, 7, 1, 0, {0}},
    {kHalfPixel, kFloor, 7, 9, 0, {0, 0, 1, 2, 3, 3, 4, 5, 6}},
    {kHalfPixel, kCeil, 10, 14, 0, {0, 1, 2, 2, 3, 4, 5, 5, 6, 7, 7, 8, 9, 9}},
    {kHalfPixel, kFloor, 13, 7, 0, {0, 2, 4, 5, 7, 9, 11}},
    {kAsymmetric, kRoundPreferCeil, 7, 2, 0, {0, 4}},
    {kAsymmetric,
     kRoundPreferCeil,
     13,
     14,
     0,
     {0, 1, 2, 3, 4, 5, 6, 7, 7, 8, 9, 10, 11, 12}},
    {kHalfPixel,
     kRoundPreferFloor,
     20,
     14,
     0,
     {0, 2, 3, 4, 6, 7, 9, 10, 12, 13, 14, 16, 17, 19}},
    {kPytorchHalfPixel, kCeil, 33, 9, 0, {2, 5, 9, 13, 16, 20, 24, 27, 31}},
    {kAsymmetric, kRoundPreferFloor, 13, 30, 0, {0,  0,  1,  1,  2,  2, 3,  3,
                                                 3,  4,  4,  5,  5,  6, 6,  6,
                                                 7,  7,  8,  8,  9,  9, 10, 10,
                                                 10, 11, 11, 12, 12, 12}},
    {kAlignCorners, kRoundPreferFloor, 5, 9, 0, {0, 0, 1, 1, 2, 2, 3, 3, 4}},
    {kAlignCorners, kRoundPreferCeil, 5, 9, 0, {0, 1, 1, 2, 2, 3, 3, 4, 4}},
    {kAlignCorners, kCeil, 6, 4, 0, {0, 2, 4, 5}},
    {kAlignCorners, kCeil, 6, 1, 0, {0}},
    {kHalfPixel, kCeil, 1, 4, 0, {0, 0, 0, 0}},
    {kHalfPixel,
     kRoundPreferFloor,
     10,
     13,
     1.3,
     {0, 1, 1, 2, 3, 4, 4, 5, 6, 7, 8, 8, 9}},
    {kAsymmetric, kFloor, 10, 13, 1.3, {0, 0, 1, 2, 3, 3, 4, 5, 6, 6, 7, 8, 9}},
    {kHalfPixel, kRoundPreferCeil, 10, 7, 0.7, {0, 2, 3, 5, 6, 7, 9}},
    {kAsymmetric, kCeil, 10, 7, 0.7, {0, 2, 3, 5, 6, 8, 9}},
    {kHalfPixel, kFloor, 9, 3, 1.0 / 3, {1, 4, 7}},
    {kAsymmetric, kRoundPreferFloor, 10, 3, 0.3, {0, 3, 7}},
    {kPytorchHalfPixel, kRoundPreferCeil, 3, 7, 2.5, {0, 0, 1, 1, 1, 2, 2}},
    {kAsymmetric, kFloor, 10, 11, 1.1, {0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9}},
};

Resize OpOf(const NearestCase& c) {
  Resize op;
  op.coordinates = c.coordinates;
  op.rounding = c.rounding;
  // Models hold scales as floats.
  const double scale =
      c.scale == 0 ? double(c.out) / double(c.in) : double(float(c.scale));
  op.scales = {1, scale};
  if (c.scale == 0) op.size = {1, c.out};
  return op;
}

std::string Described(const NearestCase& c) {
  return std::to_string(c.in) + " to " + std::to_string(c.out) +
         ", coordinates " + std::to_string(int(c.coordinates)) + ", rounding " +
         std::to_string(int(c.rounding));
}

TEST(NearestResize, TakesThePixelThatOnnxRuntimeTakes) {
  for (const NearestCase& c : kNearestCases) {
    const Tensor x = Counting({1, 1, c.in, 1});
    const auto y = RunOp(OpOf(c), {&x});
    ASSERT_TRUE(y.ok()) << y.status().message();
    EXPECT_EQ(Elements<int64_t>(*y), c.expected) << Described(c);
  }
}

// The same rule holds for rows.
TEST(NearestResize, TreatsRowsLikeColumns) {
  for (const NearestCase& c : kNearestCases) {
    const Tensor x = Counting({1, c.in, 1, 1});
    Resize op = OpOf(c);
    std::swap(op.scales[0], op.scales[1]);
    std::swap(op.size[0], op.size[1]);
    const auto y = RunOp(op, {&x});
    ASSERT_TRUE(y.ok()) << y.status().message();
    EXPECT_EQ(Elements<int64_t>(*y), c.expected) << Described(c);
  }
}

TEST(NearestResize, KeepsBatchesAndChannelsApart) {
  const Tensor x = Counting({2, 1, 2, 3});
  Resize op;
  op.coordinates = kAsymmetric;
  op.rounding = kFloor;
  op.scales = {1, 2};
  const auto y = RunOp(op, {&x});
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_EQ(y->shape(), (Shape{2, 1, 4, 3}));
  EXPECT_THAT(Elements<int64_t>(*y),
              ElementsAre(0, 1, 2, 0, 1, 2, 3, 4, 5, 3, 4, 5,  //
                          6, 7, 8, 6, 7, 8, 9, 10, 11, 9, 10, 11));
}

// 10 * 0.7 is 7 in single precision and 6.9999998 in double; shape inference
// says 7.
TEST(Resize, RoundsTheSizeAsShapeInferenceDoes) {
  const Tensor x = Counting({1, 10, 10, 1});
  Resize op;
  op.scales = {double(0.7f), double(0.3f)};
  const auto y = RunOp(op, {&x});
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_EQ(y->shape(), (Shape{1, 7, 3, 1}));
}

// 1 / scale is larger than any index; the last pixel is taken all the same.
TEST(NearestResize, StaysInsideTheImageHoweverSmallTheScale) {
  const Tensor x = Counting({1, 1, 3, 1});
  Resize op;
  op.coordinates = kAsymmetric;
  op.rounding = kFloor;
  op.scales = {1, 1e-38};
  op.size = {1, 4};
  const auto y = RunOp(op, {&x});
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_THAT(Elements<int64_t>(*y), ElementsAre(0, 2, 2, 2));
}

TEST(LinearResize, WeighsBothNeighboursOfAPositionBetweenThem) {
  const Tensor x = F32({1, 1, 3, 1}, {0, 10, 40});
  Resize op;
  op.mode = ResizeMode::kLinear;
  op.coordinates = kAsymmetric;
  op.scales = {1, 1.25};
  op.size = {1, 4};
  // At 0, 0.8, 1.6, 2.4: the last one is beyond the image.
  const auto y = RunOp(op, {&x});
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_THAT(Elements<float>(*y), ElementsAre(0, ::testing::FloatEq(8),
                                               ::testing::FloatEq(28), 40));
}

TEST(LinearResize, ShrinksWithoutAveraging) {
  const Tensor x = F32({1, 2, 4, 1}, {0, 1, 2, 3, 8, 9, 10, 11});
  Resize op;
  op.mode = ResizeMode::kLinear;
  op.scales = {0.5, 0.5};
  const auto y = RunOp(op, {&x});
  ASSERT_TRUE(y.ok()) << y.status().message();
  // Row 0.5, columns 0.5 and 2.5.
  EXPECT_THAT(Elements<float>(*y), ElementsAre(4.5f, 6.5f));
}

TEST(LinearResize, IsForFloats) {
  const Tensor x = Counting({1, 2, 2, 1});
  Resize op;
  op.mode = ResizeMode::kLinear;
  op.scales = {2, 2};
  const auto y = RunOp(op, {&x});
  EXPECT_EQ(y.status().code(), Code::kUnsupported);
  EXPECT_THAT(y.status().message(), HasSubstr("a linear resize of s64"));
}

TEST(Resize, RefusesWhatIsNoImage) {
  const Tensor flat = Counting({2, 3});
  EXPECT_THAT(RunOp(Resize{}, {&flat}).status().message(),
              HasSubstr("a resize of [2, 3], not [N, H, W, C]"));
  const Tensor empty = Counting({1, 0, 2, 1});
  Resize op;
  op.size = {2, 2};
  EXPECT_THAT(RunOp(op, {&empty}).status().message(),
              HasSubstr("a resize from 0 to 2"));
}

}  // namespace
}  // namespace octet::compile
