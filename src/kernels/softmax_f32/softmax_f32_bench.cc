// Times every problem line, one thread.
//
//   softmax_f32_bench --benchmark_filter='avx2.*BERT'
#include "kernels/softmax_f32/softmax_f32.h"
#include "kernels/softmax_f32/softmax_f32_problem.h"
#include "kernels/testing/bench.h"

int main(int argc, char** argv) {
  using namespace octet::kernels;
  RegisterBenches<SoftmaxF32Problem>(
      "softmax_f32", SoftmaxF32Kernels(), PlanSoftmaxF32,
      [](const SoftmaxF32Problem& c) {
        return BenchCost{.bytes =
                             4.0 * double(c.x.elements() + c.y.elements())};
      },
      1e-5);
  return RunBenchmarks(argc, argv);
}
