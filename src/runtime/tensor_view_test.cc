#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/testing/run_program.h"

namespace octet {
namespace {

using runtime::Elements;
using runtime::TensorOf;
using testing::ElementsAre;

TensorView ViewOf(const Tensor& tensor) {
  const Shape& shape = tensor.shape();
  return {.name = "v",
          .dtype = tensor.dtype(),
          .shape = shape,
          .data = tensor.raw(),
          .pixel_stride = shape.rank() == 0 ? 1 : shape[shape.rank() - 1],
          .scale = {},
          .zero_point = {}};
}

TEST(CopyDense, LeavesOutTheGaps) {
  const Tensor wide =
      TensorOf<int32_t>(DType::kS32, Shape{2, 3}, {1, 2, 3, 4, 5, 6});
  TensorView view = ViewOf(wide);
  view.shape = Shape{2, 2};
  view.data += sizeof(int32_t);
  EXPECT_FALSE(view.is_dense());
  const Tensor copy = CopyDense(view);
  EXPECT_EQ(copy.shape(), (Shape{2, 2}));
  EXPECT_THAT(Elements<int32_t>(copy), ElementsAre(2, 3, 5, 6));
}

TEST(CopyDense, CopiesScalarsAndVectors) {
  const Tensor scalar = TensorOf<float>(DType::kF32, Shape{}, {7});
  EXPECT_TRUE(ViewOf(scalar).is_dense());
  EXPECT_THAT(Elements<float>(CopyDense(ViewOf(scalar))), ElementsAre(7));
  const Tensor vector = TensorOf<float>(DType::kF32, Shape{3}, {1, 2, 3});
  EXPECT_THAT(Elements<float>(CopyDense(ViewOf(vector))), ElementsAre(1, 2, 3));
}

TEST(CopyAsF32, DequantizesWithOneScaleOrOneAChannel) {
  const Tensor codes =
      TensorOf<uint8_t>(DType::kU8, Shape{2, 2}, {10, 20, 30, 40});
  TensorView view = ViewOf(codes);
  const float one[] = {0.5f};
  const int32_t one_zero[] = {10};
  view.scale = one;
  view.zero_point = one_zero;
  EXPECT_THAT(Elements<float>(CopyAsF32(view)), ElementsAre(0, 5, 10, 15));
  const float two[] = {0.5f, 2};
  const int32_t two_zeros[] = {10, 30};
  view.scale = two;
  view.zero_point = two_zeros;
  EXPECT_THAT(Elements<float>(CopyAsF32(view)), ElementsAre(0, -20, 10, 20));
}

TEST(CopyAsF32, ConvertsOtherTypes) {
  const Tensor whole = TensorOf<int64_t>(DType::kS64, Shape{3}, {-1, 0, 9});
  EXPECT_THAT(Elements<float>(CopyAsF32(ViewOf(whole))), ElementsAre(-1, 0, 9));
  // Halves: 1.0, -2.0, 0.5.
  const Tensor half =
      TensorOf<uint16_t>(DType::kF16, Shape{3}, {0x3c00, 0xc000, 0x3800});
  EXPECT_THAT(Elements<float>(CopyAsF32(ViewOf(half))),
              ElementsAre(1, -2, 0.5f));
  const Tensor codes = TensorOf<uint8_t>(DType::kU8, Shape{2}, {0, 255});
  EXPECT_THAT(Elements<float>(CopyAsF32(ViewOf(codes))), ElementsAre(0, 255));
}

}  // namespace
}  // namespace octet
