// Times every problem line, one thread.
//
//   binary_u8_bench --benchmark_filter='avx2.*residual'
#include "kernels/binary_u8/binary_u8.h"
#include "kernels/binary_u8/binary_u8_problem.h"
#include "kernels/testing/bench.h"

int main(int argc, char** argv) {
  using namespace octet::kernels;
  for (const Problem& line : ReadProblems("binary_u8")) {
    const BinaryU8Problem problem(line);
    const BenchCost cost{.bytes = 3.0 * double(problem.y.elements())};
    RegisterBench<BinaryU8Problem>(BinaryU8Kernels(), line, PlanBinaryU8, cost,
                                   0);
  }
  return RunBenchmarks(argc, argv);
}
