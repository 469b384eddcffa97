#include "octet/tensor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <numeric>

namespace octet {
namespace {

using testing::Each;
using testing::ElementsAre;

TEST(DType, HasTheSizeAndTheNameOfItsElements) {
  EXPECT_EQ(SizeOf(DType::kF32), 4);
  EXPECT_EQ(SizeOf(DType::kF16), 2);
  EXPECT_EQ(SizeOf(DType::kBF16), 2);
  EXPECT_EQ(SizeOf(DType::kF64), 8);
  EXPECT_EQ(SizeOf(DType::kU8), 1);
  EXPECT_EQ(SizeOf(DType::kS16), 2);
  EXPECT_EQ(SizeOf(DType::kS64), 8);
  EXPECT_EQ(SizeOf(DType::kBool), 1);
  EXPECT_EQ(Name(DType::kF32), "f32");
  EXPECT_EQ(Name(DType::kBF16), "bf16");
  EXPECT_EQ(Name(DType::kBool), "bool");
}

TEST(Shape, OfAScalarHasOneElement) {
  EXPECT_EQ(Shape().rank(), 0);
  EXPECT_EQ(Shape().elements(), 1);
  EXPECT_EQ(Shape().ToString(), "[]");
}

TEST(Shape, MultipliesItsDimensions) {
  const Shape shape{2, 3, 4};
  EXPECT_EQ(shape.rank(), 3);
  EXPECT_EQ(shape.elements(), 24);
  EXPECT_EQ(shape[1], 3);
  EXPECT_THAT(shape.dims(), ElementsAre(2, 3, 4));
  EXPECT_EQ(shape.ToString(), "[2, 3, 4]");
  EXPECT_EQ((Shape{2, 0, 4}).elements(), 0);
}

TEST(Shape, IsEqualOnlyWithTheSameRankAndDimensions) {
  EXPECT_EQ((Shape{1, 2}), (Shape{1, 2}));
  EXPECT_NE((Shape{1, 2}), (Shape{2, 1}));
  EXPECT_NE((Shape{1, 2}), (Shape{1, 2, 1}));
  Shape changed{1, 2};
  changed[1] = 5;
  EXPECT_EQ(changed, (Shape{1, 5}));
}

TEST(ShapeDeathTest, AbortsBeyondTheHighestRank) {
  EXPECT_DEATH((Shape{1, 1, 1, 1, 1, 1, 1, 1, 1}), "broken invariant");
}

TEST(Tensor, IsAlignedAndFilledWithZeros) {
  Tensor tensor(DType::kS32, Shape{3, 5});
  EXPECT_EQ(reinterpret_cast<uintptr_t>(tensor.raw()) % kBufferAlignment, 0u);
  EXPECT_EQ(tensor.elements(), 15);
  EXPECT_EQ(tensor.bytes(), 60);
  EXPECT_THAT(tensor.as<int32_t>(), Each(0));
}

TEST(Tensor, CanBeReadBeyondItsEnd) {
  // The address sanitizer would object.
  const Tensor tensor(DType::kU8, Shape{3});
  int sum = 0;
  for (int64_t i = 0; i < tensor.bytes() + kBufferSlack; ++i) {
    sum += int(tensor.raw()[i]);
  }
  EXPECT_EQ(sum, 0);
}

TEST(Tensor, CopiesItsElements) {
  Tensor original(DType::kF32, Shape{2, 2});
  std::iota(original.as<float>().begin(), original.as<float>().end(), 1.0f);
  Tensor copy = original;
  original.as<float>()[0] = 100;
  EXPECT_THAT(copy.as<float>(), ElementsAre(1, 2, 3, 4));
  Tensor& self = copy;
  copy = self;
  EXPECT_THAT(copy.as<float>(), ElementsAre(1, 2, 3, 4));
}

TEST(Tensor, CopiesTheEmptyOne) {
  Tensor copy(DType::kF32, Shape{4});
  copy = Tensor();
  EXPECT_EQ(copy.raw(), nullptr);
}

TEST(Tensor, ReshapesWithoutTouchingElements) {
  Tensor tensor(DType::kU8, Shape{2, 3});
  std::iota(tensor.as<uint8_t>().begin(), tensor.as<uint8_t>().end(), 1);
  const Tensor copied = tensor.Reshaped(Shape{3, 2});
  EXPECT_EQ(copied.shape(), (Shape{3, 2}));
  EXPECT_EQ(tensor.shape(), (Shape{2, 3}));
  const std::byte* memory = tensor.raw();
  const Tensor moved = std::move(tensor).Reshaped(Shape{6});
  EXPECT_EQ(moved.raw(), memory);
  EXPECT_THAT(moved.as<uint8_t>(), ElementsAre(1, 2, 3, 4, 5, 6));
}

TEST(Tensor, MayHaveNoElements) {
  const Tensor tensor(DType::kF32, Shape{0, 4});
  EXPECT_EQ(tensor.bytes(), 0);
  EXPECT_TRUE(tensor.as<float>().empty());
}

}  // namespace
}  // namespace octet
