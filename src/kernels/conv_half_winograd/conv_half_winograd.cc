#include "kernels/conv_half_winograd/conv_half_winograd.h"

#include <algorithm>
#include <iterator>

#include "base/cpu.h"
#include "kernels/conv_half/conv_half_dots.h"

namespace octet::kernels {
namespace {

constexpr Kernel<ConvHalfParams> kRows[] = {
    // best first
    {"conv_half_winograd_avx512bf16", CpuLevel::kAvx512Bf16,
     ConvHalfWinogradAvx512Bf16},
    {"conv_half_winograd_avx512vnni", CpuLevel::kAvx512Vnni,
     ConvHalfWinogradAvx512Vnni},
    {"conv_half_winograd_avx2", CpuLevel::kAvx2, ConvHalfWinogradAvx2},
    {"conv_half_reference", CpuLevel::kScalar, ConvHalfReference},
};

// As conv_f32_winograd.
constexpr int64_t kLeastChannels = 16;
constexpr int64_t kLeastTiles = 8;
constexpr double kNsPerProduct = 1.0 / 28;

// Beside products of pairs, which are twice as fast. Of more input channels too
// few tiles are in work at a time to pay for the transform of the weights.
constexpr int64_t kLeastChannelsBesideDots = 32;
constexpr int64_t kMostChannelsBesideDots = 192;
constexpr int64_t kLeastTilesBesideDots = 24;

bool PaysBesideDots(const ConvHalfParams& p) {
  return std::min(p.in_channels, p.out_channels) >= kLeastChannelsBesideDots &&
         p.in_channels <= kMostChannelsBesideDots &&
         FillsWinogradTiles(WinogradShapeOf(p), kLeastTilesBesideDots);
}

}  // namespace

bool WinogradApplies(const ConvHalfParams& p) {
  return IsWinogradWindow(p.window) && p.group == 1 &&
         p.in_channels >= kLeastChannels && p.in_channels % 2 == 0;
}

bool UsesWinograd(const ConvHalfParams& p, CpuLevel level) {
  if (level == CpuLevel::kScalar || !WinogradApplies(p)) return false;
  if (level >= CpuLevel::kAvx512Bf16 && HasDots(p)) return PaysBesideDots(p);
  return p.out_channels >= kLeastChannels &&
         FillsWinogradTiles(WinogradShapeOf(p), kLeastTiles);
}

WinogradShape WinogradShapeOf(const ConvHalfParams& p) {
  return {p.batch,           p.in_h,       p.in_w,         p.in_channels,
          p.out_h,           p.out_w,      p.out_channels, p.window.pad_top,
          p.window.pad_left, sizeof(float)};
}

KernelTable<ConvHalfParams> ConvHalfWinogradKernels() {
  return {kRows, int(std::size(kRows))};
}

Work PlanConvHalfWinogradAt(CpuLevel level, const ConvHalfParams& params,
                            int threads) {
  const WinogradShape shape = WinogradShapeOf(params);
  int64_t scratch = WinogradScratchBytes(
      shape, level < CpuLevel::kAvx512Vnni ? kWinogradOfAvx2 : kWinogradFloats);
  if (level == CpuLevel::kScalar) {
    scratch = PlanConvHalf(params, threads).scratch_bytes;
  }
  return {WinogradParts(shape, kNsPerProduct, threads), scratch};
}

}  // namespace octet::kernels
