#include "kernels/conv_f32_winograd/conv_f32_winograd.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "base/cpu.h"
#include "kernels/conv_f32/conv_f32_problem.h"
#include "kernels/testing/check.h"
#include "kernels/testing/problem.h"

namespace octet::kernels {
namespace {

void SetOutput(ConvF32Params& params, float* y) { params.y = y; }

// The bound of the header, plus a few ulp for what follows the sum; -1 in the
// gaps.
class TileBounds {
 public:
  explicit TileBounds(const ConvF32Problem& problem)
      : problem_(problem), p_(problem.params) {}

  Buffer<float> All() const {
    Buffer<float> bound(problem_.y.elements());
    for (int64_t i = 0; i < bound.elements(); ++i) bound[i] = -1;
    for (int64_t n = 0; n < p_.batch; ++n) {
      for (int64_t y = 0; y < p_.out_h; y += 4) {
        for (int64_t x = 0; x < p_.out_w; x += 4) WriteTile(n, y, x, bound);
      }
    }
    return bound;
  }

 private:
  void WriteTile(int64_t n, int64_t y, int64_t x, Buffer<float>& bound) const {
    const float eps = std::numeric_limits<float>::epsilon();
    const Window& w = p_.window;
    // Pixels of a block are channels of their own.
    const int64_t block = w.stride_h;
    const int64_t top = y * block - w.pad_top, left = x * block - w.pad_left;
    std::vector<float> largest(size_t(problem_.k));
    for (int64_t k = 0; k < problem_.k; ++k) {
      const int64_t tap = k / p_.in_channels;
      largest[size_t(k)] =
          Largest(n, top + tap / w.kernel_w % block,
                  left + tap % w.kernel_w % block, k % p_.in_channels);
    }
    for (int64_t o = 0; o < p_.out_channels; ++o) {
      float sum = 0;
      for (int64_t k = 0; k < problem_.k; ++k) {
        sum += largest[size_t(k)] *
               std::abs(problem_.weights[size_t(o * problem_.k + k)]);
      }
      for (int64_t i = 0; i < 16; ++i) {
        const int64_t row = y + i / 4, column = x + i % 4;
        if (row >= p_.out_h || column >= p_.out_w) continue;
        bound[((n * p_.out_h + row) * p_.out_w + column) * p_.y_pixel_stride +
              o] = 16 * eps * sum + 16 * eps;
      }
    }
  }

  float Largest(int64_t n, int64_t top, int64_t left, int64_t c) const {
    float largest = 0;
    for (int64_t i = 0; i < 36; ++i) {
      const int64_t y = top + i / 6 * p_.window.stride_h;
      const int64_t x = left + i % 6 * p_.window.stride_w;
      if (y < 0 || y >= p_.in_h || x < 0 || x >= p_.in_w) continue;
      largest = std::max(
          largest,
          std::abs(
              p_.x[((n * p_.in_h + y) * p_.in_w + x) * p_.x_pixel_stride + c]));
    }
    return largest;
  }

