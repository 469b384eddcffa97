#include "kernels/conv_u8_winograd/conv_u8_winograd.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/cpu.h"
#include "kernels/conv_u8/conv_u8_problem.h"
#include "kernels/testing/problem_output.h"
#include "kernels/testing/run.h"

namespace octet::kernels {
namespace {

constexpr char k3x3[] = " kernel=3x3 pad=1x1x1x1";

// Problems that WinogradIsExact for; the small ones where IsEmulated.
std::vector<Problem> ExactProblems() {
  const double most = IsEmulated() ? 1e6 : 1e12;
  std::vector<Problem> problems;
  for (const char* family : {"conv_u8", "conv_u8_winograd"}) {
    for (const Problem& line : ReadProblems(family)) {
      const ConvU8Problem problem(line);
      Buffer<uint8_t> u8 = problem.NewU8();
      Buffer<float> f32 = problem.NewF32();
      if (problem.macs() > most) continue;
      if (WinogradIsExact(problem.WriteTo(u8, f32))) problems.push_back(line);
    }
  }
  return problems;
}

using Output = ProblemOutput;

Output OutputOf(const ConvU8Problem& problem, const Kernel<ConvU8Params>& row,
                int64_t parts) {
  Output output(problem);
  const ConvU8Params params = problem.WriteTo(output.u8, output.f32);
  RunInParts(row.fn, params, parts,
             PlanConvU8WinogradAt(row.level, params, 1).scratch_bytes);
  return output;
}

void ExpectBitsOfTheReference(const Problem& line,
                              const std::vector<int64_t>& parts) {
  const ConvU8Problem problem(line);
  Output expected(problem);
  RunInParts(ConvU8Reference, problem.WriteTo(expected.u8, expected.f32), 1, 0);
  for (const auto& row : RunnableRows(ConvU8WinogradKernels())) {
    if (row.fn == ConvU8Reference) continue;
    for (int64_t some : parts) {
      EXPECT_TRUE(OutputOf(problem, row, some) == expected)
          << row.name << " in " << some << " parts: " << line.line();
    }
  }
}

ConvU8Params ParamsOf(const std::string& line) {
  const ConvU8Problem problem((Problem(line)));
  Output output(problem);
  return problem.WriteTo(output.u8, output.f32);
}

TEST(ConvU8Winograd, GivesTheBitsOfConvU8HoweverItIsCut) {
  const std::vector<Problem> problems = ExactProblems();
  EXPECT_GE(problems.size(), 10u);
  for (const Problem& line : problems) {
    ExpectBitsOfTheReference(line, {1, 2, 5, 16});
  }
}

TEST(ConvU8Winograd, RandomShapesToo) {
  Random random(1);
  const int lines = IsEmulated() ? 10 : 200;
  for (int i = 0; i < lines; ++i) {
    const auto some = [&random](int64_t low, int64_t high) {
      return std::to_string(random.Int(low, high));
    };
    const std::string line =
        "x=" + some(1, 3) + "x" + some(1, 14) + "x" + some(1, 14) + "x" +
        std::to_string(4 * random.Int(1, 20)) + " out=" + some(1, 70) +
        " kernel=3x3 pad=" + some(1, 3) + "x" + some(1, 3) + "x" + some(1, 3) +
        "x" + some(1, 3) + " zero=" + some(0, 255) +
        " xgap=" + std::to_string(random.Int(0, 1) * random.Int(1, 20)) +
        " ygap=" + std::to_string(random.Int(0, 1) * random.Int(1, 20)) +
        (random.Int(0, 1) == 1 ? " bias float f32" : " table");
    ExpectBitsOfTheReference(Problem(line), {random.Int(1, 6)});
  }
}

TEST(ConvU8Winograd, IsExactForStride1Alone3x3AndProvenSums) {
  const std::string x = "x=1x8x8x16 out=16";
  EXPECT_TRUE(WinogradIsExact(ParamsOf(x + k3x3)));
  EXPECT_FALSE(WinogradIsExact(ParamsOf(x)));
  EXPECT_FALSE(WinogradIsExact(ParamsOf(x + " kernel=3x1 pad=1x0x1x0")));
  EXPECT_FALSE(WinogradIsExact(ParamsOf(x + " kernel=5x5 pad=2x2x2x2")));
  EXPECT_FALSE(WinogradIsExact(ParamsOf(x + k3x3 + " stride=2x2")));
  EXPECT_FALSE(WinogradIsExact(ParamsOf(x + k3x3 + " stride=1x2")));
  EXPECT_FALSE(WinogradIsExact(ParamsOf(x + k3x3 + " dilation=2x1")));
  EXPECT_FALSE(WinogradIsExact(ParamsOf(x + k3x3 + " group=2")));
  EXPECT_FALSE(WinogradIsExact(ParamsOf(x + k3x3 + " parts=2")));
  EXPECT_FALSE(
      WinogradIsExact(ParamsOf(std::string("x=1x8x8x18 out=16") + k3x3)));
}

TEST(ConvU8Winograd, IsExactUpToTheLargestProvenSum) {
  ConvU8Params p = ParamsOf(std::string("x=1x4x4x64 out=16") + k3x3);
  p.sum_bound = (1 << 25) - 1;
  EXPECT_TRUE(WinogradIsExact(p));
  p.sum_bound = 1 << 25;
  EXPECT_FALSE(WinogradIsExact(p));
  p.sum_bound = 0;  // an engine that does not say
  EXPECT_FALSE(WinogradIsExact(p));
}

// 116 channels of 9 weights of 126 reach 116 * 9 * 126 * 255 = 33,543,720 of
// 2^25 = 33,554,432.
TEST(ConvU8Winograd, SumsAtTheProvenLimitAreRight) {
  for (const char* fill : {"255:126", "255:-126", "255:1", "1:-126"}) {
    const std::string line = std::string("x=1x6x6x116 out=20") + k3x3 +
                             " zero=0 float f32 fill=" + fill;
    ASSERT_TRUE(WinogradIsExact(ParamsOf(line))) << fill;
    ExpectBitsOfTheReference(Problem(line), {1, 3});
  }
}

TEST(ConvU8Winograd, IsChosenByTheLevelUnlessTheParametersSay) {
  ConvU8Params p = ParamsOf(std::string("x=1x8x8x64 out=64") + k3x3);
  EXPECT_TRUE(UsesWinograd(p, CpuLevel::kAvx2));
  EXPECT_FALSE(UsesWinograd(p, CpuLevel::kScalar));
  EXPECT_FALSE(UsesWinograd(p, CpuLevel::kAvxVnni));  // too few pixels
  EXPECT_FALSE(UsesWinograd(p, CpuLevel::kAvx512Vnni));
  EXPECT_TRUE(UsesWinograd(ParamsOf(std::string("x=1x20x20x64 out=64") + k3x3),
                           CpuLevel::kAvx512Vnni));
  p.algorithm = ConvU8Algorithm::kDirect;
  EXPECT_FALSE(UsesWinograd(p, CpuLevel::kAvx2));
  p.algorithm = ConvU8Algorithm::kWinograd;
  EXPECT_TRUE(UsesWinograd(p, CpuLevel::kAvx512Vnni));
  p.sum_bound = 1 << 25;  // what is not exact is never used
  EXPECT_FALSE(UsesWinograd(p, CpuLevel::kAvx2));
}

}  // namespace
}  // namespace octet::kernels
