#include "compile/search/slice_error.h"

#include <gtest/gtest.h>

#include <numeric>

namespace octet::compile {
namespace {

std::vector<float> Ramp(size_t n) {
  std::vector<float> x(n);
  std::iota(x.begin(), x.end(), 1.0f);
  return x;
}

TEST(SliceError, IsNoneForEqualTensorsAndForNothing) {
  SliceError none;
  EXPECT_EQ(none.lost(), 0);
  EXPECT_EQ(none.sqnr_db(), 60);
  const std::vector<float> x = Ramp(24);
  none.Add({2, 3, 4}, x, x);
  EXPECT_EQ(none.lost(), 0);
  EXPECT_EQ(none.sqnr_db(), 60);
}

// Boxes of hundreds beside scores of one: along axis 1 or along the last.
TEST(SliceError, SeesASmallSliceBesideALargeOne) {
  for (const Shape& shape : {Shape{1, 2, 50}, Shape{1, 50, 2}}) {
    std::vector<float> exact(100), other(100);
    for (size_t i = 0; i < 100; ++i) {
      const bool score = shape[1] == 2 ? i >= 50 : i % 2 == 1;
      exact[i] = score ? 1.0f : 640.0f;
      other[i] = score ? 0.0f : 640.0f;
    }
    SliceError error;
    error.Add(shape, exact, other);
    EXPECT_DOUBLE_EQ(error.lost(), 0.5);
    EXPECT_DOUBLE_EQ(error.sqnr_db(), 30);  // of 60 and 0
  }
}

TEST(SliceError, CountsASliceThatIsWorseThanLostAsLost) {
  SliceError error;
  error.Add({1, 2}, std::vector<float>{1, 1}, std::vector<float>{-100, 1});
  EXPECT_DOUBLE_EQ(error.lost(), 0.5);
  EXPECT_DOUBLE_EQ(error.sqnr_db(), 30);
}

TEST(SliceError, LeavesOutSlicesThatHoldNothing) {
  SliceError error;
  error.Add({1, 4}, std::vector<float>{0, 0, 0, 2},
            std::vector<float>{0, 0, 0, 0});
  EXPECT_DOUBLE_EQ(error.lost(), 1);
  SliceError made_up;
  made_up.Add({1, 2}, std::vector<float>{0, 1}, std::vector<float>{1, 1});
  EXPECT_DOUBLE_EQ(made_up.lost(), 0.5);
}

TEST(SliceError, AddsUpOverSamplesAndTakesScalarsAndLongAxes) {
  SliceError twice;
  twice.Add({}, std::vector<float>{2}, std::vector<float>{2});
  twice.Add({}, std::vector<float>{2}, std::vector<float>{0});
  EXPECT_DOUBLE_EQ(twice.lost(), 0.5);
  // 5000 positions are one slice.
  std::vector<float> exact(5000, 1.0f), other = exact;
  other[7] = 0;
  SliceError positions;
  positions.Add({1, 5000}, exact, other);
  EXPECT_DOUBLE_EQ(positions.lost(), 1.0 / 5000);
}

}  // namespace
}  // namespace octet::compile
