// depthwise_f32 over any lanes (kernels/elementary), channels side by side.
//
// Along an output row, pixels whose whole window lies inside the image go four
// at a time, so that weights are loaded once for four; those at the edges go
// alone, over the taps that exist. Padding needs no copy: the tap is left out.
// Internal linkage, so that files of any instruction set may include this.
#ifndef OCTET_KERNELS_DEPTHWISE_F32_DEPTHWISE_F32_LANES_H_
#define OCTET_KERNELS_DEPTHWISE_F32_DEPTHWISE_F32_LANES_H_

#include <cstdint>

#include "kernels/depthwise_f32/depthwise_f32.h"
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

// What stays the same in one call.
struct Depthwise {
  const DepthwiseF32Params& p;
  TileEpilogue epilogue;
  int64_t padded;        // channels of a row of weights
  int64_t tap_h, tap_w;  // distance of neighbouring taps in x
  int64_t step;          // distance of neighbouring windows of a row
};

// First tap inside the image, and the one behind the last, on one axis.
inline int64_t FirstTap(int64_t at, int64_t dilation, int64_t kernel) {
  const int64_t first = at >= 0 ? 0 : (-at + dilation - 1) / dilation;
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

// The same for the three neighbouring taps of a whole row of a window, when
// pixels are kStride columns apart: each column is loaded once for all pixels
// that see it.
template <typename V, int kPixels, int kVectors, int kStride>
[[gnu::always_inline]] inline void AddThree(
    const Depthwise& d, const Taps& taps, int64_t h, int64_t channel,
    typename V::F (&sums)[kPixels][kVectors]) {
  const float* x = taps.x + h * d.tap_h + channel;
  const float* w = d.p.weight + h * 3 * d.padded + channel;
  typename V::F weights[3][kVectors];
#pragma GCC unroll 4
  for (int i = 0; i < 3; ++i) {
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) {
      weights[i][v] = V::Load(w + i * d.padded + v * V::kLanes);
    }
  }
#pragma GCC unroll 16
  for (int column = 0; column < (kPixels - 1) * kStride + 3; ++column) {
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) {
      const typename V::F value = V::Load(x + v * V::kLanes);
#pragma GCC unroll 4
      for (int j = 0; j < kPixels; ++j) {
        const int tap = column - j * kStride;
        if (tap < 0 || tap > 2) continue;
        sums[j][v] = V::Fma(value, weights[tap][v], sums[j][v]);
      }
    }
    x += d.tap_w;
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

// kPixels pixels from `pixel` on, the `count` channels from `channel` on; by
// AddThree if kStride is not 0.
template <typename V, int kPixels, int kVectors, int kStride>
[[gnu::always_inline]] inline void SumWindow(const Depthwise& d,
                                             const Taps& taps, int64_t pixel,
                                             int64_t channel, int64_t count) {
  const DepthwiseF32Params& p = d.p;
  typename V::F sums[kPixels][kVectors];
#pragma GCC unroll 4
  for (int v = 0; v < kVectors; ++v) {
#pragma GCC unroll 4
    for (int i = 0; i < kPixels; ++i) sums[i][v] = V::Set(0.0f);
  }
  for (int64_t h = taps.begin_h; h < taps.end_h; ++h) {
    if constexpr (kStride == 0) {
      AddRow<V, kPixels, kVectors>(d, taps, h, channel, sums);
    } else {
      AddThree<V, kPixels, kVectors, kStride>(d, taps, h, channel, sums);
    }
  }
  AddBias<V>(p.bias == nullptr ? nullptr : p.bias + channel, sums);
  const float* const residual =
      p.residual == nullptr
          ? nullptr
          : p.residual + pixel * p.residual_pixel_stride + channel;
  FinishSums<V, kPixels, kVectors>(
      d.epilogue, sums,
      {p.y + pixel * p.y_pixel_stride + channel, p.y_pixel_stride, residual,
       p.residual_pixel_stride, count});
}

template <typename V, int kPixels, int kStride>
[[gnu::noinline]] void SumPixels(const Depthwise& d, const Taps& taps,
                                 int64_t pixel) {
  int64_t channel = 0;
  for (; channel + 2 * V::kLanes <= d.p.channels; channel += 2 * V::kLanes) {
    SumWindow<V, kPixels, 2, kStride>(d, taps, pixel, channel, 2 * V::kLanes);
  }
  for (; channel < d.p.channels; channel += V::kLanes) {
    SumWindow<V, kPixels, 1, kStride>(d, taps, pixel, channel,
                                      d.p.channels - channel);
  }
}

// Four pixels whose windows lie inside the image.
template <typename V>
void SumFour(const Depthwise& d, const Taps& taps, int64_t pixel) {
  const Window& w = d.p.window;
  const bool is_three = w.kernel_w == 3 && w.dilation_w == 1;
  if (is_three && w.stride_w == 1) return SumPixels<V, 4, 1>(d, taps, pixel);
  if (is_three && w.stride_w == 2) return SumPixels<V, 4, 2>(d, taps, pixel);
  SumPixels<V, 4, 0>(d, taps, pixel);
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
      SumFour<V>(d, taps, first_pixel + ox);
      ox += 4;
    } else {
      taps.begin_w = FirstTap(x, w.dilation_w, w.kernel_w);
      taps.end_w = LastTap(x, w.dilation_w, w.kernel_w, p.in_w);
      SumPixels<V, 1, 0>(d, taps, first_pixel + ox);
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
  for (int64_t row = PartBegin(rows, part, parts); row < end; ++row) {
    SumRow<V>(d, row / p.out_h, row % p.out_h);
  }
}

}  // namespace
}  // namespace octet::kernels

#endif  // OCTET_KERNELS_DEPTHWISE_F32_DEPTHWISE_F32_LANES_H_
