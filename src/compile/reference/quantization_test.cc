#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "compile/reference/literal_tensors.h"

namespace octet::compile {
namespace {

using ::testing::ElementsAre;

TEST(Quantize, RoundsToEvenAndSaturates) {
  const Tensor x =
      F32({7}, {0.25f, 0.75f, -1000, 1000, NAN, INFINITY, -INFINITY});
  const Tensor scale = F32({}, {0.5f});
  const Tensor zero = Literal<uint8_t>(DType::kU8, {}, {10});
  const auto q = RunOp(Quantize{}, {&x, &scale, &zero});
  ASSERT_TRUE(q.ok());
  EXPECT_THAT(Elements<uint8_t>(*q), ElementsAre(10, 12, 0, 255, 10, 255, 0));
}

TEST(Quantize, IsU8WithoutAZeroPoint) {
  const Tensor x = F32({2}, {-1, 3});
  const Tensor scale = F32({1}, {1});
  const auto q = RunOp(Quantize{}, {&x, &scale});
  EXPECT_EQ(q->dtype(), DType::kU8);
  EXPECT_THAT(Elements<uint8_t>(*q), ElementsAre(0, 3));
}

TEST(Quantize, DividesInBinary32) {
  // 0.35 / 0.1 is 3.5 after rounding to float, just below it in double.
  const Tensor x = F32({1}, {0.35f});
  const Tensor scale = F32({}, {0.1f});
  const auto q = RunOp(Quantize{}, {&x, &scale});
  const float steps = 0.35f / 0.1f;
  EXPECT_EQ(q->as<uint8_t>()[0], uint8_t(std::nearbyint(steps)));
}

TEST(Dequantize, HasParametersPerIndexOfAnAxis) {
  const Tensor q = Literal<int8_t>(DType::kS8, {2, 2}, {1, -2, 3, -4});
  const Tensor scale = F32({2}, {0.5f, 10});
  const Tensor zero = Literal<int8_t>(DType::kS8, {2}, {0, 1});
  const auto rows = RunOp(Dequantize{.axis = 0}, {&q, &scale, &zero});
  EXPECT_THAT(Elements<float>(*rows), ElementsAre(0.5f, -1, 20, -50));
  const auto columns = RunOp(Dequantize{.axis = -1}, {&q, &scale, &zero});
  EXPECT_THAT(Elements<float>(*columns), ElementsAre(0.5f, -30, 1.5f, -50));
}

TEST(Dequantize, TakesBiasesOfS32) {
  const Tensor q = Literal<int32_t>(DType::kS32, {2}, {1 << 20, -3});
  const Tensor scale = F32({}, {0.25f});
  const auto y = RunOp(Dequantize{}, {&q, &scale, nullptr});
  EXPECT_THAT(Elements<float>(*y), ElementsAre(262144, -0.75f));
}

TEST(Dequantize, RefusesParametersThatDoNotFit) {
  const Tensor q = Literal<int8_t>(DType::kS8, {2, 3}, {});
  const Tensor two = F32({2}, {1, 1});
  EXPECT_FALSE(RunOp(Dequantize{.axis = 1}, {&q, &two}).ok());
  EXPECT_FALSE(RunOp(Dequantize{.axis = 2}, {&q, &two}).ok());
  const Tensor none = F32({0}, {});
  EXPECT_FALSE(RunOp(Dequantize{.axis = 0}, {&q, &none}).ok());
  const Tensor zeros = Literal<int8_t>(DType::kS8, {3}, {});
  EXPECT_FALSE(RunOp(Dequantize{.axis = 0}, {&q, &two, &zeros}).ok());
}

}  // namespace
}  // namespace octet::compile
