// Times every problem line, one thread.
//
//   attention_half_bench --benchmark_filter='bf16.*BERT'
#include "kernels/attention_half/attention_half.h"
#include "kernels/attention_half/attention_half_problem.h"
#include "kernels/testing/bench.h"

int main(int argc, char** argv) {
  using namespace octet::kernels;
  for (const Problem& line : ReadProblems("attention_half")) {
    const AttentionHalfProblem problem(line);
    const AttentionHalfParams& p = problem.params;
    const BenchCost cost{.macs = double(p.batch[0] * p.rows * p.keys) *
                                 double(p.depth + p.columns)};
    // In units of the last place.
    RegisterBench<AttentionHalfProblem>(AttentionHalfKernels(), line,
                                        PlanAttentionHalf, cost, 2);
  }
  return RunBenchmarks(argc, argv);
}
