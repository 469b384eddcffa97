// Times every problem line, one thread.
//
//   conv_f32_bench --benchmark_filter='avx2.*ResNet'
#include "kernels/conv_f32/conv_f32.h"
#include "kernels/conv_f32/conv_f32_problem.h"
#include "kernels/testing/bench.h"

int main(int argc, char** argv) {
  using namespace octet::kernels;
  for (const Problem& line : ReadProblems("conv_f32")) {
    const BenchCost cost{.macs = ConvF32Problem(line).macs()};
    RegisterBench<ConvF32Problem>(ConvF32Kernels(), line, PlanConvF32, cost,
                                  1e-3);
  }
  return RunBenchmarks(argc, argv);
}
