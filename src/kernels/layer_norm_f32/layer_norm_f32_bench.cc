// Times every problem line, one thread.
//
//   layer_norm_f32_bench --benchmark_filter='avx2.*BERT'
#include "kernels/layer_norm_f32/layer_norm_f32.h"
#include "kernels/layer_norm_f32/layer_norm_f32_problem.h"
#include "kernels/testing/bench.h"

int main(int argc, char** argv) {
  using namespace octet::kernels;
  RegisterBenches<LayerNormF32Problem>(
      "layer_norm_f32", LayerNormF32Kernels(), PlanLayerNormF32,
      [](const LayerNormF32Problem& c) {
        return BenchCost{.bytes =
                             4.0 * double(c.x.elements() + c.y.elements())};
      },
      1e-3);
  return RunBenchmarks(argc, argv);
}
