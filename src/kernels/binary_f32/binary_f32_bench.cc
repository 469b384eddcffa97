// Times every problem line, one thread.
//
//   binary_f32_bench --benchmark_filter='avx2.*long'
#include "kernels/binary_f32/binary_f32.h"
#include "kernels/binary_f32/binary_f32_problem.h"
#include "kernels/testing/bench.h"

int main(int argc, char** argv) {
  using namespace octet::kernels;
  for (const Problem& line : ReadProblems("binary_f32")) {
    // NaN has no difference to check.
    if (line.Has("special")) continue;
    const BinaryF32Problem problem(line);
    const double element = 12.0 - 3.0 * double(line.Word("codes").size());
    const BenchCost cost{.bytes = element * double(problem.y.elements())};
    RegisterBench<BinaryF32Problem>(BinaryF32Kernels(), line, PlanBinaryF32,
                                    cost, 1e30);
  }
  return RunBenchmarks(argc, argv);
}
