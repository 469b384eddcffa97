#include "kernels/resize/resize.h"

#include "kernels/resize/resize_map.h"
#include "kernels/resize/resize_problem.h"
#include "kernels/testing/check.h"

namespace octet::kernels {
namespace {

TEST(Resize, EqualsTheReferenceInEveryBit) {
  for (const Problem& problem : ReadProblems("resize")) {
    if (problem.Has("bench")) continue;
    SCOPED_TRACE(problem.line());
    const ResizeProblem c(problem);
    ExpectEqualBits<uint8_t>(
        ResizeKernels(), c.params, c.y.elements(),
        PlanResize(c.params, 4).scratch_bytes,
        [](ResizeParams& params, uint8_t* y) { params.y = y; });
    if (HasFailure()) return;
  }
}

struct NearestCase {
  ResizeCoordinates coordinates;
  NearestRounding rounding;
  int64_t in, out;
  std::vector<int32_t> expected;  // as ONNX's own examples have them
};

TEST(NearestIndex, FollowsOnnx) {
  using C = ResizeCoordinates;
  using R = NearestRounding;
  const NearestCase cases[] = {
      {C::kAsymmetric, R::kFloor, 2, 4, {0, 0, 1, 1}},
      {C::kHalfPixel, R::kRoundPreferFloor, 2, 4, {0, 0, 1, 1}},
      {C::kAlignCorners, R::kFloor, 4, 8, {0, 0, 0, 1, 1, 2, 2, 3}},
      {C::kHalfPixel, R::kCeil, 4, 8, {0, 1, 1, 2, 2, 3, 3, 3}},
      {C::kHalfPixel, R::kRoundPreferCeil, 4, 2, {1, 3}},
      {C::kHalfPixel, R::kRoundPreferFloor, 4, 2, {0, 2}},
      {C::kAlignCorners, R::kCeil, 6, 1, {0}},
      {C::kHalfPixel, R::kCeil, 1, 4, {0, 0, 0, 0}},
      // Recorded from ONNX Runtime 1.31: here double precision, or rounding
      // what is all but a half like any other number, takes a neighbour.
      {C::kHalfPixel, R::kFloor, 7, 1, {2}},
      {C::kPytorchHalfPixel, R::kFloor, 7, 1, {0}},
      {C::kHalfPixel, R::kFloor, 7, 9, {0, 0, 1, 2, 3, 3, 4, 5, 6}},
      {C::kHalfPixel, R::kFloor, 13, 7, {0, 2, 4, 5, 7, 9, 11}},
      {C::kAsymmetric, R::kRoundPreferCeil, 7, 2, {0, 4}},
      {C::kHalfPixel,
       R::kRoundPreferFloor,
       20,
       14,
       {0, 2, 3, 4, 6, 7, 9, 10, 12, 13, 14, 16, 17, 19}},
      {C::kPytorchHalfPixel,
       R::kCeil,
       33,
       9,
       {2, 5, 9, 13, 16, 20, 24, 27, 31}},
      {C::kHalfPixel,
       R::kRoundPreferFloor,
       10,
       13,
       {0, 1, 1, 2, 3, 4, 4, 5, 6, 7, 8, 8, 9}},
  };
  for (const NearestCase& c : cases) {
    const ResizeAxis axis{c.coordinates, c.rounding, float(c.out) / float(c.in),
                          c.in, c.out};
    for (int64_t i = 0; i < c.out; ++i) {
      EXPECT_EQ(NearestIndex(axis, i), c.expected[size_t(i)])
          << c.in << " to " << c.out << ", index " << i;
    }
  }
}

// Beyond 2^24 the last index has no float of its own.
TEST(NearestIndex, StaysInsideAnImageThatIsLongerThanFloatsCount) {
  const int64_t in = (int64_t{1} << 24) + 4;
  const ResizeAxis axis{ResizeCoordinates::kAsymmetric, NearestRounding::kCeil,
                        0.5f, in, in};
  EXPECT_EQ(NearestIndex(axis, in - 1), in - 1);
  const LinearMix mix = LinearMixOf(axis, in - 1);
  EXPECT_LT(mix.low, in);
  EXPECT_LT(mix.high, in);
}

TEST(LinearMixOf, StaysInsideTheImage) {
  const ResizeAxis axis{ResizeCoordinates::kHalfPixel, NearestRounding::kFloor,
                        2, 2, 4};
  const LinearMix first = LinearMixOf(axis, 0), last = LinearMixOf(axis, 3);
  EXPECT_EQ(first.low, 0);
  EXPECT_EQ(first.weight, 0);
  EXPECT_EQ(last.high, 1);
  EXPECT_FLOAT_EQ(LinearMixOf(axis, 1).weight, 0.25f);
}

}  // namespace
}  // namespace octet::kernels
