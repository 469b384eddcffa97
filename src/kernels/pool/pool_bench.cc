// Times every problem line, one thread.
//
//   pool_bench --benchmark_filter='pool_u8_avx2.*SPPF'
#include "kernels/pool/pool.h"
#include "kernels/pool/pool_problem.h"
#include "kernels/testing/bench.h"

int main(int argc, char** argv) {
  using namespace octet::kernels;
  RegisterBenches<PoolU8Problem>(
      "pool", PoolU8Kernels(), PlanPoolU8,
      [](const PoolU8Problem& c) {
        return BenchCost{.bytes = double(c.x.elements() + c.y.elements())};
      },
      0);
  RegisterBenches<PoolF32Problem>(
      "pool", PoolF32Kernels(), PlanPoolF32,
      [](const PoolF32Problem& c) {
        return BenchCost{.bytes =
                             4.0 * double(c.x.elements() + c.y.elements())};
      },
      0);
  return RunBenchmarks(argc, argv);
}
