#include "kernels/depthwise_u8/depthwise_u8.h"

#include <iterator>

#include "base/cpu.h"
#include "kernels/depthwise_u8/depthwise_u8_scratch.h"
#include "kernels/split.h"

namespace octet::kernels {
namespace {

constexpr Kernel<DepthwiseU8Params> kRows[] = {
    // best first
    {"depthwise_u8_avx512vnni", CpuLevel::kAvx512Vnni, DepthwiseU8Avx512Vnni},
    {"depthwise_u8_avx2", CpuLevel::kAvx2, DepthwiseU8Avx2},
    {"depthwise_u8_reference", CpuLevel::kScalar, DepthwiseU8Reference},
};

}  // namespace

KernelTable<DepthwiseU8Params> DepthwiseU8Kernels() {
  return {kRows, int(std::size(kRows))};
}

KernelFn<DepthwiseU8Params> FindDepthwiseU8(CpuLevel level) {
  return DepthwiseU8Kernels().Best(level).fn;
}

Work PlanDepthwiseU8(const DepthwiseU8Params& params, int threads) {
  const double outputs =
      double(params.batch * params.out_h * params.out_w) * params.channels;
  const double taps = double(params.window.kernel_h * params.window.kernel_w);
  const int64_t items =
      params.batch * params.out_h * ((params.channels + 63) / 64);
  // About 20 products a nanosecond with AVX2.
  return {PartsFor(items, outputs * (taps / 20 + 0.1), threads),
          DepthwiseU8ScratchBytes(params)};
}

}  // namespace octet::kernels
