// Times every problem line, one thread.
//
//   depthwise_f32_bench --benchmark_filter='avx2.*MobileNet'
#include "kernels/depthwise_f32/depthwise_f32.h"
#include "kernels/depthwise_f32/depthwise_f32_problem.h"
#include "kernels/testing/bench.h"

int main(int argc, char** argv) {
  using namespace octet::kernels;
  for (const Problem& line : ReadProblems("depthwise_f32")) {
    const DepthwiseF32Problem problem(line);
    const BenchCost cost{.macs = double(problem.y.elements() * problem.taps)};
    RegisterBench<DepthwiseF32Problem>(DepthwiseF32Kernels(), line,
                                       PlanDepthwiseF32, cost, 1e-4);
  }
  return RunBenchmarks(argc, argv);
}
