#include "engine/layout.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "engine/packed_size.h"

namespace octet::engine {
namespace {

using testing::ElementsAre;

ValueT Value(std::vector<int64_t> dims, int64_t pixel_stride) {
  ValueT value;
  value.dims = std::move(dims);
  value.pixel_stride = pixel_stride;
  return value;
}

TEST(CheckedExtent, CountsGapsBetweenPixelsButNotBehindTheLast) {
  EXPECT_EQ(CheckedExtent(Value({1, 2, 3, 4}, 4)), 24);
  EXPECT_EQ(CheckedExtent(Value({1, 2, 3, 4}, 10)), 54);
  EXPECT_EQ(CheckedExtent(Value({}, 0)), 1);
  EXPECT_EQ(CheckedExtent(Value({7}, 0)), 7);
}

TEST(CheckedExtent, RefusesWhatNoTensorHas) {
  const int64_t most = std::numeric_limits<int64_t>::max();
  EXPECT_EQ(CheckedExtent(Value({2, 0}, 1)), std::nullopt);
  EXPECT_EQ(CheckedExtent(Value({2, -1}, 1)), std::nullopt);
  EXPECT_EQ(CheckedExtent(Value({2, 4}, 3)), std::nullopt);
  EXPECT_EQ(CheckedExtent(Value({most, 2}, 2)), std::nullopt);
  EXPECT_EQ(CheckedExtent(Value({3, 2}, most)), std::nullopt);
  EXPECT_EQ(CheckedExtent(Value(std::vector<int64_t>(9, 1), 1)), std::nullopt);
}

TEST(Strides, FollowFromThePixelStride) {
  const auto strides = Strides(Value({5, 2, 3, 4}, 10));
  EXPECT_THAT(std::span(strides).first(4), ElementsAre(60, 30, 10, 1));
  EXPECT_EQ(Strides(Value({9}, 0))[0], 1);
}

TEST(AxesOf, ReordersDimensionsAndStrides) {
  const ValueT value = Value({5, 2, 3, 4}, 10);
  const Axes axes = AxesOf(value, {0, 2, 3, 1});
  EXPECT_EQ(axes.rank, 4);
  EXPECT_THAT(std::span(axes.dims).first(4), ElementsAre(5, 3, 4, 2));
  EXPECT_THAT(std::span(axes.strides).first(4), ElementsAre(60, 10, 1, 30));
  const Axes as_they_are = AxesOf(value);
  EXPECT_THAT(std::span(as_they_are.strides).first(4),
              ElementsAre(60, 30, 10, 1));
}

TEST(IsDense, IsTrueWithoutGaps) {
  EXPECT_TRUE(IsDense(Value({2, 3}, 3)));
  EXPECT_FALSE(IsDense(Value({2, 3}, 4)));
  // A single pixel has no neighbour to be far from.
  EXPECT_TRUE(IsDense(Value({1, 1, 3}, 64)));
  EXPECT_TRUE(IsDense(Value({3}, 0)));
  EXPECT_TRUE(IsDense(Value({}, 0)));
}

TEST(AsImage, TakesAnythingButRankFourAsRowsOfAMatrix) {
  const Image image = AsImage(Value({2, 3, 4, 5}, 6));
  EXPECT_EQ(image.n, 2);
  EXPECT_EQ(image.h, 3);
  EXPECT_EQ(image.w, 4);
  EXPECT_EQ(image.c, 5);
  EXPECT_EQ(image.pixel_stride, 6);
  const Image rows = AsImage(Value({2, 3, 5}, 5));
  EXPECT_EQ(rows.n * rows.h, 1);
  EXPECT_EQ(rows.w, 6);
  EXPECT_EQ(rows.c, 5);
}

TEST(PackedSize, CountsPanelsRunsAndGroupsOfFour) {
  const Window one(1, 1, 1, 1, 1, 1, 0, 0);
  const Window three(3, 3, 1, 1, 1, 1, 1, 1);
  const Window dilated(3, 3, 1, 1, 2, 2, 2, 2);
  EXPECT_EQ(PackedConvU8Size(17, 5, 1, one, 1), 2 * 2 * 64);
  // A row of the window is one run of 9 bytes, rounded up to 12.
  EXPECT_EQ(PackedConvU8Size(16, 3, 1, three, 1), 3 * 3 * 64);
  // Dilated taps are runs of their own.
  EXPECT_EQ(PackedConvU8Size(16, 3, 1, dilated, 1), 9 * 1 * 64);
  EXPECT_EQ(PackedConvU8Size(16, 8, 4, three, 2), 4 * 2 * 9 * 64);
  EXPECT_EQ(PackedConvF32Size(17, 5, 1, three), 2 * 9 * 5 * 16);
  EXPECT_EQ(PackedDepthwiseSize(65, three, 64), 9 * 128);
}

TEST(PackedSize, IsNothingWhereItOverflows) {
  const int32_t most = std::numeric_limits<int32_t>::max();
  const Window huge(most, most, 1, 1, 1, 1, 0, 0);
  EXPECT_EQ(PackedConvU8Size(1 << 20, 1 << 20, 1, huge, 1), std::nullopt);
  EXPECT_EQ(PackedConvF32Size(1 << 20, 1 << 20, 1, huge), std::nullopt);
  EXPECT_EQ(PackedDepthwiseSize(1 << 20, huge, 64), std::nullopt);
}

}  // namespace
}  // namespace octet::engine
