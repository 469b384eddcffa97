// The lanes of conv_f32_winograd (winograd_driver.h) over any float lanes of
// kernels/elementary that also have MulAdd(x, w, sum). Internal linkage, so
// that files of any instruction set may include this.
#ifndef OCTET_KERNELS_CONV_F32_WINOGRAD_CONV_F32_WINOGRAD_LANES_H_
#define OCTET_KERNELS_CONV_F32_WINOGRAD_CONV_F32_WINOGRAD_LANES_H_

#include <cstdint>

#include "kernels/conv_f32/conv_f32.h"
#include "kernels/conv_f32/conv_f32_tile.h"
#include "kernels/conv_f32_winograd/conv_f32_winograd.h"
#include "kernels/float_epilogue/float_epilogue_lanes.h"
#include "kernels/winograd/winograd_driver.h"

namespace octet::kernels {
namespace {

// The operations of the transforms, and those of Sums.
template <typename V>
struct WinogradFloats {
  using I = typename V::F;
  static constexpr int64_t kLanes = V::kLanes;

  static I Add(I a, I b) { return V::Add(a, b); }
  static I Sub(I a, I b) { return V::Sub(a, b); }
  template <int kBits>
  static I AddTimes(I a, I b) {
    return V::Fma(b, V::Set(1 << kBits), a);
  }
  template <int kBits>
  static I SubTimes(I a, I b) {
    return V::Fma(b, V::Set(-(1 << kBits)), a);
  }
  static I Read(const float* x) { return V::Load(x); }
  static I Load(const float* x) { return V::Load(x); }
  static void Store(float* y, I a) { V::Store(y, a); }
  static I Zero() { return V::Set(0); }
  static I Scale(I a, int row, int column) {
    return V::Mul(
        a, V::Set(1.0f / float(kOutputScale[row] * kOutputScale[column])));
  }
};

alignas(64) constexpr float kLaneNumbers[] = {0, 1, 2,  3,  4,  5,  6,  7,
                                              8, 9, 10, 11, 12, 13, 14, 15};

template <typename V>
struct ConvF32WinogradBase {
  using Params = ConvF32Params;
  using In = float;
  using Element = float;
  using Sum = float;
  using Words = WinogradFloats<V>;
  using Sums = WinogradFloats<V>;
  static constexpr int kGroup = 1;

  static const float* Pixels(const Params& p) { return p.x; }
  static int64_t PixelStride(const Params& p) { return p.x_pixel_stride; }
  static float Edge(const Params&) { return 0; }
  static const float* Start(const Params& p, int64_t panel) {
    return p.bias == nullptr ? kNoTileBias : p.bias + 16 * panel;
  }
  static const float* Weights(const Params& p, int64_t panel) {
    const int64_t taps = p.window.kernel_h * p.window.kernel_w;
    return p.weight + panel * taps * p.in_channels * 16;
  }
  static typename V::F ReadBlock(const float* pixels, const float* second,
                                 int64_t channels, int64_t c) {
    // Lanes behind the last channel have anything.
    const int64_t of_first = channels / 2 - c;
    const auto is_first =
        V::Less(V::Load(kLaneNumbers), V::Set(float(of_first)));
    return V::Select(is_first, V::Load(pixels + c), V::Load(second - of_first));
  }
  template <int kVectors>
  static void ReadBlockTaps(const float* weights, int64_t channels,
                            int64_t channel,
                            typename V::F (&taps)[9][kVectors]) {
    // A row of the window has three blocks' halves.
    const int64_t half = channels / 2;
    const int64_t first = channel / half * 3 * half + channel % half;
#pragma GCC unroll 9
    for (int tap = 0; tap < 9; ++tap) {
      const int64_t at = first + tap / 3 * 6 * half + tap % 3 * half;
#pragma GCC unroll 2
      for (int v = 0; v < kVectors; ++v) {
        taps[tap][v] = V::Load(weights + at * 16 + v * V::kLanes);
      }
    }
  }
  template <int kVectors>
  static void ReadTaps(const float* weights, int64_t groups, int64_t group,
                       typename V::F (&taps)[9][kVectors]) {
#pragma GCC unroll 9
    for (int tap = 0; tap < 9; ++tap) {
      const float* const from = weights + (tap * groups + group) * 16;
#pragma GCC unroll 2
      for (int v = 0; v < kVectors; ++v) {
        taps[tap][v] = V::Load(from + v * V::kLanes);
      }
    }
  }
  static typename V::F Repeat(const float* x) { return V::Set(*x); }
  static void AddProducts(typename V::F& sum, typename V::F x,
                          typename V::F w) {
    sum = V::MulAdd(x, w, sum);
  }

  static void FinishRow(const Params& p, float* sums, int64_t pixel,
                        int64_t pixels, int64_t panel) {
    constexpr int kVectors = 16 / V::kLanes;
    const int64_t channel = 16 * panel;
    const int64_t left = p.out_channels - channel;
    TileRows rows{p.y + pixel * p.y_pixel_stride + channel, p.y_pixel_stride,
                  p.residual, p.residual_pixel_stride, left < 16 ? left : 16};
    if (p.residual != nullptr) {
      rows.residual += pixel * p.residual_pixel_stride + channel;
    }
    const TileEpilogue epilogue =
        TileEpilogueOf(p.before, p.after, V::kElementary);
    FinishBlock<V, kVectors>(epilogue, nullptr, sums, pixels, rows);
  }
};

}  // namespace
}  // namespace octet::kernels

#endif  // OCTET_KERNELS_CONV_F32_WINOGRAD_CONV_F32_WINOGRAD_LANES_H_
