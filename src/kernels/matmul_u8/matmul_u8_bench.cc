// Times every problem line, one thread.
//
//   matmul_u8_bench --benchmark_filter='avx2.*BERT'
#include "kernels/batch.h"
#include "kernels/matmul_u8/matmul_u8.h"
#include "kernels/matmul_u8/matmul_u8_problem.h"
#include "kernels/testing/bench.h"

int main(int argc, char** argv) {
  using namespace octet::kernels;
  for (const Problem& line : ReadProblems("matmul_u8")) {
    const MatMulU8Problem problem(line);
    const MatMulU8Params& p = problem.params;
    const BenchCost cost{.macs = double(Batches(p.batch, p.batch_rank)) *
                                 double(p.rows * p.depth * p.columns)};
    RegisterBench<MatMulU8Problem>(MatMulU8Kernels(), line, PlanMatMulU8, cost,
                                   0);
  }
  return RunBenchmarks(argc, argv);
}
