#include "compile/ir/dims.h"

#include <gtest/gtest.h>

#include <vector>

namespace octet::compile {
namespace {

constexpr int64_t kN = -1, kH = -2;  // two symbols
constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
constexpr auto kNone = std::nullopt;

TEST(Dims, AreNumbersSymbolsOrUnknown) {
  EXPECT_TRUE(IsNumber(0));
  EXPECT_TRUE(IsNumber(kMost));
  EXPECT_FALSE(IsNumber(kN));
  EXPECT_FALSE(IsNumber(kUnknownDim));
  EXPECT_TRUE(IsUnknown(kUnknownDim));
  EXPECT_FALSE(IsUnknown(kN));
  EXPECT_TRUE(IsConcrete(Shape()));
  EXPECT_TRUE(IsConcrete(Shape{1, 0, 3}));
  EXPECT_FALSE(IsConcrete(Shape{1, kH, 3}));
}

TEST(Dims, CanBeEqualUnlessTheyAreDifferentNumbers) {
  EXPECT_TRUE(CanBeEqual(3, 3));
  EXPECT_TRUE(CanBeEqual(3, kN));
  EXPECT_TRUE(CanBeEqual(kN, kH));
  EXPECT_TRUE(CanBeEqual(kUnknownDim, 3));
  EXPECT_FALSE(CanBeEqual(3, 4));
  EXPECT_FALSE(CanBeEqual(0, 1));
}

struct Pair {
  int64_t a, b;
  std::optional<int64_t> result;
};

TEST(Dims, UniteToTheMoreTellingOne) {
  const Pair pairs[] = {
      {3, 3, 3},
      {3, kN, 3},
      {kN, 3, 3},
      {kN, kN, kN},
      {kN, kUnknownDim, kN},
      {kUnknownDim, kN, kN},
      {kUnknownDim, 3, 3},
      {kUnknownDim, kUnknownDim, kUnknownDim},
  };
  for (const Pair& pair : pairs) {
    EXPECT_EQ(Unite(pair.a, pair.b), *pair.result) << pair.a << " " << pair.b;
  }
}

TEST(Dims, BroadcastAsInNumpy) {
  const Pair pairs[] = {
      {3, 3, 3},
      {1, 3, 3},
      {3, 1, 3},
      {1, 1, 1},
      {2, 3, kNone},
      {0, 1, 0},
      {0, 2, kNone},
      {1, kN, kN},
      {kN, 1, kN},
      {kN, kN, kN},
      {kN, 3, 3},
      {3, kN, 3},
      {kN, kH, kUnknownDim},
      {kUnknownDim, 1, kUnknownDim},
  };
  for (const Pair& pair : pairs) {
    EXPECT_EQ(BroadcastDim(pair.a, pair.b), pair.result)
        << pair.a << " " << pair.b;
  }
}

struct ShapePair {
  Shape a, b;
  std::optional<Shape> result;
};

TEST(Dims, BroadcastWholeShapesAlignedAtTheEnd) {
  const ShapePair pairs[] = {
      {Shape(), Shape(), Shape()},
      {Shape(), Shape{2, 3}, Shape{2, 3}},
      {Shape{3}, Shape{2, 3}, Shape{2, 3}},
      {Shape{2, 1}, Shape{3}, Shape{2, 3}},
      {Shape{kN, 1, 4}, Shape{5, 1}, Shape{kN, 5, 4}},
      {Shape{2}, Shape{2, 3}, kNone},
      {Shape{2, 3}, Shape{2, 1, 4}, kNone},
  };
  for (const ShapePair& pair : pairs) {
    EXPECT_EQ(BroadcastShapes(pair.a, pair.b), pair.result)
        << pair.a.ToString() << " " << pair.b.ToString();
  }
}

TEST(Dims, MultiplyAsLongAsTheProductHasAName) {
  const std::pair<std::vector<int64_t>, std::optional<int64_t>> rows[] = {
      {{}, 1},
      {{2, 3, 4}, 24},
      {{2, 0, 4}, 0},
      {{kN}, kN},
      {{1, kN, 1}, kN},
      {{2, kN}, kUnknownDim},
      {{kN, kH}, kUnknownDim},
      {{kN, kN}, kUnknownDim},
      {{kMost, 2}, kNone},
      {{kMost, 1}, kMost},
  };
  for (const auto& [dims, product] : rows) {
    EXPECT_EQ(DimProduct(dims), product) << testing::PrintToString(dims);
  }
}

struct WindowRow {
  int64_t dim, pad, kernel, stride, dilation;
  std::optional<int64_t> count;
};

TEST(Dims, CountHowOftenAWindowFits) {
  const WindowRow rows[] = {
      {8, 0, 3, 1, 1, 6},
      {8, 2, 3, 1, 1, 8},
      {8, 2, 3, 2, 1, 4},
      {7, 2, 3, 2, 1, 4},
      {8, 0, 3, 1, 2, 4},
      {3, 0, 3, 5, 1, 1},
      {2, 0, 3, 1, 1, kNone},
      {0, 1, 1, 1, 1, 1},
      {0, 0, 1, 1, 1, kNone},
      {kMost, 1, 1, 1, 1, kNone},
      {8, 0, kMost, 1, 3, kNone},
      {kN, 0, 1, 1, 1, kN},
      {kN, 2, 3, 1, 1, kN},
      {kN, 4, 3, 1, 2, kN},
      {kN, 1, 3, 1, 1, kUnknownDim},
      {kN, 2, 3, 2, 1, kUnknownDim},
  };
  for (const WindowRow& row : rows) {
    EXPECT_EQ(WindowDim(row.dim, row.pad, row.kernel, row.stride, row.dilation),
              row.count)
        << row.dim << " " << row.pad << " " << row.kernel << " " << row.stride;
  }
}

}  // namespace
}  // namespace octet::compile
