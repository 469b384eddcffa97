#include "kernels/conv_f32_winograd/conv_f32_winograd.h"

#include <gtest/gtest.h>

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

// For every output `times` eps times the sum of the products' magnitudes, plus
// a few ulp for what follows; -1 in the gaps.
Buffer<float> Bounds(const ConvF32Problem& original, const Problem& problem,
                     float times) {
  ConvF32Problem c(problem);
  for (int64_t i = 0; i < c.x.elements(); ++i) c.x[i] = std::abs(c.x[i]);
  for (int64_t i = 0; i < c.packed.elements(); ++i) {
    c.packed[i] = std::abs(c.packed[i]);
  }
  c.params.bias = c.params.residual = nullptr;
  c.params.before = c.params.after = {};
  Buffer<float> bound(original.y.elements());
  c.params.y = bound.get();
  RunInParts(ConvF32Reference, c.params, 1, 0);
  // A tile's outputs share its roundings, the largest too.
  const float eps = std::numeric_limits<float>::epsilon();
  float most = 0;
  for (int64_t i = 0; i < bound.elements(); ++i) {
    const bool is_gap = i % c.params.y_pixel_stride >= c.params.out_channels;
    if (!is_gap) most = std::max(most, bound[i]);
  }
  for (int64_t i = 0; i < bound.elements(); ++i) {
    const bool is_gap = i % c.params.y_pixel_stride >= c.params.out_channels;
    bound[i] = is_gap ? -1 : times * eps * (most + 1) + 8 * eps;
  }
  return bound;
}

void ExpectNearTheReference(const Problem& problem) {
  SCOPED_TRACE(problem.line());
  ConvF32Problem c(problem);
  ASSERT_TRUE(WinogradApplies(c.params));
  // Of the magnitudes that a tile sees; measured are up to 20.
  ExpectNear(ConvF32WinogradKernels(), c.params, c.y.elements(),
             PlanConvF32Winograd(c.params, 4).scratch_bytes, SetOutput,
             Bounds(c, problem, 40));
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
        pick(16, 50) + " out=" + pick(1, 50) + " kernel=3x3 pad=" + pick(1, 3) +
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
    const int64_t scratch = PlanConvF32Winograd(p, 4).scratch_bytes;
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

TEST(ConvF32Winograd, IsUsedWhereItAppliesAndPays) {
  const auto params = [](const std::string& line) {
    return ConvF32Problem(Problem(line)).params;
  };
  const std::string tail = " kernel=3x3 pad=1x1x1x1";
  EXPECT_TRUE(
      UsesWinograd(params("x=1x12x12x16 out=16" + tail), CpuLevel::kAvx2));
  EXPECT_FALSE(
      UsesWinograd(params("x=1x12x12x16 out=16" + tail), CpuLevel::kScalar));
  for (const char* line : {
           "x=1x12x12x15 out=16 kernel=3x3 pad=1x1x1x1",
           "x=1x12x12x16 out=15 kernel=3x3 pad=1x1x1x1",
           "x=1x7x7x16 out=16 kernel=3x3 pad=1x1x1x1",
           "x=1x12x12x16 out=16 kernel=3x3 pad=1x1x1x1 stride=2x2",
           "x=1x12x12x32 out=32 kernel=3x3 pad=1x1x1x1 group=2",
       }) {
    EXPECT_FALSE(UsesWinograd(params(line), CpuLevel::kAvx2)) << line;
  }
}

}  // namespace
}  // namespace octet::kernels
