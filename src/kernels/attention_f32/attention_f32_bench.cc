// Times every problem line, one thread.
//
//   attention_f32_bench --benchmark_filter='avx2.*BERT'
#include "kernels/attention_f32/attention_f32.h"
#include "kernels/attention_f32/attention_f32_problem.h"
#include "kernels/testing/bench.h"

int main(int argc, char** argv) {
  using namespace octet::kernels;
  for (const Problem& line : ReadProblems("attention_f32")) {
    const AttentionF32Problem problem(line);
    const MatMulF32Params& s = problem.params.scores;
    const BenchCost cost{.macs = double(line.Int("heads", 1) * s.m * s.n) *
                                 double(s.k + problem.params.context.n)};
    RegisterBench<AttentionF32Problem>(AttentionF32Kernels(), line,
                                       PlanAttentionF32, cost, 1e-3);
  }
  return RunBenchmarks(argc, argv);
}
