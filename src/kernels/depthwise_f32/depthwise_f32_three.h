// depthwise_f32 with a window of 3x3 taps that are neighbours, of stride 1 or
// 2, over any lanes (kernels/elementary).
//
// Blocks of two output rows and up to three pixels, one vector of channels at a
// time: each input is loaded once for all outputs of the block that see it, and
// the nine weights stay in registers. At the edges of the image the inputs that
// do not exist are left out. Internal linkage, so that files of any instruction
// set may include this.
#ifndef OCTET_KERNELS_DEPTHWISE_F32_DEPTHWISE_F32_THREE_H_
#define OCTET_KERNELS_DEPTHWISE_F32_DEPTHWISE_F32_THREE_H_

#include <cstdint>

#include "kernels/depthwise_f32/depthwise_f32.h"
#include "kernels/float_epilogue/float_epilogue_lanes.h"
#include "kernels/work.h"

namespace octet::kernels {
namespace {

// What stays the same in one call.
struct Depthwise {
  const DepthwiseF32Params& p;
  TileEpilogue epilogue;
  int64_t padded;        // channels of a row of weights
  int64_t tap_h, tap_w;  // distance of neighbouring taps in x
  int64_t step;          // distance of neighbouring windows of a row
};

// Rows of outputs from channel `channel` on.
[[gnu::always_inline]] inline TileRows From(const TileRows& rows,
                                            int64_t channel) {
  return {rows.y + channel, rows.y_stride,
          rows.residual == nullptr ? nullptr : rows.residual + channel,
          rows.residual_stride, rows.count - channel};
}

// Where the outputs of pixels from `pixel` on are, from `channel` on.
inline TileRows RowsAt(const Depthwise& d, int64_t pixel, int64_t channel) {
  const DepthwiseF32Params& p = d.p;
  const TileRows rows = {p.y + pixel * p.y_pixel_stride, p.y_pixel_stride,
                         p.residual == nullptr
                             ? nullptr
                             : p.residual + pixel * p.residual_pixel_stride,
                         p.residual_pixel_stride, p.channels};
  return From(rows, channel);
}

inline bool IsThreeByThree(const Window& w) {
  return w.kernel_h == 3 && w.kernel_w == 3 && w.dilation_h == 1 &&
         w.dilation_w == 1 && w.stride_h == w.stride_w && w.stride_w <= 2;
}

// A block: `rows` output rows, 1 or 2. Of the inputs that its windows see, rows
// [begin_h, end_h) and columns [begin_w, end_w) lie inside the image; x is the
// first one, be it there or not.
struct ThreeBlock {
  int64_t rows, pixel;
  int64_t begin_h, end_h, begin_w, end_w;
  const float* x;
};

// The products of a block and a vector of channels, sums[row][pixel][0]. Each
// sum takes them in the order of the window's rows and columns.
template <typename V, int kPixels, int kStride, bool kAtEdge>
[[gnu::always_inline]] inline void AddThree(
    const Depthwise& d, const ThreeBlock& block, int64_t channel,
    typename V::F (&sums)[2][kPixels][1]) {
  typename V::F weights[9];
#pragma GCC unroll 9
  for (int i = 0; i < 9; ++i) {
    weights[i] = V::Load(d.p.weight + i * d.padded + channel);
  }
  const float* row = block.x + channel;
#pragma GCC unroll 5
  for (int h = 0; h < kStride + 3; ++h, row += d.tap_h) {
    if (kAtEdge && (h < block.begin_h || h >= block.end_h)) continue;
    const float* x = row;
#pragma GCC unroll 7
    for (int w = 0; w < (kPixels - 1) * kStride + 3; ++w, x += d.tap_w) {
      if (kAtEdge && (w < block.begin_w || w >= block.end_w)) continue;
      const typename V::F value = V::Load(x);
#pragma GCC unroll 2
      for (int i = 0; i < 2; ++i) {
#pragma GCC unroll 3
        for (int j = 0; j < kPixels; ++j) {
          const int tap_h = h - i * kStride, tap_w = w - j * kStride;
          if (tap_h < 0 || tap_h > 2 || tap_w < 0 || tap_w > 2) continue;
          sums[i][j][0] =
              V::Fma(value, weights[3 * tap_h + tap_w], sums[i][j][0]);
        }
      }
    }
  }
}

// Vectors of channels that wait for a function together.
constexpr int64_t kMostVectors = 8;

// A block, all channels.
template <typename V, int kPixels, int kStride, bool kAtEdge>
[[gnu::noinline]] void SumThree(const Depthwise& d, const ThreeBlock& block) {
  alignas(64) float waiting[2][kPixels * kMostVectors * V::kLanes];
  // What is stored could be any of these to the compiler.
  const int64_t channels = d.p.channels, block_rows = block.rows;
  const float* const biases = d.p.bias;
  const bool calls = d.epilogue.elementary != nullptr;
  const TileEpilogue clamps = d.epilogue;
  const TileRows rows[] = {RowsAt(d, block.pixel, 0),
                           RowsAt(d, block.pixel + d.p.out_w, 0)};
  for (int64_t first = 0; first < channels; first += kMostVectors * V::kLanes) {
    const int64_t left = DivideUp(channels - first, V::kLanes);
    const int64_t vectors = left < kMostVectors ? left : kMostVectors;
    for (int64_t v = 0; v < vectors; ++v) {
      const int64_t channel = first + v * V::kLanes;
      typename V::F sums[2][kPixels][1];
#pragma GCC unroll 3
      for (int j = 0; j < kPixels; ++j) {
        sums[0][j][0] = sums[1][j][0] = V::Set(0.0f);
      }
      AddThree<V, kPixels, kStride, kAtEdge>(d, block, channel, sums);
      const typename V::F bias =
          biases == nullptr ? V::Set(-0.0f) : V::Load(biases + channel);
#pragma GCC unroll 2
      for (int i = 0; i < 2; ++i) {
#pragma GCC unroll 3
        for (int j = 0; j < kPixels; ++j) {
          sums[i][j][0] = V::Add(sums[i][j][0], bias);
          if (!calls) continue;
          V::Store(waiting[i] + (j * vectors + v) * V::kLanes, sums[i][j][0]);
        }
        if (calls || i >= block_rows) continue;
        FinishClamped<V, kPixels, 1>(clamps, sums[i], From(rows[i], channel));
      }
    }
    for (int64_t i = 0; calls && i < block_rows; ++i) {
      FinishByFunctions<V, 0>(d.epilogue, waiting[i], kPixels, vectors,
                              RowsAt(d, block.pixel + i * d.p.out_w, first));
    }
  }
}

template <typename V, int kStride, bool kAtEdge>
void SumThreeOf(int64_t pixels, const Depthwise& d, const ThreeBlock& block) {
  if (pixels == 3) return SumThree<V, 3, kStride, kAtEdge>(d, block);
  if (pixels == 2) return SumThree<V, 2, kStride, kAtEdge>(d, block);
  SumThree<V, 1, kStride, kAtEdge>(d, block);
}

template <typename V>
void SumThreeOf(int64_t pixels, const Depthwise& d, const ThreeBlock& block) {
  const int64_t stride = d.p.window.stride_w;
  const bool is_inside = block.begin_h == 0 && block.end_h == stride + 3 &&
                         block.begin_w == 0 &&
                         block.end_w == (pixels - 1) * stride + 3;
  if (stride == 1) {
    is_inside ? SumThreeOf<V, 1, false>(pixels, d, block)
              : SumThreeOf<V, 1, true>(pixels, d, block);
  } else {
    is_inside ? SumThreeOf<V, 2, false>(pixels, d, block)
              : SumThreeOf<V, 2, true>(pixels, d, block);
  }
}

// One or two output rows.
template <typename V>
void SumTwoRows(const Depthwise& d, int64_t image, int64_t oy, int64_t rows) {
  const DepthwiseF32Params& p = d.p;
  const Window& w = p.window;
  const int64_t stride = w.stride_w;
  const int64_t y = oy * stride - w.pad_top;
  ThreeBlock block{};
  block.rows = rows;
  block.begin_h = y < 0 ? -y : 0;
  // A second row that is not asked for needs no inputs.
  const int64_t span = (rows - 1) * stride + 3;
  block.end_h = p.in_h - y < span ? p.in_h - y : span;
  const int64_t count = (p.out_w + 2) / 3;
  for (int64_t i = 0; i < count; ++i) {
    const int64_t ox = PartBegin(p.out_w, i, count);
    const int64_t pixels = PartBegin(p.out_w, i + 1, count) - ox;
    const int64_t x = ox * stride - w.pad_left;
    const int64_t columns = (pixels - 1) * stride + 3;
    block.begin_w = x < 0 ? -x : 0;
    block.end_w = p.in_w - x < columns ? p.in_w - x : columns;
    block.pixel = (image * p.out_h + oy) * p.out_w + ox;
    block.x = p.x + ((image * p.in_h + y) * p.in_w + x) * p.x_pixel_stride;
    SumThreeOf<V>(pixels, d, block);
  }
}

}  // namespace
}  // namespace octet::kernels

#endif  // OCTET_KERNELS_DEPTHWISE_F32_DEPTHWISE_F32_THREE_H_
