#include "kernels/conv_u8/conv_u8.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "kernels/conv_u8/conv_u8_problem.h"
#include "kernels/testing/problem_output.h"
#include "kernels/testing/run.h"

namespace octet::kernels {

// conv_u8_by_dots_avx512vnni.cc
void ConvU8ByDotsAvx512Vnni(const ConvU8Params& params, int64_t part,
                            int64_t parts, std::byte* scratch);

namespace {

using Output = ProblemOutput;

// What the plan for a kernel's level asks for, or that for all levels if the
// table has no such kernel.
int64_t ScratchBytes(KernelFn<ConvU8Params> fn, const ConvU8Params& params) {
  for (const auto& row : ConvU8Kernels()) {
    if (row.fn == fn) return PlanConvU8At(row.level, params, 1).scratch_bytes;
  }
  return PlanConvU8(params, 1).scratch_bytes;
}

Output OutputOf(const ConvU8Problem& problem, KernelFn<ConvU8Params> fn,
                int64_t parts) {
  Output output(problem);
  const ConvU8Params params = problem.WriteTo(output.u8, output.f32);
  RunInParts(fn, params, parts, ScratchBytes(fn, params));
  return output;
}

// The formula of the header, from the codes before they are packed.
int32_t SumByFormula(const ConvU8Params& p, const ConvU8Problem& problem,
                     int64_t pixel, int64_t o) {
  const Window& w = p.window;
  const int64_t depth = p.in_channels / p.group;
  const int64_t first = o / (p.out_channels / p.group) * depth;
  const int64_t image = pixel / (p.out_h * p.out_w);
  int64_t sum = problem.bias().empty() ? 0 : problem.bias()[size_t(o)];
  const int32_t* code =
      problem.codes().data() + o * w.kernel_h * w.kernel_w * depth;
  for (int64_t ky = 0; ky < w.kernel_h; ++ky) {
    for (int64_t kx = 0; kx < w.kernel_w; ++kx) {
      const int64_t y = pixel / p.out_w % p.out_h * w.stride_h - w.pad_top +
                        ky * w.dilation_h;
      const int64_t x =
          pixel % p.out_w * w.stride_w - w.pad_left + kx * w.dilation_w;
      for (int64_t i = 0; i < depth; ++i, ++code) {
        if (y < 0 || y >= p.in_h || x < 0 || x >= p.in_w) continue;
        const int64_t at = ((image * p.in_h + y) * p.in_w + x);
        sum += int64_t{*code} *
               (p.x[at * p.x_pixel_stride + first + i] - p.x_zero);
      }
    }
  }
  return int32_t(sum);
}

TEST(ConvU8, ReferenceFollowsTheFormula) {
  for (const Problem& line : ProblemsToTest("conv_u8")) {
    const ConvU8Problem problem(line);
    if (problem.macs() > 5e6) continue;
    Output expected(problem);
    const ConvU8Params p = problem.WriteTo(expected.u8, expected.f32);
    std::vector<int32_t> sums(size_t(RoundUp(p.out_channels, 16)));
    for (int64_t i = 0; i < p.batch * p.out_h * p.out_w; ++i) {
      for (int64_t o = 0; o < p.out_channels; ++o) {
        sums[size_t(o)] = SumByFormula(p, problem, i, o);
      }
      ApplyEpilogueReference(p.epilogue, sums.data(), int64_t(sums.size()), i,
                             1, 0, p.out_channels);
    }
    EXPECT_TRUE(OutputOf(problem, ConvU8Reference, 1) == expected)
        << line.line();
  }
}

// The rows of the table, and what stands for one that few machines have.
std::vector<Kernel<ConvU8Params>> RowsToTest() {
  std::vector<Kernel<ConvU8Params>> rows = RunnableRows(ConvU8Kernels());
  if (IsRunnable(CpuLevel::kAvx512Vnni)) {
    rows.push_back({"conv_u8_by_dots_avx512vnni", CpuLevel::kAvx512Vnni,
                    ConvU8ByDotsAvx512Vnni});
  }
  return rows;
}

TEST(ConvU8, EveryKernelGivesTheBitsOfTheReferenceHoweverItIsCut) {
  for (const Problem& line : ProblemsToTest("conv_u8")) {
    const ConvU8Problem problem(line);
    const Output expected = OutputOf(problem, ConvU8Reference, 1);
    for (const auto& row : RowsToTest()) {
      if (row.fn == ConvU8Reference && problem.macs() > 1e6) continue;
      for (int64_t parts : {1, 2, 5, 16}) {
        EXPECT_TRUE(OutputOf(problem, row.fn, parts) == expected)
            << row.name << " in " << parts << " parts: " << line.line();
      }
    }
  }
}

// A line of small random numbers; half of them have no padding.
std::string RandomLine(Random& random) {
  const auto pair = [&random](int64_t low, int64_t high) {
    return std::to_string(random.Int(low, high)) + "x" +
           std::to_string(random.Int(low, high));
  };
  const int64_t group = random.Int(0, 3) == 0 ? random.Int(2, 3) : 1;
  const int64_t pad = random.Int(0, 1) * random.Int(1, 3);
  const char* const epilogues[] = {"clamp",
                                   "table",
                                   "float before=silu",
                                   "float f32 residual=u8",
                                   "float residual=f32 after=relu",
                                   "add residual=u8",
                                   "factor before=silu",
                                   "factor before=silu residual=u8"};
  return "x=" + pair(1, 2) + "x" + std::to_string(random.Int(1, 20)) + "x" +
         std::to_string(group * random.Int(1, 40)) +
         " out=" + std::to_string(group * random.Int(1, 90)) +
         " kernel=" + pair(1, 1 + 2 * pad) + " stride=" + pair(1, 3) +
         " dilation=" + pair(1, 2) + " pad=" + std::to_string(2 * pad) + "x" +
         std::to_string(2 * pad) + "x" + std::to_string(4 * pad) + "x" +
         std::to_string(4 * pad) + " group=" + std::to_string(group) +
         " xgap=" + std::to_string(random.Int(0, 1) * random.Int(1, 20)) +
         " ygap=" + std::to_string(random.Int(0, 1) * random.Int(1, 20)) +
         " parts=" + std::to_string(random.Int(0, 5) == 0 ? 2 : 1) + " " +
         epilogues[random.Int(0, 7)];
}

TEST(ConvU8, RandomShapesGiveTheBitsOfTheReference) {
  Random random(1);
  const int lines = IsEmulated() ? 10 : 150;
  for (int i = 0; i < lines; ++i) {
    const Problem line(RandomLine(random));
    SCOPED_TRACE(line.line());
    const ConvU8Problem problem(line);
    const Output expected = OutputOf(problem, ConvU8Reference, 1);
    for (const auto& row : RowsToTest()) {
      if (row.fn == ConvU8Reference) continue;
      EXPECT_TRUE(OutputOf(problem, row.fn, random.Int(1, 4)) == expected)
          << row.name;
    }
  }
}

TEST(ConvU8, ImagesOfABatchDoNotDependOnEachOther) {
  const ConvU8Problem two(Problem("x=2x5x6x20 out=40 kernel=3x3 pad=1x1x1x1"));
  for (const auto& row : RowsToTest()) {
    const Output both = OutputOf(two, row.fn, 1);
    Output alone(two);
    ConvU8Params params = two.WriteTo(alone.u8, alone.f32);
    params.batch = 1;
    for (int64_t image = 0; image < 2; ++image) {
      RunInParts(row.fn, params, 1, ScratchBytes(row.fn, params));
      params.x += int64_t{5} * 6 * 20;
      params.epilogue.y_u8 += int64_t{5} * 6 * 40;
    }
    EXPECT_TRUE(alone == both) << row.name;
  }
}

TEST(ConvU8, TacticsDoNotChangeTheResult) {
  for (const Problem& line : ProblemsToTest("conv_u8")) {
    const ConvU8Problem problem(line);
    if (problem.macs() > 5e6) continue;
    const Output expected = OutputOf(problem, ConvU8Reference, 1);
    for (const auto& row : RowsToTest()) {
      if (row.fn == ConvU8Reference) continue;
      for (int64_t vectors = 1; vectors <= 4; ++vectors) {
        for (int64_t block : {1, 3, 1000}) {
          Output output(problem);
          ConvU8Params params = problem.WriteTo(output.u8, output.f32);
          params.tile_vectors = vectors;
          params.tile_block = block;
          RunInParts(row.fn, params, 1, ScratchBytes(row.fn, params));
          EXPECT_TRUE(output == expected)
              << row.name << " vectors=" << vectors << " block=" << block
              << ": " << line.line();
        }
      }
    }
  }
}

TEST(ConvU8, PlanLeavesSmallWorkWholeAndCutsLargeWork) {
  ConvU8Params p;
  p.in_h = p.in_w = p.out_h = p.out_w = 4;
  p.in_channels = p.out_channels = 16;
  EXPECT_EQ(PlanConvU8(p, 8).parts, 1);
  p.in_h = p.in_w = p.out_h = p.out_w = 56;
  p.in_channels = p.out_channels = 256;
  EXPECT_EQ(PlanConvU8(p, 1).parts, 1);
  EXPECT_GE(PlanConvU8(p, 2).parts, 8);
}

// Sixteen are computed for it.
TEST(ConvU8, PlanCutsWorkForASingleChannel) {
  ConvU8Params p;
  p.in_h = p.in_w = p.out_h = p.out_w = 52;
  p.in_channels = 64;
  p.out_channels = 1;
  EXPECT_EQ(PlanConvU8(p, 2).parts, 2);
}

}  // namespace
}  // namespace octet::kernels
