// softmax_f32 against the header's formula in double precision.
#include <cmath>
#include <limits>

#include "kernels/softmax_f32/softmax_f32.h"
#include "kernels/testing/contract.h"
#include "kernels/testing/random.h"

namespace octet::kernels {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr double kEps = std::numeric_limits<float>::epsilon();

struct Shape {
  int64_t outer, size, inner, x_gap, y_gap;
};

SoftmaxF32Params ParamsOf(const Shape& s) {
  SoftmaxF32Params p{};
  p.outer = s.outer;
  p.size = s.size;
  p.inner = s.inner;
  p.x_axis_stride = s.inner + s.x_gap;
  p.y_axis_stride = s.inner + s.y_gap;
  p.x_outer_stride = s.size * p.x_axis_stride + s.x_gap;
  p.y_outer_stride = s.size * p.y_axis_stride + s.y_gap;
  return p;
}

std::vector<Near> ExpectedOf(const SoftmaxF32Params& p) {
  std::vector<Near> expected(size_t(p.outer * p.y_outer_stride));
  for (int64_t o = 0; o < p.outer; ++o) {
    for (int64_t i = 0; i < p.inner; ++i) {
      const float* x = p.x + o * p.x_outer_stride + i;
      double largest = -HUGE_VAL, sum = 0;
      for (int64_t k = 0; k < p.size; ++k) {
        largest = std::fmax(largest, x[k * p.x_axis_stride]);
      }
      for (int64_t k = 0; k < p.size; ++k) {
        sum += std::exp(x[k * p.x_axis_stride] - largest);
      }
      for (int64_t k = 0; k < p.size; ++k) {
        // The difference is rounded to float before the exponential: half an
        // ulp of it is a relative error. Then 4 ulp of the exponential, one for
        // every addition of the sum and one for the division.
        const double d = x[k * p.x_axis_stride] - largest;
        const double y = std::exp(d) / sum;
        const double relative = kEps * (std::abs(d) + 10 + 4 + double(p.size));
        expected[size_t(o * p.y_outer_stride + k * p.y_axis_stride + i)] = {
            y, y * relative + 1e-37};
      }
    }
  }
  return expected;
}

void CheckShape(const Shape& s, float range) {
  SCOPED_TRACE(testing::Message()
               << s.outer << "x" << s.size << "x" << s.inner << ", gaps "
               << s.x_gap << " and " << s.y_gap << ", range " << range);
  Random random(uint64_t(s.size * 100 + s.inner));
  SoftmaxF32Params p = ParamsOf(s);
  const Buffer<float> x =
      RandomReals(s.outer * p.x_outer_stride + 1, random, -range, range);
  p.x = x.get() + 1;
  ExpectOutput<float>(SoftmaxF32Kernels(), p,
                      PlanSoftmaxF32(p, 4).scratch_bytes, ExpectedOf(p),
                      [](SoftmaxF32Params& params, float* y) { params.y = y; });
}

TEST(SoftmaxF32Contract, FollowsTheFormulaForLinesOfEveryLength) {
  for (int64_t size = 1; size <= 70; ++size) {
    CheckShape({3, size, 1, 0, 0}, 6);
    if (HasFailure()) return;
  }
  CheckShape({2, 1000, 1, 0, 0}, 6);
  CheckShape({2, 1000, 1, 0, 0}, 60);
}

TEST(SoftmaxF32Contract, FollowsTheFormulaAlongAnAxisWithStrides) {
  for (int64_t inner = 1; inner <= 40; ++inner) {
    CheckShape({2, 5, inner, inner % 3, inner % 4}, 6);
    if (HasFailure()) return;
  }
  CheckShape({1, 300, 17, 0, 1}, 20);
  CheckShape({5, 1, 9, 2, 0}, 3);
}

TEST(SoftmaxF32Contract, DoesNothingForEmptyShapes) {
  CheckShape({0, 5, 1, 0, 0}, 1);
  CheckShape({3, 0, 1, 0, 0}, 1);
  CheckShape({3, 0, 4, 1, 1}, 1);
  CheckShape({3, 5, 0, 2, 2}, 1);
}

// One line (inner 1) or lines side by side, each of these values.
void ExpectLine(const std::vector<float>& line, const std::vector<Near>& y) {
  const int64_t n = int64_t(line.size());
  for (int64_t inner : {1, 11}) {
    SCOPED_TRACE(testing::Message() << "inner " << inner);
    Buffer<float> x(n * inner);
    std::vector<Near> expected;
    for (int64_t i = 0; i < n * inner; ++i) {
      x[i] = line[size_t(i / inner)];
      expected.push_back(y[size_t(i / inner)]);
    }
    const SoftmaxF32Params p{1,     n,       inner,     x.get(), n * inner,
                             inner, nullptr, n * inner, inner};
    ExpectOutput<float>(
        SoftmaxF32Kernels(), p, 0, expected,
        [](SoftmaxF32Params& params, float* out) { params.y = out; });
  }
}

TEST(SoftmaxF32Contract, IgnoresHowLargeValuesAre) {
  const double half = 0.5, most = std::numeric_limits<float>::max();
  for (float v : {0.0f, 1e30f, float(most), -1e30f, float(-most)}) {
    ExpectLine({v, v}, {{half, 0}, {half, 0}});
  }
  ExpectLine({float(most), float(-most)}, {{1, 0}, {0, 0}});
  ExpectLine({-1e38f, 1e38f, 0}, {{0, 0}, {1, 0}, {0, 0}});
}

TEST(SoftmaxF32Contract, GivesNothingToMinusInfinity) {
  ExpectLine({-kInfinity, 2, 2}, {{0, 0}, {0.5, 0}, {0.5, 0}});
  ExpectLine(
      {3, -kInfinity, -kInfinity, -kInfinity, -kInfinity, -kInfinity,
       -kInfinity, -kInfinity, -kInfinity},
      {{1, 0}, {0, 0}, {0, 0}, {0, 0}, {0, 0}, {0, 0}, {0, 0}, {0, 0}, {0, 0}});
}

TEST(SoftmaxF32Contract, SpreadsANanOverItsLineOnly) {
  const Near nan = {kNan, 0};
  ExpectLine({1, kNan, 2}, {nan, nan, nan});
  ExpectLine({kNan, 1, 2}, {nan, nan, nan});
  ExpectLine({kInfinity, 1}, {nan, nan});
  ExpectLine({-kInfinity, -kInfinity}, {nan, nan});
  // The line behind it stays as it is.
  Buffer<float> x(4);
  x[0] = kNan, x[1] = 1, x[2] = x[3] = 7;
  const SoftmaxF32Params p{2, 2, 1, x.get(), 2, 1, nullptr, 2, 1};
  ExpectOutput<float>(SoftmaxF32Kernels(), p, 0,
                      std::vector<Near>{nan, nan, {0.5, 0}, {0.5, 0}},
                      [](SoftmaxF32Params& params, float* y) { params.y = y; });
}

TEST(SoftmaxF32Contract, DoesNotChangeWhenAPowerOfTwoIsAdded) {
  Random random(3);
  // Multiples of 1/8 stay exact, so even the bits are the same.
  Buffer<float> x(40), moved(40);
  for (int64_t i = 0; i < 40; ++i) {
    x[i] = float(random.Int(-80, 80)) / 8;
    moved[i] = x[i] + 1024;
  }
  for (const auto& row : RunnableRows(SoftmaxF32Kernels())) {
    Buffer<float> y(40), y_moved(40);
    SoftmaxF32Params p{4, 10, 1, x.get(), 10, 1, y.get(), 10, 1};
    RunInParts(row.fn, p, 1, 0);
    p.x = moved.get();
    p.y = y_moved.get();
    RunInParts(row.fn, p, 1, 0);
    EXPECT_EQ(y.FirstDifference(y_moved), -1) << row.name;
  }
}

TEST(SoftmaxF32Contract, WorksInPlaceAlongEitherAxis) {
  for (int64_t inner : {1, 7, 20}) {
    Random random(4);
    const Buffer<float> x = RandomReals(3 * 9 * inner, random, -5, 5);
    for (const auto& row : RunnableRows(SoftmaxF32Kernels())) {
      Buffer<float> apart(3 * 9 * inner), in_place = x;
      const int64_t outer = 9 * inner;
      RunInParts(row.fn,
                 SoftmaxF32Params{3, 9, inner, x.get(), outer, inner,
                                  apart.get(), outer, inner},
                 1, 0);
      RunInParts(row.fn,
                 SoftmaxF32Params{3, 9, inner, in_place.get(), outer, inner,
                                  in_place.get(), outer, inner},
                 2, 0);
      EXPECT_EQ(apart.FirstDifference(in_place), -1)
          << row.name << " inner " << inner;
    }
  }
}

}  // namespace
}  // namespace octet::kernels
