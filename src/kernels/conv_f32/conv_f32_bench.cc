// Times every problem line, one thread.
//
//   conv_f32_bench --benchmark_filter='avx2.*ResNet'
#include "kernels/conv_f32/conv_f32.h"
#include "kernels/conv_f32/conv_f32_problem.h"
#include "kernels/conv_f32_winograd/conv_f32_winograd.h"
#include "kernels/testing/bench.h"

int main(int argc, char** argv) {
  using namespace octet::kernels;
  for (const char* family : {"conv_f32", "conv_f32_winograd"}) {
    for (const Problem& line : ReadProblems(family)) {
      const ConvF32Problem problem(line);
      const BenchCost cost{.macs = problem.macs()};
      RegisterBench<ConvF32Problem>(ConvF32Kernels(), line, PlanConvF32, cost,
                                    1e-3);
      if (!WinogradApplies(problem.params)) continue;
      RegisterBench<ConvF32Problem>(ConvF32WinogradKernels(), line,
                                    PlanConvF32Winograd, cost, 1e-3);
    }
  }
  return RunBenchmarks(argc, argv);
}
