#include "kernels/depthwise_f32/depthwise_f32.h"

#include <iterator>

#include "base/cpu.h"
#include "kernels/split.h"

namespace octet::kernels {
namespace {

constexpr Kernel<DepthwiseF32Params> kDepthwiseF32Kernels[] = {
    {"depthwise_f32_avx512vnni", CpuLevel::kAvx512Vnni, DepthwiseF32Avx512Vnni},
    {"depthwise_f32_avx2", CpuLevel::kAvx2, DepthwiseF32Avx2},
    {"depthwise_f32_reference", CpuLevel::kScalar, DepthwiseF32Reference},
};

// A quarter of the multiply-add peak of an AVX2 core: loads bound it.
constexpr double kNsPerMac = 1.0 / 14;

}  // namespace

KernelTable<DepthwiseF32Params> DepthwiseF32Kernels() {
  return {kDepthwiseF32Kernels, std::size(kDepthwiseF32Kernels)};
}

KernelFn<DepthwiseF32Params> FindDepthwiseF32(CpuLevel level) {
  return DepthwiseF32Kernels().Best(level).fn;
}

Work PlanDepthwiseF32(const DepthwiseF32Params& p, int threads) {
  const int64_t rows = p.batch * p.out_h;
  const double macs = double(rows * p.out_w) * double(p.channels) *
                      p.window.kernel_h * p.window.kernel_w;
  return SplitEvenly(rows, macs * kNsPerMac, threads);
}

}  // namespace octet::kernels
