// Times every problem line of conv_f32 in both 16-bit formats, one thread.
//
//   conv_half_bench --benchmark_filter='avx2.*bf16.*ResNet'
#include "base/cpu.h"
#include "kernels/conv_half/conv_half.h"
#include "kernels/conv_half/conv_half_problem.h"
#include "kernels/conv_half_winograd/conv_half_winograd.h"
#include "kernels/testing/bench.h"

namespace octet::kernels {
namespace {

struct NamedHalf : ConvHalfProblem {
  explicit NamedHalf(const Problem& problem)
      : ConvHalfProblem(problem,
                        problem.Has("bf16") ? DType::kBF16 : DType::kF16) {}
};

Work PlanWinograd(const ConvHalfParams& params, int threads) {
  return PlanConvHalfWinogradAt(CpuLevel::kAvx512Bf16, params, threads);
}

}  // namespace
}  // namespace octet::kernels

int main(int argc, char** argv) {
  using namespace octet::kernels;
  for (const char* family : {"conv_f32", "conv_f32_winograd"}) {
    for (const Problem& problem : ReadProblems(family)) {
      for (const char* half : {"f16 ", "bf16 "}) {
        const Problem line(half + problem.line());
        const BenchCost cost{.macs = ConvF32Problem(problem).macs()};
        RegisterBench<NamedHalf>(ConvHalfKernels(), line, PlanConvHalf, cost,
                                 1e-2);
        if (!WinogradApplies(NamedHalf(line).params)) continue;
        RegisterBench<NamedHalf>(ConvHalfWinogradKernels(), line, PlanWinograd,
                                 cost, 1e-2);
      }
    }
  }
  return RunBenchmarks(argc, argv);
}
