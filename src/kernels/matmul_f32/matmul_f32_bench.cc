// Times every problem line, one thread.
//
//   matmul_f32_bench --benchmark_filter='avx2.*attention'
#include "kernels/matmul_f32/matmul_f32.h"
#include "kernels/matmul_f32/matmul_f32_problem.h"
#include "kernels/testing/bench.h"

int main(int argc, char** argv) {
  using namespace octet::kernels;
  for (const Problem& line : ReadProblems("matmul_f32")) {
    const MatMulF32Problem problem(line);
    const BenchCost cost{.macs =
                             double(problem.y.elements() * problem.params.k)};
    RegisterBench<MatMulF32Problem>(MatMulF32Kernels(), line, PlanMatMulF32,
                                    cost, 1e-3);
  }
  return RunBenchmarks(argc, argv);
}
