#include "kernels/softmax_f32/softmax_f32.h"

#include <iterator>

#include "base/cpu.h"
#include "kernels/split.h"

namespace octet::kernels {
namespace {

constexpr Kernel<SoftmaxF32Params> kSoftmaxF32Kernels[] = {
    {"softmax_f32_avx512vnni", CpuLevel::kAvx512Vnni, SoftmaxF32Avx512Vnni},
    {"softmax_f32_avx2", CpuLevel::kAvx2, SoftmaxF32Avx2},
    {"softmax_f32_reference", CpuLevel::kScalar, SoftmaxF32Reference},
};

// An exp with AVX2 and three passes.
constexpr double kNsPerElement = 1;

}  // namespace

KernelTable<SoftmaxF32Params> SoftmaxF32Kernels() {
  return {kSoftmaxF32Kernels, std::size(kSoftmaxF32Kernels)};
}

KernelFn<SoftmaxF32Params> FindSoftmaxF32(CpuLevel level) {
  return SoftmaxF32Kernels().Best(level).fn;
}

Work PlanSoftmaxF32(const SoftmaxF32Params& p, int threads) {
  const int64_t lines = p.outer * p.inner;
  return SplitEvenly(lines, double(lines * p.size) * kNsPerElement, threads);
}

}  // namespace octet::kernels
