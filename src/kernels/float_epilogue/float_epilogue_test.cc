#include "kernels/float_epilogue/float_epilogue.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/elementary/elementary.h"
#include "kernels/elementary/lanes_scalar.h"
#include "kernels/float_epilogue/float_epilogue_lanes.h"
#include "kernels/testing/check.h"

namespace octet::kernels {
namespace {

TEST(TileClampOf, ClampsAsTheFunctionDoes) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const Function functions[] = {{FunctionKind::kRelu},
                                {FunctionKind::kClip, -1, 2.5f}};
  for (const Function& function : functions) {
    ASSERT_TRUE(IsTileClamp(function));
    const TileClamp clamp = TileClampOf(function);
    ASSERT_TRUE(clamp.is_on);
    for (float x : {-kInfinity, -3.0f, -0.5f, 0.0f, 2.0f, 7.0f, kInfinity}) {
      float expected;
      ElementaryReference(function, &x, &expected, 1);
      EXPECT_EQ(std::min(clamp.high, std::max(clamp.low, x)), expected) << x;
    }
  }
}

TEST(TileClampOf, LeavesTheIdentityAlone) {
  EXPECT_TRUE(IsTileClamp({}));
  EXPECT_FALSE(TileClampOf({}).is_on);
  EXPECT_FALSE(IsTileClamp({FunctionKind::kSilu}));
}

TEST(TileEpilogueOf, CallsNoFunctionWhereBothAreClamps) {
  const Function relu{FunctionKind::kRelu}, silu{FunctionKind::kSilu};
  EXPECT_EQ(TileEpilogueOf({}, relu, ElementaryReference).elementary, nullptr);
  EXPECT_NE(TileEpilogueOf(silu, relu, ElementaryReference).elementary,
            nullptr);
  EXPECT_NE(TileEpilogueOf({}, silu, ElementaryReference).elementary, nullptr);
}

// y = after(before(sum) + residual) for two rows of three sums, the last of
// which does not exist.
struct FinishCase {
  Function before, after;
  bool has_residual;
};

float Expected(const FinishCase& c, float sum, float residual) {
  ElementaryReference(c.before, &sum, &sum, 1);
  if (c.has_residual) sum += residual;
  ElementaryReference(c.after, &sum, &sum, 1);
  return sum;
}

constexpr FinishCase kFinishCases[] = {
    {{}, {}, false},
    {{}, {}, true},
    {{FunctionKind::kClip, 1, 6}, {FunctionKind::kRelu}, true},
    {{FunctionKind::kSqrt}, {}, false},
    {{FunctionKind::kSqrt}, {FunctionKind::kRelu}, true},
    {{FunctionKind::kRelu}, {FunctionKind::kSilu}, true},
    {{}, {FunctionKind::kSilu}, false}};
constexpr float kRaw[2][3] = {{4, 9, -7}, {16, 0.25f, -7}};
constexpr float kAdded[] = {-10, 1, 0, 2, 2, 0};

void CheckFinished(const FinishCase& c, const float (&y)[8]) {
  for (int row = 0; row < 2; ++row) {
    for (int i = 0; i < 2; ++i) {
      EXPECT_EQ(y[4 * row + i], Expected(c, kRaw[row][i], kAdded[3 * row + i]));
    }
    EXPECT_EQ(y[4 * row + 2], -1) << "beyond the row";
    EXPECT_EQ(y[4 * row + 3], -1) << "between the rows";
  }
}

TEST(FinishSums, AddsTheResidualBetweenTheFunctions) {
  for (const FinishCase& c : kFinishCases) {
    float y[8], sums[2][3];
    std::fill(y, y + 8, -1.0f);
    std::copy(kRaw[0], kRaw[0] + 6, sums[0]);
    FinishSums<ScalarLanes, 2, 3>(
        TileEpilogueOf(c.before, c.after, ElementaryReference), sums,
        {y, 4, c.has_residual ? kAdded : nullptr, 3, 2});
    CheckFinished(c, y);
  }
}

TEST(FinishBlock, DoesTheSameToSumsInMemory) {
  for (const FinishCase& c : kFinishCases) {
    float y[8], sums[6];
    std::fill(y, y + 8, -1.0f);
    const float bias[] = {1, -1, 0};
    for (int i = 0; i < 6; ++i) sums[i] = kRaw[i / 3][i % 3] - bias[i % 3];
    FinishBlock<ScalarLanes, 3>(
        TileEpilogueOf(c.before, c.after, ElementaryReference), bias, sums, 2,
        {y, 4, c.has_residual ? kAdded : nullptr, 3, 2});
    CheckFinished(c, y);
  }
}

TEST(FinishBlock, KeepsAZerosSignWithoutABias) {
  float y = 1, sum = -0.0f;
  FinishBlock<ScalarLanes, 1>(TileEpilogueOf({}, {}, ElementaryReference),
                              nullptr, &sum, 1, {&y, 1, nullptr, 0, 1});
  EXPECT_EQ(y, 0);
  EXPECT_TRUE(std::signbit(y));
}

TEST(FinishBlock, TakesACountBeyondTheRow) {
  // As of a row that is finished in pieces.
  float y[] = {0, 0}, sums[] = {4, 9};
  const float residual[] = {1, 2, 100};
  FinishBlock<ScalarLanes, 1>(
      TileEpilogueOf({FunctionKind::kSqrt}, {}, ElementaryReference), nullptr,
      sums, 2, {y, 1, residual, 1, 3});
  EXPECT_EQ(y[0], 3);
  EXPECT_EQ(y[1], 5);
}

TEST(FinishSums, MayWriteOverTheResidual) {
  float y[] = {1, 2}, sums[2][1] = {{4}, {9}};
  FinishSums<ScalarLanes, 2, 1>(
      TileEpilogueOf({FunctionKind::kSqrt}, {}, ElementaryReference), sums,
      {y, 1, y, 1, 1});
  EXPECT_EQ(y[0], 3);
  EXPECT_EQ(y[1], 5);
}

}  // namespace
}  // namespace octet::kernels
