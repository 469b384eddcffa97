#include "kernels/conv_u8_winograd/conv_u8_winograd.h"

#include <iterator>

#include "base/cpu.h"
#include "kernels/winograd/winograd_tiles.h"

namespace octet::kernels {
namespace {

constexpr Kernel<ConvU8Params> kRows[] = {
    // best first
    {"conv_u8_winograd_avx512vnni", CpuLevel::kAvx512Vnni,
     ConvU8WinogradAvx512Vnni},
    {"conv_u8_winograd_avx2", CpuLevel::kAvx2, ConvU8WinogradAvx2},
    {"conv_u8_reference", CpuLevel::kScalar, ConvU8Reference},
};

// Between AVX2 and AVX-512, as in conv_u8.cc.
constexpr double kNsPerProduct = 1.0 / 100;

// With fewer the transform of the weights costs more than is saved.
constexpr int64_t kLeastTiles = 4;

}  // namespace

bool WinogradIsExact(const ConvU8Params& p) {
  return IsWinogradWindow(p.window) && p.group == 1 && p.weight_parts == 1 &&
         p.in_channels % 4 == 0 && p.sum_bound > 0 && p.sum_bound < (1 << 25);
}

bool UsesWinograd(const ConvU8Params& p, CpuLevel level) {
  if (p.algorithm == ConvU8Algorithm::kDirect || !WinogradIsExact(p)) {
    return false;
  }
  if (p.algorithm == ConvU8Algorithm::kWinograd) return true;
  if (level == CpuLevel::kScalar) return false;
  if (!FillsWinogradTiles(WinogradShapeOf(p), kLeastTiles)) return false;
  if (level == CpuLevel::kAvx2) {
    return p.in_channels >= 16 && p.out_channels >= 16;
  }
  // Against 8-bit products at twice the rate the transforms have to be small
  // beside the products: many channels, and many tiles for each weight.
  return p.in_channels >= 48 && p.in_channels <= 384 && p.out_channels >= 48 &&
         p.out_h * p.out_w >= 400;
}

KernelTable<ConvU8Params> ConvU8WinogradKernels() {
  return {kRows, int(std::size(kRows))};
}

WinogradShape WinogradShapeOf(const ConvU8Params& p) {
  return {p.batch,           p.in_h,         p.in_w,         p.in_channels,
          p.out_h,           p.out_w,        p.out_channels, p.window.pad_top,
          p.window.pad_left, sizeof(int16_t)};
}

Work PlanConvU8Winograd(const ConvU8Params& params, int threads) {
  return PlanConvU8WinogradAt(CpuLevel::kAvx2, params, threads);
}

Work PlanConvU8WinogradAt(CpuLevel level, const ConvU8Params& params,
                          int threads) {
  const WinogradShape shape = WinogradShapeOf(params);
  const WinogradWeights& weights =
      level < CpuLevel::kAvx512Vnni ? kWinogradOfAvx2 : kWinogradCodes;
  return {WinogradParts(shape, kNsPerProduct, threads),
          WinogradScratchBytes(shape, weights)};
}

}  // namespace octet::kernels
