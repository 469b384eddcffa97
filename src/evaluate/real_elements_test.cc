#include "evaluate/real_elements.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace octet::evaluate {
namespace {

using testing::ElementsAre;

template <typename T>
Tensor Of(DType dtype, std::vector<T> elements) {
  Tensor tensor(dtype, Shape{1, int64_t(elements.size())});
  std::ranges::copy(elements, tensor.as<T>().begin());
  return tensor;
}

TEST(RealElements, AreTheNumbersOfEveryType) {
  const std::vector<Tensor> tensors = {
      Of<float>(DType::kF32, {0, 1, 100}),
      Of<double>(DType::kF64, {0, 1, 100}),
      Of<uint8_t>(DType::kU8, {0, 1, 100}),
      Of<int8_t>(DType::kS8, {0, 1, 100}),
      Of<int32_t>(DType::kS32, {0, 1, 100}),
      Of<int64_t>(DType::kS64, {0, 1, 100}),
      Of<uint16_t>(DType::kF16, {0, 0x3C00, 0x5640}),
      Of<uint16_t>(DType::kBF16, {0, 0x3F80, 0x42C8}),
  };
  for (const Tensor& tensor : tensors) {
    EXPECT_THAT(*RealElements(tensor), ElementsAre(0, 1, 100))
        << Name(tensor.dtype());
  }
  EXPECT_THAT(*RealElements(Of<uint8_t>(DType::kBool, {0, 1, 1})),
              ElementsAre(0, 1, 1));
}

TEST(RealElements, KeepSignsAndExtremes) {
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
  EXPECT_THAT(*RealElements(Of<int64_t>(DType::kS64, {-kMost, -1, kMost})),
              ElementsAre(-float(kMost), -1, float(kMost)));
  EXPECT_THAT(*RealElements(Of<uint8_t>(DType::kU8, {128, 255})),
              ElementsAre(128, 255));
}

TEST(RealElements, AreOneOfAScalarAndNoneOfNothing) {
  Tensor scalar(DType::kU8, Shape{});
  scalar.as<uint8_t>()[0] = 7;
  EXPECT_THAT(*RealElements(scalar), ElementsAre(7));
  EXPECT_TRUE((*RealElements(Tensor(DType::kS64, Shape{2, 0}))).empty());
}

}  // namespace
}  // namespace octet::evaluate
