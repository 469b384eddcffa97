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
constexpr int64_t kLeastOutputs = 16;
// With more on few tiles the transform of the weights costs too much.
constexpr int64_t kLeastTiles = 8;

// Half the multiply-add peak of an AVX2 core at 3.5 GHz, as in conv_f32.cc.
constexpr double kNsPerProduct = 1.0 / 28;

// A vector of them is read from two rows.
constexpr int64_t kMostChannelsOfBlocks = 16;

// A window of 6x6 and stride 2 is one of 3x3 on blocks of 2 x 2 pixels.
bool IsWindowOfBlocks(const ConvF32Params& p) {
  const Window& w = p.window;
  return w.kernel_h == 6 && w.kernel_w == 6 && w.stride_h == 2 &&
         w.stride_w == 2 && w.dilation_h == 1 && w.dilation_w == 1 &&
         w.pad_top % 2 == 0 && w.pad_left % 2 == 0 && p.in_h % 2 == 0 &&
         p.in_w % 2 == 0 && p.x_pixel_stride == p.in_channels &&
         4 * p.in_channels <= kMostChannelsOfBlocks;
}

}  // namespace

bool WinogradApplies(const ConvF32Params& p) {
  return (IsWinogradWindow(p.window) || IsWindowOfBlocks(p)) && p.group == 1 &&
         WinogradShapeOf(p).in_channels >= kLeastChannels;
}

bool UsesWinograd(const ConvF32Params& p, CpuLevel level) {
  return level != CpuLevel::kScalar && WinogradApplies(p) &&
         p.out_channels >= kLeastOutputs &&
         FillsWinogradTiles(WinogradShapeOf(p), kLeastTiles);
}

WinogradShape WinogradShapeOf(const ConvF32Params& p) {
  if (IsWindowOfBlocks(p)) {
    return {.batch = p.batch,
            .in_h = p.in_h / 2,
            .in_w = p.in_w / 2,
            .in_channels = 4 * p.in_channels,
            .out_h = p.out_h,
            .out_w = p.out_w,
            .out_channels = p.out_channels,
            .pad_top = p.window.pad_top / 2,
            .pad_left = p.window.pad_left / 2,
            .element_bytes = sizeof(float),
            .block = 2};
  }
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
          WinogradScratchBytes(shape, level < CpuLevel::kAvx512Vnni
                                          ? kWinogradOfAvx2
                                          : kWinogradFloats)};
}

}  // namespace octet::kernels
