// Times every problem line, one thread.
//
//   table_u8_bench --benchmark_filter='avx2.*SiLU'
#include "kernels/table_u8/table_u8.h"
#include "kernels/table_u8/table_u8_problem.h"
#include "kernels/testing/bench.h"

int main(int argc, char** argv) {
  using namespace octet::kernels;
  RegisterBenches<TableU8Problem>(
      "table_u8", TableU8Kernels(), PlanTableU8,
      [](const TableU8Problem& c) {
        return BenchCost{.bytes = double(c.x.elements() + c.y.elements())};
      },
      0);
  return RunBenchmarks(argc, argv);
}
