// Times every problem line, one thread.
//
//   attention_u8_bench --benchmark_filter='avx2.*BERT'
#include "kernels/attention_u8/attention_u8.h"
#include "kernels/attention_u8/attention_u8_problem.h"
#include "kernels/testing/bench.h"

int main(int argc, char** argv) {
  using namespace octet::kernels;
  for (const Problem& line : ReadProblems("attention_u8")) {
    const AttentionU8Params p = AttentionU8Problem(line).params;
    const BenchCost cost{.macs =
                             double(line.Int("heads", 1) * p.rows * p.keys) *
                             double(p.depth + p.columns)};
    RegisterBench<AttentionU8Problem>(AttentionU8Kernels(), line,
                                      PlanAttentionU8, cost, 0);
  }
  return RunBenchmarks(argc, argv);
}
