#include "kernels/conv_f32_winograd/conv_f32_winograd.h"

#include <iterator>

#include "base/cpu.h"

namespace octet::kernels {
namespace {

constexpr Kernel<ConvF32Params> kRows[] = {
    // best first
    {"conv_f32_winograd_avx512vnni", CpuLevel::kAvx512Vnni,
     ConvF32WinogradAvx512Vnni},
    {"conv_f32_winograd_avx2", CpuLevel::kAvx2, ConvF32WinogradAvx2},
    {"conv_f32_reference", CpuLevel::kScalar, ConvF32Reference},
};

// With fewer the transforms cost as much as they save, and their rounding
// shows.
constexpr int64_t kLeastChannels = 12;
// With more on few tiles the transform of the weights costs too much.
constexpr int64_t kLeastTiles = 8;

// Half the multiply-add peak of an AVX2 core at 3.5 GHz, as in conv_f32.cc.
constexpr double kNsPerProduct = 1.0 / 28;

}  // namespace

bool WinogradApplies(const ConvF32Params& p) {
  return IsWinogradWindow(p.window) && p.group == 1 &&
         p.in_channels >= kLeastChannels;
}

bool UsesWinograd(const ConvF32Params& p, CpuLevel level) {
  return level != CpuLevel::kScalar && WinogradApplies(p) &&
         p.out_channels >= kLeastChannels &&
         FillsWinogradTiles(WinogradShapeOf(p), kLeastTiles);
}

WinogradShape WinogradShapeOf(const ConvF32Params& p) {
  return {p.batch,           p.in_h,       p.in_w,         p.in_channels,
          p.out_h,           p.out_w,      p.out_channels, p.window.pad_top,
          p.window.pad_left, sizeof(float)};
}

KernelTable<ConvF32Params> ConvF32WinogradKernels() {
  return {kRows, int(std::size(kRows))};
}

Work PlanConvF32Winograd(const ConvF32Params& params, int threads) {
  return PlanConvF32WinogradAt(CpuLevel::kAvx512Bf16, params, threads);
}

Work PlanConvF32WinogradAt(CpuLevel level, const ConvF32Params& params,
                           int threads) {
  const WinogradShape shape = WinogradShapeOf(params);
  return {WinogradParts(shape, kNsPerProduct, threads),
          WinogradScratchBytes(shape, level)};
}

}  // namespace octet::kernels
