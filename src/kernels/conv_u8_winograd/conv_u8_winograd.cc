#include "kernels/conv_u8_winograd/conv_u8_winograd.h"

#include <iterator>

#include "base/cpu.h"
#include "kernels/conv_u8_winograd/winograd_tiles.h"
#include "kernels/split.h"

namespace octet::kernels {
namespace {

constexpr Kernel<ConvU8Params> kRows[] = {
    // best first
    {"conv_u8_winograd_avx512vnni", CpuLevel::kAvx512Vnni,
     ConvU8WinogradAvx512Vnni},
    {"conv_u8_winograd_avx2", CpuLevel::kAvx2, ConvU8WinogradAvx2},
    {"conv_u8_reference", CpuLevel::kScalar, ConvU8Reference},
};

// Products a nanosecond: between AVX2 and AVX-512, as in conv_u8.cc.
constexpr double kProductsPerNs = 100;

}  // namespace

bool WinogradIsExact(const ConvU8Params& p) {
  const Window& w = p.window;
  return w.kernel_h == 3 && w.kernel_w == 3 && w.stride_h == 1 &&
         w.stride_w == 1 && w.dilation_h == 1 && w.dilation_w == 1 &&
         p.group == 1 && p.weight_parts == 1 && p.in_channels % 4 == 0 &&
         p.sum_bound > 0 && p.sum_bound < (1 << 25);
}

bool UsesWinograd(const ConvU8Params& p, CpuLevel level) {
  if (p.algorithm == ConvU8Algorithm::kDirect || !WinogradIsExact(p)) {
    return false;
  }
  if (p.algorithm == ConvU8Algorithm::kWinograd) return true;
  if (level == CpuLevel::kScalar) return false;
  return level == CpuLevel::kAvx2
             ? p.in_channels >= 16 && p.out_channels >= 16
             : p.in_channels >= 128 && p.in_channels <= 192 &&
                   p.out_channels >= 64 && p.out_h * p.out_w >= 400;
}

KernelTable<ConvU8Params> ConvU8WinogradKernels() {
  return {kRows, int(std::size(kRows))};
}

Work PlanConvU8Winograd(const ConvU8Params& params, int threads) {
  const int64_t tiles = TilesOf(params).count;
  const int64_t panels = (params.out_channels + 15) / 16;
  const double ns = double(tiles) * 36 * double(params.in_channels) *
                    double(panels * 16) / kProductsPerNs;
  return {PartsFor(tiles * panels, ns, threads), WinogradScratchBytes(params)};
}

}  // namespace octet::kernels
