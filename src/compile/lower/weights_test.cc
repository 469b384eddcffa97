#include "compile/lower/weights.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace octet::compile {
namespace {

using testing::ElementsAre;
using testing::FloatEq;

TEST(QuantizeWeights, TakesTheLargestWeightOfEachOutputAs127) {
  const std::vector<float> w = {1.0f, -2.0f, 0.5f, 0.25f};
  const WeightCodes weights = QuantizeWeights(w, 2, {});
  EXPECT_THAT(weights.scale,
              ElementsAre(FloatEq(2.0f / 127), FloatEq(0.5f / 127)));
  EXPECT_THAT(weights.codes, ElementsAre(64, -127, 127, 64));
}

TEST(QuantizeWeights, GivesAnAllZeroOutputScaleOne) {
  const std::vector<float> w = {0.0f, 0.0f, 1e-42f, 0.0f};
  const WeightCodes weights = QuantizeWeights(w, 2, {});
  EXPECT_THAT(weights.scale, ElementsAre(1.0f, 1.0f));
  EXPECT_THAT(weights.codes, ElementsAre(0, 0, 0, 0));
}

TEST(QuantizeWeights, GivesImportedCodesBackBeyondEightBits) {
  std::vector<float> w;
  const float scale = 0.0371f;
  for (int code = -255; code <= 255; ++code) w.push_back(float(code) * scale);
  const WeightCodes weights = QuantizeWeights(w, 1, {scale});
  for (int i = 0; i < 511; ++i) EXPECT_EQ(weights.codes[size_t(i)], i - 255);
}

TEST(Transposed, TurnsRowsIntoColumns) {
  const std::vector<float> b = {1, 2, 3, 4, 5, 6};
  EXPECT_THAT(Transposed(b, 2, 3), ElementsAre(1, 4, 2, 5, 3, 6));
}

}  // namespace
}  // namespace octet::compile
