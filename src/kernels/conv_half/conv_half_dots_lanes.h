// The tile of conv_half_dots over any lanes (kernels/elementary) that also have
// a type Pairs of 16 pairs of bf16, LoadPairs, and
// AddDots(x, weights, sum): sum += x[0] * w0 + x[1] * w1 in each lane.
// Internal linkage, so that files of any instruction set may include this.
#ifndef OCTET_KERNELS_CONV_HALF_CONV_HALF_DOTS_LANES_H_
#define OCTET_KERNELS_CONV_HALF_CONV_HALF_DOTS_LANES_H_

#include <cstdint>

#include "kernels/conv_half/conv_half_dots_tile.h"
#include "kernels/float_epilogue/float_epilogue_lanes.h"

namespace octet::kernels {
namespace {

// kRows pixels times kPanels panels of 16.
template <typename V, int kRows, int kPanels>
[[gnu::noinline]] void RunDotTile(const ConvHalfTile& t) {
  static_assert(V::kLanes == 16);
  typename V::F sums[kRows][kPanels];
#pragma GCC unroll 16
  for (int i = 0; i < kRows; ++i) {
#pragma GCC unroll 2
    for (int v = 0; v < kPanels; ++v) sums[i][v] = V::Set(0);
  }
  const uint16_t* w = t.weight;
  for (int64_t row = 0; row < t.window_rows; ++row) {
    for (int64_t column = 0; column < t.window_columns; ++column) {
      const int64_t tap = row * t.row_stride + column * t.column_stride;
      for (int64_t pair = 0; pair < t.pairs; ++pair, w += 32) {
        typename V::Pairs weights[kPanels];
#pragma GCC unroll 2
        for (int v = 0; v < kPanels; ++v) {
          weights[v] = V::LoadPairs(w + v * t.panel_halves);
        }
#pragma GCC unroll 16
        for (int i = 0; i < kRows; ++i) {
#pragma GCC unroll 2
          for (int v = 0; v < kPanels; ++v) {
            sums[i][v] = V::AddDots(t.pixels[i] + tap + 2 * pair, weights[v],
                                    sums[i][v]);
          }
        }
      }
    }
  }
#pragma GCC unroll 16
  for (int i = 0; i < kRows; ++i) {
#pragma GCC unroll 2
    for (int v = 0; v < kPanels; ++v) {
      sums[i][v] = V::Add(sums[i][v], V::Load(t.bias + v * V::kLanes));
    }
  }
  FinishSums<V, kRows, kPanels>(
      t.epilogue, sums,
      {t.y, t.y_stride, t.residual, t.residual_stride, t.outputs});
}

template <typename V, int kPanels>
void RunDotTileOf(int rows, const ConvHalfTile& tile) {
  constexpr void (*kTiles[])(const ConvHalfTile&) = {
      RunDotTile<V, 1, kPanels>,  RunDotTile<V, 2, kPanels>,
      RunDotTile<V, 3, kPanels>,  RunDotTile<V, 4, kPanels>,
      RunDotTile<V, 5, kPanels>,  RunDotTile<V, 6, kPanels>,
      RunDotTile<V, 7, kPanels>,  RunDotTile<V, 8, kPanels>,
      RunDotTile<V, 9, kPanels>,  RunDotTile<V, 10, kPanels>,
      RunDotTile<V, 11, kPanels>, RunDotTile<V, 12, kPanels>};
  static_assert(sizeof kTiles / sizeof kTiles[0] == kMostDotRows);
  kTiles[rows - 1](tile);
}

template <typename V>
void RunDotTileOf(int rows, int panels, const ConvHalfTile& tile) {
  static_assert(kMostDotPanels == 2);
  panels == 1 ? RunDotTileOf<V, 1>(rows, tile) : RunDotTileOf<V, 2>(rows, tile);
}

}  // namespace
}  // namespace octet::kernels

#endif  // OCTET_KERNELS_CONV_HALF_CONV_HALF_DOTS_LANES_H_
