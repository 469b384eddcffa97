#include "kernels/float_epilogue/float_epilogue.h"

#include <cmath>
#include <limits>

#include "kernels/elementary/elementary.h"
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

TEST(FinishRows, AddsTheResidualBetweenTheFunctions) {
  float y[] = {4, 9, -7, 16, 25, -7};
  const float residual[] = {-10, 1, 0, 2, 2, 0};
  const FloatEpilogue epilogue{
      {FunctionKind::kSqrt}, {FunctionKind::kRelu}, residual, 3, y, 3};
  FinishRows(epilogue, ElementaryReference, 0, 2, 0, 2);
  const float expected[] = {0, 4, -7, 6, 7, -7};
  for (int i = 0; i < 6; ++i) EXPECT_EQ(y[i], expected[i]) << i;
}

TEST(FinishRows, TakesRowsWithoutGapsInOne) {
  float y[] = {1, 4, 9, 16, 25, 36};
  const FloatEpilogue epilogue{{FunctionKind::kSqrt}, {}, nullptr, 0, y, 2};
  FinishRows(epilogue, ElementaryReference, 1, 3, 0, 2);
  const float expected[] = {1, 4, 3, 4, 5, 6};
  for (int i = 0; i < 6; ++i) EXPECT_EQ(y[i], expected[i]) << i;
}

TEST(FinishRows, DoesNothingWhereTilesHaveClamped) {
  float y[] = {-1};
  FinishRows({{FunctionKind::kRelu}, {}, nullptr, 0, y, 1}, ElementaryReference,
             0, 1, 0, 1);
  EXPECT_EQ(y[0], -1);
}

}  // namespace
}  // namespace octet::kernels
