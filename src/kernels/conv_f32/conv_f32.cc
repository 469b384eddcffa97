#include "kernels/conv_f32/conv_f32.h"

#include <iterator>

#include "base/cpu.h"
#include "kernels/split.h"

namespace octet::kernels {
namespace {

constexpr Kernel<ConvF32Params> kConvF32Kernels[] = {
    {"conv_f32_reference", CpuLevel::kScalar, ConvF32Reference},
};

// Half the multiply-add peak of an AVX2 core at 3.5 GHz.
constexpr double kNsPerMac = 1.0 / 28;

}  // namespace

KernelTable<ConvF32Params> ConvF32Kernels() {
  return {kConvF32Kernels, std::size(kConvF32Kernels)};
}

KernelFn<ConvF32Params> FindConvF32(CpuLevel level) {
  return ConvF32Kernels().Best(level).fn;
}

Work PlanConvF32(const ConvF32Params& p, int threads) {
  const int64_t pixels = p.batch * p.out_h * p.out_w;
  const double macs = double(pixels) * double(p.out_channels) *
                      double(p.in_channels / p.group) * p.window.kernel_h *
                      p.window.kernel_w;
  return SplitEvenly(pixels, macs * kNsPerMac, threads);
}

}  // namespace octet::kernels
