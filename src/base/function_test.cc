#include "octet/function.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <set>
#include <string_view>

namespace octet {
namespace {

struct Point {
  Function function;
  double x, y;
};

// Values from their definitions, by hand or from tables.
const Point kPoints[] = {
    {{FunctionKind::kIdentity}, -3, -3},
    {{FunctionKind::kRelu}, -3, 0},
    {{FunctionKind::kRelu}, 3, 3},
    {{FunctionKind::kLeakyRelu, 0.5f}, -3, -1.5},
    {{FunctionKind::kLeakyRelu, 0.5f}, 3, 3},
    {{FunctionKind::kClip, 0, 6}, -1, 0},
    {{FunctionKind::kClip, 0, 6}, 7, 6},
    {{FunctionKind::kClip, 0, 6}, 2, 2},
    {{FunctionKind::kClip, 6, 0}, -1, 0},
    {{FunctionKind::kClip, 6, 0}, 7, 0},
    {{FunctionKind::kSigmoid}, 0, 0.5},
    {{FunctionKind::kSigmoid}, 2, 0.8807970779778823},
    {{FunctionKind::kSilu}, 2, 1.7615941559557646},
    {{FunctionKind::kHardSigmoid, 0.25f, 0.5f}, 1, 0.75},
    {{FunctionKind::kHardSigmoid, 0.25f, 0.5f}, 9, 1},
    {{FunctionKind::kHardSwish}, -3, 0},
    {{FunctionKind::kHardSwish}, 3, 3},
    {{FunctionKind::kHardSwish}, 1, 2.0 / 3},
    {{FunctionKind::kTanh}, 1, 0.7615941559557649},
    {{FunctionKind::kGelu}, 1, 0.8413447460685429},
    {{FunctionKind::kGeluTanh}, 1, 0.8411919906082768},
    {{FunctionKind::kElu, 2.0f}, -1, -1.2642411176571153},
    {{FunctionKind::kElu, 2.0f}, 1, 1},
    {{FunctionKind::kSoftplus}, 0, 0.6931471805599453},
    {{FunctionKind::kMish}, 1, 0.8650983882673103},
    {{FunctionKind::kExp}, 1, 2.718281828459045},
    {{FunctionKind::kLog}, 2, 0.6931471805599453},
    {{FunctionKind::kSqrt}, 9, 3},
    {{FunctionKind::kReciprocal}, 4, 0.25},
    {{FunctionKind::kErf}, 1, 0.8427007929497149},
    {{FunctionKind::kAbs}, -2, 2},
    {{FunctionKind::kNeg}, -2, 2},
    {{FunctionKind::kFloor}, -1.5, -2},
    {{FunctionKind::kCeil}, -1.5, -1},
    {{FunctionKind::kRound}, 2.5, 2},
    {{FunctionKind::kRound}, 3.5, 4},
};

TEST(Evaluate, GivesTheKnownValues) {
  for (const Point& point : kPoints) {
    EXPECT_NEAR(Evaluate(point.function, point.x), point.y, 1e-14)
        << Name(point.function.kind) << "(" << point.x << ")";
  }
}

TEST(Evaluate, IsCheckedForEveryFunction) {
  std::set<FunctionKind> seen;
  for (const Point& point : kPoints) seen.insert(point.function.kind);
  EXPECT_EQ(seen.size(), size_t(FunctionKind::kCount));
}

TEST(Evaluate, StaysFiniteFarFromZeroWhereTheFunctionDoes) {
  for (auto kind :
       {FunctionKind::kSigmoid, FunctionKind::kSilu, FunctionKind::kTanh,
        FunctionKind::kSoftplus, FunctionKind::kMish, FunctionKind::kGelu}) {
    for (double x : {-1e4, 1e4}) {
      EXPECT_TRUE(std::isfinite(Evaluate({kind}, x))) << Name(kind) << x;
    }
  }
}

TEST(Evaluate, KeepsNaNInRelu) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_TRUE(std::isnan(Evaluate({FunctionKind::kRelu}, nan)));
}

TEST(FunctionKind, HasADifferentNameEach) {
  std::set<std::string_view> names;
  for (int i = 0; i < int(FunctionKind::kCount); ++i) {
    names.insert(Name(FunctionKind(i)));
  }
  EXPECT_EQ(names.size(), size_t(FunctionKind::kCount));
  EXPECT_EQ(Name(FunctionKind::kHardSwish), "hard_swish");
  EXPECT_EQ(Name(FunctionKind::kRound), "round");
}

}  // namespace
}  // namespace octet
