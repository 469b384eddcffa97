#include "compile/lower/weights.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace octet::compile {
namespace {

using testing::ElementsAre;
using testing::FloatEq;

constexpr float kLeast = std::numeric_limits<float>::min();

TEST(QuantizeWeightsPerOutput, TakesTheLargestWeightOfEachOutputAs127) {
  const std::vector<float> w = {1.0f, -2.0f, 0.5f, 0.25f};
  const WeightCodes weights =
      QuantizeWeightsPerOutput(w, std::vector<float>{kLeast, kLeast});
  EXPECT_THAT(weights.scale,
              ElementsAre(FloatEq(2.0f / 127), FloatEq(0.5f / 127)));
  EXPECT_THAT(weights.codes, ElementsAre(64, -127, 127, 64));
}

TEST(QuantizeWeightsPerOutput, GivesAnAllZeroOutputScaleOne) {
  const std::vector<float> w = {0.0f, -0.0f, 1.0f, 0.0f};
  const WeightCodes weights =
      QuantizeWeightsPerOutput(w, std::vector<float>{kLeast, kLeast});
  EXPECT_THAT(weights.scale, ElementsAre(1.0f, FloatEq(1.0f / 127)));
  EXPECT_THAT(weights.codes, ElementsAre(0, 0, 127, 0));
}

TEST(QuantizeWeightsPerOutput, NeverTakesAScaleBelowTheLeast) {
  const std::vector<float> w = {1e-42f, 0.0f, 3e-30f, -9e-30f};
  const WeightCodes weights =
      QuantizeWeightsPerOutput(w, std::vector<float>{kLeast, 1e-30f});
  EXPECT_THAT(weights.scale, ElementsAre(kLeast, 1e-30f));
  EXPECT_THAT(weights.codes, ElementsAre(0, 0, 3, -9));
}

TEST(QuantizeWeightsPerOutput, HoldsWeightsAtTheirClip) {
  const std::vector<float> w = {1.0f, -2.0f, 0.5f, 0.25f};
  const WeightCodes weights = QuantizeWeightsPerOutput(
      w, std::vector<float>{kLeast, kLeast}, std::vector<float>{0.25f, 1.0f});
  EXPECT_THAT(weights.scale,
              ElementsAre(FloatEq(0.5f / 127), FloatEq(0.5f / 127)));
  EXPECT_THAT(weights.codes, ElementsAre(127, -127, 127, 64));
}

TEST(QuantizeWeights, HoldsWhatTheGivenScaleCannotReach) {
  const std::vector<float> w = {1000.0f, -1000.0f, 2.0f, -4.0f};
  const WeightCodes weights = QuantizeWeights(w, 2, {1.0f, 2.0f});
  EXPECT_THAT(weights.scale, ElementsAre(1.0f, 2.0f));
  EXPECT_THAT(weights.codes, ElementsAre(255, -255, 1, -2));
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
