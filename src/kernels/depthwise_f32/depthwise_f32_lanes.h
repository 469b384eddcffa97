// depthwise_f32 over any lanes (kernels/elementary), channels side by side.
//
// Windows of 3x3 have their own form (depthwise_f32_three.h). Of the others,
// pixels along an output row whose whole window lies inside the image go four
// at a time, so that weights are loaded once for four; those at the edges go
// alone, over the taps that exist. Padding needs no copy: the tap is left out.
// Internal linkage, so that files of any instruction set may include this.
#ifndef OCTET_KERNELS_DEPTHWISE_F32_DEPTHWISE_F32_LANES_H_
#define OCTET_KERNELS_DEPTHWISE_F32_DEPTHWISE_F32_LANES_H_

#include <cstdint>

#include "kernels/depthwise_f32/depthwise_f32.h"
#include "kernels/depthwise_f32/depthwise_f32_slide.h"
#include "kernels/depthwise_f32/depthwise_f32_three.h"
#include "kernels/float_epilogue/float_epilogue_lanes.h"
#include "kernels/work.h"

namespace octet::kernels {
namespace {

// Rows [begin_h, end_h) and columns [begin_w, end_w) of a window, that lie
// inside the image, and the input pixel of the tap (0, 0).
struct Taps {
  int64_t begin_h, end_h, begin_w, end_w;
  const float* x;
};

// First tap inside the image, and the one behind the last, on one axis.
inline int64_t FirstTap(int64_t at, int64_t dilation, int64_t kernel) {
  const int64_t first = at >= 0 ? 0 : DivideUp(-at, dilation);
  return first < kernel ? first : kernel;
}
inline int64_t LastTap(int64_t at, int64_t dilation, int64_t kernel,
                       int64_t size) {
  const int64_t last = at >= size ? 0 : (size - 1 - at) / dilation + 1;
  return last < kernel ? last : kernel;
}

// Adds the products of row h of a window, any kernel: kPixels neighbouring
// pixels times kVectors vectors of channels from `channel` on.
template <typename V, int kPixels, int kVectors>
[[gnu::always_inline]] inline void AddRow(
    const Depthwise& d, const Taps& taps, int64_t h, int64_t channel,
    typename V::F (&sums)[kPixels][kVectors]) {
  const float* x = taps.x + h * d.tap_h + taps.begin_w * d.tap_w + channel;
  const float* w = d.p.weight +
                   (h * d.p.window.kernel_w + taps.begin_w) * d.padded +
                   channel;
  for (int64_t i = taps.begin_w; i < taps.end_w; ++i) {
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) {
      const typename V::F weight = V::Load(w + v * V::kLanes);
#pragma GCC unroll 4
      for (int j = 0; j < kPixels; ++j) {
        sums[j][v] =
            V::Fma(V::Load(x + j * d.step + v * V::kLanes), weight, sums[j][v]);
      }
    }
    x += d.tap_w;
    w += d.padded;
  }
}

template <typename V, int kPixels, int kVectors>
[[gnu::always_inline]] inline void AddBias(
    const float* bias, typename V::F (&sums)[kPixels][kVectors]) {
  if (bias == nullptr) return;
#pragma GCC unroll 4
  for (int v = 0; v < kVectors; ++v) {
    const typename V::F b = V::Load(bias + v * V::kLanes);
#pragma GCC unroll 4
    for (int j = 0; j < kPixels; ++j) sums[j][v] = V::Add(sums[j][v], b);
  }
}

// kPixels pixels from `pixel` on, kVectors vectors of channels from `channel`
// on.
template <typename V, int kPixels, int kVectors>
[[gnu::always_inline]] inline void SumWindow(const Depthwise& d,
                                             const Taps& taps, int64_t pixel,
                                             int64_t channel) {
  const DepthwiseF32Params& p = d.p;
  typename V::F sums[kPixels][kVectors];
#pragma GCC unroll 4
  for (int v = 0; v < kVectors; ++v) {
#pragma GCC unroll 4
    for (int i = 0; i < kPixels; ++i) sums[i][v] = V::Set(0.0f);
  }
  for (int64_t h = taps.begin_h; h < taps.end_h; ++h) {
    AddRow<V, kPixels, kVectors>(d, taps, h, channel, sums);
  }
  AddBias<V>(p.bias == nullptr ? nullptr : p.bias + channel, sums);
  FinishSums<V, kPixels, kVectors>(d.epilogue, sums, RowsAt(d, pixel, channel));
}

template <typename V, int kPixels>
[[gnu::noinline]] void SumPixels(const Depthwise& d, const Taps& taps,
                                 int64_t pixel) {
  int64_t channel = 0;
  for (; channel + 2 * V::kLanes <= d.p.channels; channel += 2 * V::kLanes) {
    SumWindow<V, kPixels, 2>(d, taps, pixel, channel);
  }
  for (; channel < d.p.channels; channel += V::kLanes) {
    SumWindow<V, kPixels, 1>(d, taps, pixel, channel);
  }
}

// One output row.
template <typename V>
void SumRow(const Depthwise& d, int64_t image, int64_t oy) {
  const DepthwiseF32Params& p = d.p;
  const Window& w = p.window;
  const int64_t y = oy * w.stride_h - w.pad_top;
  Taps taps{};
  taps.begin_h = FirstTap(y, w.dilation_h, w.kernel_h);
  taps.end_h = LastTap(y, w.dilation_h, w.kernel_h, p.in_h);
  const float* row = p.x + (image * p.in_h + y) * p.in_w * p.x_pixel_stride;
  const int64_t first_pixel = (image * p.out_h + oy) * p.out_w;
  const int64_t span = (w.kernel_w - 1) * int64_t{w.dilation_w} + 1;
  for (int64_t ox = 0; ox < p.out_w;) {
    const int64_t x = ox * w.stride_w - w.pad_left;
    taps.x = row + x * p.x_pixel_stride;
    const bool four_fit =
        x >= 0 && ox + 4 <= p.out_w && x + 3 * w.stride_w + span <= p.in_w;
    if (four_fit) {
      taps.begin_w = 0;
      taps.end_w = w.kernel_w;
      SumPixels<V, 4>(d, taps, first_pixel + ox);
      ox += 4;
    } else {
      taps.begin_w = FirstTap(x, w.dilation_w, w.kernel_w);
      taps.end_w = LastTap(x, w.dilation_w, w.kernel_w, p.in_w);
      SumPixels<V, 1>(d, taps, first_pixel + ox);
      ++ox;
    }
  }
}

template <typename V>
void RunDepthwiseF32(const DepthwiseF32Params& p, TileFunctionFn elementary,
                     int64_t part, int64_t parts) {
  const Depthwise d{p,
                    TileEpilogueOf(p.before, p.after, elementary),
                    RoundUp(p.channels, 16),
                    p.window.dilation_h * p.in_w * p.x_pixel_stride,
                    p.window.dilation_w * p.x_pixel_stride,
                    p.window.stride_w * p.x_pixel_stride};
  const int64_t rows = p.batch * p.out_h;
  const int64_t end = PartBegin(rows, part + 1, parts);
  for (int64_t row = PartBegin(rows, part, parts); row < end;) {
    const int64_t image = row / p.out_h, oy = row % p.out_h;
    const int64_t left = end - row < p.out_h - oy ? end - row : p.out_h - oy;
    if (IsThreeByThree(p.window)) {
      const int64_t some = left < 2 ? left : 2;
      if (Slides<V>(p)) {
        SlideTwoRows<V>(d, image, oy, some);
      } else {
        SumTwoRows<V>(d, image, oy, some);
      }
      row += some;
    } else {
      SumRow<V>(d, image, oy);
      ++row;
    }
  }
}

}  // namespace
}  // namespace octet::kernels

#endif  // OCTET_KERNELS_DEPTHWISE_F32_DEPTHWISE_F32_LANES_H_
