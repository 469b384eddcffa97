// Times every problem line, one thread.
//
//   strided_copy_bench --benchmark_filter='.*focus'
#include "kernels/strided_copy/strided_copy.h"
#include "kernels/strided_copy/strided_copy_problem.h"
#include "kernels/testing/bench.h"

int main(int argc, char** argv) {
  using namespace octet::kernels;
  RegisterBenches<StridedCopyProblem>(
      "strided_copy", StridedCopyKernels(), PlanStridedCopy,
      [](const StridedCopyProblem& c) {
        return BenchCost{.bytes = 2.0 * double(c.bytes)};
      },
      0);
  return RunBenchmarks(argc, argv);
}
