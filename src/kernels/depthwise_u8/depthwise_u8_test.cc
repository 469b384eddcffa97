#include "kernels/depthwise_u8/depthwise_u8.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "kernels/depthwise_u8/depthwise_u8_pack.h"
#include "kernels/depthwise_u8/depthwise_u8_problem.h"
#include "kernels/testing/problem_output.h"
#include "kernels/testing/run.h"

namespace octet::kernels {
namespace {

using Output = ProblemOutput;

Output OutputOf(const DepthwiseU8Problem& problem,
                KernelFn<DepthwiseU8Params> fn, int64_t parts) {
  Output output(problem);
  const DepthwiseU8Params params = problem.WriteTo(output.u8, output.f32);
  RunInParts(fn, params, parts, PlanDepthwiseU8(params, 1).scratch_bytes);
  return output;
}

// The formula of the header, from the codes before they are packed.
int32_t SumByFormula(const DepthwiseU8Params& p,
                     const DepthwiseU8Problem& problem, int64_t pixel,
                     int64_t c) {
  const Window& w = p.window;
  const int64_t image = pixel / (p.out_h * p.out_w);
  int32_t sum = problem.bias().empty() ? 0 : problem.bias()[size_t(c)];
  const int32_t* code = problem.codes().data() + c * w.kernel_h * w.kernel_w;
  for (int64_t ky = 0; ky < w.kernel_h; ++ky) {
    for (int64_t kx = 0; kx < w.kernel_w; ++kx, ++code) {
      const int64_t y = pixel / p.out_w % p.out_h * w.stride_h - w.pad_top +
                        ky * w.dilation_h;
      const int64_t x =
          pixel % p.out_w * w.stride_w - w.pad_left + kx * w.dilation_w;
      if (y < 0 || y >= p.in_h || x < 0 || x >= p.in_w) continue;
      const int64_t at = (image * p.in_h + y) * p.in_w + x;
      sum += *code * (p.x[at * p.x_pixel_stride + c] - p.x_zero[c]);
    }
  }
  return sum;
}

TEST(DepthwiseU8, ReferenceFollowsTheFormula) {
  for (const Problem& line : ProblemsToTest("depthwise_u8")) {
    const DepthwiseU8Problem problem(line);
    if (problem.macs() > 1e6) continue;
    Output expected(problem);
    const DepthwiseU8Params p = problem.WriteTo(expected.u8, expected.f32);
    std::vector<int32_t> sums(size_t(RoundUp(p.channels, 64)));
    for (int64_t i = 0; i < p.batch * p.out_h * p.out_w; ++i) {
      for (int64_t c = 0; c < p.channels; ++c) {
        sums[size_t(c)] = SumByFormula(p, problem, i, c);
      }
      ApplyEpilogueReference(p.epilogue, sums.data(), int64_t(sums.size()), i,
                             1, 0, p.channels);
    }
    EXPECT_TRUE(OutputOf(problem, DepthwiseU8Reference, 1) == expected)
        << line.line();
  }
}

TEST(DepthwiseU8, EveryKernelGivesTheBitsOfTheReferenceHoweverItIsCut) {
  for (const Problem& line : ProblemsToTest("depthwise_u8")) {
    const DepthwiseU8Problem problem(line);
    const Output expected = OutputOf(problem, DepthwiseU8Reference, 1);
    for (const auto& row : RunnableRows(DepthwiseU8Kernels())) {
      if (row.fn == DepthwiseU8Reference && problem.macs() > 1e6) continue;
      for (int64_t parts : {1, 2, 5, 40}) {
        EXPECT_TRUE(OutputOf(problem, row.fn, parts) == expected)
            << row.name << " in " << parts << " parts: " << line.line();
      }
    }
  }
}

TEST(DepthwiseU8, EveryNumberOfChannelsWorks) {
  for (int64_t stride = 1; stride <= 2; ++stride) {
    for (int64_t channels = 1; channels <= 70; ++channels) {
      const std::string s = std::to_string(stride);
      const Problem line("x=1x7x6x" + std::to_string(channels) +
                         " stride=" + s + "x" + s + " pad=1x1x1x1 ygap=2");
      const DepthwiseU8Problem problem(line);
      const Output expected = OutputOf(problem, DepthwiseU8Reference, 1);
      for (const auto& row : RunnableRows(DepthwiseU8Kernels())) {
        EXPECT_TRUE(OutputOf(problem, row.fn, 1) == expected)
            << row.name << ": " << line.line();
      }
    }
  }
}

// A line of small random numbers; a third of them have no padding.
std::string RandomLine(Random& random) {
  const auto pair = [&random](int64_t low, int64_t high) {
    return std::to_string(random.Int(low, high)) + "x" +
           std::to_string(random.Int(low, high));
  };
  const int64_t pad = random.Int(0, 2);
  const int64_t size = random.Int(0, 1) == 0 ? 3 : 5;
  const char* const epilogues[] = {"clamp", "table", "float before=silu",
                                   "float f32 residual=u8",
                                   "float residual=f32 after=relu"};
  return "x=" + std::to_string(random.Int(1, 2)) + "x" + pair(5, 12) + "x" +
         std::to_string(random.Int(1, 150)) +
         " kernel=" + std::to_string(size) + "x" + std::to_string(size) +
         " stride=" + pair(1, 2) + " pad=" + pair(pad, pad + 1) + "x" +
         pair(pad, pad + 1) +
         " xgap=" + std::to_string(random.Int(0, 1) * random.Int(1, 20)) +
         " ygap=" + std::to_string(random.Int(0, 1) * random.Int(1, 20)) + " " +
         epilogues[random.Int(0, 4)];
}

TEST(DepthwiseU8, RandomShapesGiveTheBitsOfTheReference) {
  Random random(1);
  const int lines = IsEmulated() ? 10 : 150;
  for (int i = 0; i < lines; ++i) {
    const Problem line(RandomLine(random));
    SCOPED_TRACE(line.line());
    const DepthwiseU8Problem problem(line);
    const Output expected = OutputOf(problem, DepthwiseU8Reference, 1);
    for (const auto& row : RunnableRows(DepthwiseU8Kernels())) {
      if (row.fn == DepthwiseU8Reference) continue;
      EXPECT_TRUE(OutputOf(problem, row.fn, random.Int(1, 4)) == expected)
          << row.name;
    }
  }
}

TEST(DepthwiseU8, PlanLeavesSmallWorkWholeAndCutsLargeWork) {
  DepthwiseU8Params p;
  p.window.kernel_h = p.window.kernel_w = 3;
  p.in_h = p.in_w = p.out_h = p.out_w = 7;
  p.channels = p.x_pixel_stride = 64;
  EXPECT_EQ(PlanDepthwiseU8(p, 8).parts, 1);
  p.in_h = p.in_w = p.out_h = p.out_w = 112;
  EXPECT_EQ(PlanDepthwiseU8(p, 1).parts, 1);
  EXPECT_GE(PlanDepthwiseU8(p, 2).parts, 8);
}

TEST(PackDepthwiseU8, PutsTheChannelsOfATapSideBySide) {
  const std::vector<int32_t> codes = {1, 2, 3, 4, 5, 6};  // 2 channels, 3 taps
  const std::vector<int32_t> bias = {10, 20};
  const PackedDepthwiseU8 packed =
      PackDepthwiseU8(2, codes, std::vector<int32_t>{1, 2}, bias);
  ASSERT_EQ(packed.weight.size(), 3u * 64);
  EXPECT_EQ(packed.weight[0], 1);
  EXPECT_EQ(packed.weight[1], 4);
  EXPECT_EQ(packed.weight[2], 0);
  EXPECT_EQ(packed.weight[64], 2);
  EXPECT_EQ(packed.weight[128 + 1], 6);
  ASSERT_EQ(packed.comp.size(), 64u);
  EXPECT_EQ(packed.comp[0], 10 - 1 * 6);
  EXPECT_EQ(packed.comp[1], 20 - 2 * 15);
}

}  // namespace
}  // namespace octet::kernels
