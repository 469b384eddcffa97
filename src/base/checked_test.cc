#include "base/checked.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "base/check.h"

namespace octet {
namespace {

constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
constexpr int64_t kLeast = std::numeric_limits<int64_t>::min();

TEST(CheckedAdd, IsExactUpToTheLimitAndNothingBeyond) {
  EXPECT_EQ(CheckedAdd(kMost - 1, 1), kMost);
  EXPECT_EQ(CheckedAdd(kMost, 1), std::nullopt);
  EXPECT_EQ(CheckedAdd(kLeast + 1, -1), kLeast);
  EXPECT_EQ(CheckedAdd(kLeast, -1), std::nullopt);
}

TEST(CheckedMul, IsExactUpToTheLimitAndNothingBeyond) {
  EXPECT_EQ(CheckedMul(kMost, 1), kMost);
  EXPECT_EQ(CheckedMul(int64_t{1} << 31, int64_t{1} << 31), int64_t{1} << 62);
  EXPECT_EQ(CheckedMul(int64_t{1} << 32, int64_t{1} << 31), std::nullopt);
  EXPECT_EQ(CheckedMul(kLeast, -1), std::nullopt);
}

TEST(CheckedElements, MultipliesDimensions) {
  EXPECT_EQ(CheckedElements(std::vector<int64_t>{}), 1);
  EXPECT_EQ(CheckedElements(std::vector<int64_t>{2, 3, 4}), 24);
  EXPECT_EQ(CheckedElements(std::vector<int64_t>{2, 0, 4}), 0);
}

TEST(CheckedElements, RefusesNegativeDimensionsAndOverflow) {
  EXPECT_EQ(CheckedElements(std::vector<int64_t>{2, -1}), std::nullopt);
  EXPECT_EQ(CheckedElements(std::vector<int64_t>{0, -1}), std::nullopt);
  EXPECT_EQ(CheckedElements(std::vector<int64_t>{kMost, 2}), std::nullopt);
}

TEST(CheckDeathTest, NamesTheBrokenInvariantAndItsPlace) {
  const int n = 3;
  OCTET_CHECK(n == 3);
  EXPECT_DEATH(OCTET_CHECK(n == 4), "checked_test.cc:[0-9]+: n == 4");
}

}  // namespace
}  // namespace octet