  const ConvF32Problem& problem_;
  const ConvF32Params& p_;
};

void ExpectNearTheReference(const Problem& problem) {
  SCOPED_TRACE(problem.line());
  ConvF32Problem c(problem);
  ASSERT_TRUE(WinogradApplies(c.params));
  ExpectNear(ConvF32WinogradKernels(), c.params, c.y.elements(),
             PlanConvF32Winograd(c.params, 4).scratch_bytes, SetOutput,
             TileBounds(c).All());
}

TEST(ConvF32Winograd, StaysNearTheReference) {
  int seen = 0;
  for (const char* family : {"conv_f32", "conv_f32_winograd"}) {
    for (const Problem& problem : ReadProblems(family)) {
      if (problem.Has("bench")) continue;
      if (!WinogradApplies(ConvF32Problem(problem).params)) continue;
      ExpectNearTheReference(problem);
      if (HasFailure()) return;
      ++seen;
    }
  }
  EXPECT_GE(seen, 8);
}

TEST(ConvF32Winograd, StaysNearTheReferenceForRandomShapes) {
  Random random(7);
  for (int i = 0; i < 60; ++i) {
    const auto pick = [&random](int64_t low, int64_t high) {
      return std::to_string(random.Int(low, high));
    };
    ExpectNearTheReference(Problem(
        "x=" + pick(1, 3) + "x" + pick(1, 14) + "x" + pick(1, 14) + "x" +
        pick(12, 50) + " out=" + pick(1, 50) + " kernel=3x3 pad=" + pick(1, 3) +
        "x" + pick(1, 3) + "x" + pick(1, 3) + "x" + pick(1, 3) +
        " gap=" + pick(0, 3) + "x" + pick(0, 3) + "x" + pick(0, 3) +
        (i % 2 == 0 ? " bias" : "") + (i % 3 == 0 ? " residual" : "") +
        (i % 4 == 0 ? " before=silu" : " after=relu")));
    if (HasFailure()) return;
  }
}

TEST(ConvF32Winograd, GivesTheSameBitsHoweverItIsCutAndForAnyBatch) {
  const Problem problem(
      "x=3x9x9x32 out=48 kernel=3x3 pad=1x1x1x1 bias after=relu");
  ConvF32Problem c(problem);
  const int64_t image = c.y.elements() / 3;
  for (const auto& row : RunnableRows(ConvF32WinogradKernels())) {
    SCOPED_TRACE(row.name);
    Buffer<float> together(c.y.elements()), cut(c.y.elements()),
        alone(c.y.elements());
    ConvF32Params p = c.params;
    const int64_t scratch =
        PlanConvF32WinogradAt(row.level, p, 4).scratch_bytes;
    p.y = together.get();
    RunInParts(row.fn, p, 1, scratch);
    p.y = cut.get();
    RunInParts(row.fn, p, 7, scratch);
    for (int i = 0; i < 3; ++i) {
      p.batch = 1;
      p.x = c.params.x + i * p.in_h * p.in_w * p.x_pixel_stride;
      p.y = alone.get() + i * image;
      RunInParts(row.fn, p, 1, scratch);
    }
    EXPECT_EQ(together.FirstDifference(cut), -1);
    EXPECT_EQ(together.FirstDifference(alone), -1);
  }
}

// The choice must not look at the batch: an image's results would depend on it.
TEST(ConvF32Winograd, IsChosenByOneImage) {
  for (const char* side : {"7x7", "8x8", "9x9", "12x12"}) {
    const auto uses = [side](const std::string& batch) {
      const Problem line("x=" + batch + "x" + side +
                         "x32 out=32 kernel=3x3 pad=1x1x1x1");
      return UsesWinograd(ConvF32Problem(line).params, CpuLevel::kAvx2);
    };
    EXPECT_EQ(uses("1"), uses("2")) << side;
    EXPECT_EQ(uses("1"), uses("8")) << side;
  }
}

// An outlier: the error of outputs that do not see it follows it too.
TEST(ConvF32Winograd, StaysWithinTheBoundBesideAnOutlier) {
  const Problem problem("x=1x16x16x16 out=16 kernel=3x3 pad=1x1x1x1");
  ConvF32Problem c(problem);
  c.x[(7 * 16 + 7) * c.params.x_pixel_stride] = 1e6f;
  ExpectNear(ConvF32WinogradKernels(), c.params, c.y.elements(),
             PlanConvF32Winograd(c.params, 4).scratch_bytes, SetOutput,
             TileBounds(c).All());
}

TEST(ConvF32Winograd, IsUsedWhereItAppliesAndPays) {
  const auto params = [](const std::string& line) {
    return ConvF32Problem(Problem(line)).params;
  };
  const std::string tail = " kernel=3x3 pad=1x1x1x1";
  EXPECT_TRUE(
      UsesWinograd(params("x=1x12x12x16 out=16" + tail), CpuLevel::kAvx2));
  EXPECT_TRUE(UsesWinograd(
      params("x=1x24x24x3 out=16 kernel=6x6 pad=2x2x2x2 stride=2x2"),
      CpuLevel::kAvx2));
  EXPECT_FALSE(
      UsesWinograd(params("x=1x12x12x16 out=16" + tail), CpuLevel::kScalar));
  for (const char* line : {
           "x=1x12x12x11 out=16 kernel=3x3 pad=1x1x1x1",
           "x=1x12x12x16 out=15 kernel=3x3 pad=1x1x1x1",
           "x=1x7x7x16 out=16 kernel=3x3 pad=1x1x1x1",
           "x=1x12x12x16 out=16 kernel=3x3 pad=1x1x1x1 stride=2x2",
           "x=1x12x12x32 out=32 kernel=3x3 pad=1x1x1x1 group=2",
           "x=1x24x24x2 out=16 kernel=6x6 pad=2x2x2x2 stride=2x2",
           "x=1x24x24x5 out=16 kernel=6x6 pad=2x2x2x2 stride=2x2",
           "x=1x24x24x3 out=16 kernel=6x6 pad=1x2x3x2 stride=2x2",
           "x=1x25x24x3 out=16 kernel=6x6 pad=2x2x2x2 stride=2x2",
           "x=1x24x24x3 out=16 kernel=6x6 pad=2x2x2x2 stride=2x2 gap=1x0x0",
       }) {
    EXPECT_FALSE(UsesWinograd(params(line), CpuLevel::kAvx2)) << line;
  }
}

}  // namespace
}  // namespace octet::kernels
