// The tile of conv_f32 over any lanes (kernels/elementary) that also have
// MulAdd(x, w, sum). Internal linkage, so that files of any instruction set may
// include this.
#ifndef OCTET_KERNELS_CONV_F32_CONV_F32_TILE_LANES_H_
#define OCTET_KERNELS_CONV_F32_CONV_F32_TILE_LANES_H_

#include <cstdint>

#include "kernels/conv_f32/conv_f32.h"
#include "kernels/conv_f32/conv_f32_tile.h"
#include "kernels/float_epilogue/float_epilogue_lanes.h"

namespace octet::kernels {
namespace {

// Sums of kRows pixels and kVectors vectors of outputs.
template <typename V, int kRows, int kVectors>
using TileSums = typename V::F[kRows][kVectors];

// One k: a vector of weights per 8 or 16 outputs, one float of each pixel.
template <typename V, int kRows, int kVectors>
[[gnu::always_inline]] inline void AddProducts(
    const float* const (&pixels)[kRows], int64_t at, const float* w,
    int64_t panel, TileSums<V, kRows, kVectors>& sums) {
  constexpr int kPerPanel = 16 / V::kLanes;
  typename V::F weights[kVectors];
#pragma GCC unroll 8
  for (int v = 0; v < kVectors; ++v) {
    weights[v] = V::Load(w + v / kPerPanel * panel + v % kPerPanel * V::kLanes);
  }
#pragma GCC unroll 8
  for (int i = 0; i < kRows; ++i) {
    const typename V::F x = V::Set(pixels[i][at]);
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v) {
      sums[i][v] = V::MulAdd(x, weights[v], sums[i][v]);
    }
  }
}

// Adds the chains, [kRows][kVectors], that came before the one in the sums.
template <typename V, int kRows, int kVectors>
[[gnu::always_inline]] inline void AddChains(
    const float* chains, TileSums<V, kRows, kVectors>& sums) {
#pragma GCC unroll 8
  for (int i = 0; i < kRows; ++i) {
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v) {
      const float* const chain = chains + (i * kVectors + v) * V::kLanes;
      sums[i][v] = V::Add(V::Load(chain), sums[i][v]);
    }
  }
}

// Takes a chain out of the sums: to `chains`, or to what is there already.
template <typename V, int kRows, int kVectors>
[[gnu::always_inline]] inline void EndChain(TileSums<V, kRows, kVectors>& sums,
                                            float* chains, bool has_chains) {
  if (has_chains) AddChains<V, kRows, kVectors>(chains, sums);
#pragma GCC unroll 8
  for (int i = 0; i < kRows; ++i) {
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v) {
      V::Store(chains + (i * kVectors + v) * V::kLanes, sums[i][v]);
    }
  }
}

template <typename V, int kRows, int kVectors>
[[gnu::always_inline]] inline void ClearSums(
    TileSums<V, kRows, kVectors>& sums) {
#pragma GCC unroll 8
  for (int i = 0; i < kRows; ++i) {
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v) sums[i][v] = V::Set(0);
  }
}

// Copies rows of kVectors vectors.
template <typename V, int kVectors>
[[gnu::always_inline]] inline void CopyChains(const float* from,
                                              int64_t from_stride, float* to,
                                              int64_t to_stride, int rows) {
  for (int i = 0; i < rows; ++i) {
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v) {
      const int64_t at = v * V::kLanes;
      V::Store(to + i * to_stride + at, V::Load(from + i * from_stride + at));
    }
  }
}

// Where y and the residual of a tile's rows are.
[[gnu::always_inline]] inline TileRows RowsFrom(const ConvF32Tile& t,
                                                int64_t first) {
  return {
      t.y + first * t.y_stride, t.y_stride,
      t.residual == nullptr ? nullptr : t.residual + first * t.residual_stride,
      t.residual_stride, t.outputs};
}

// What follows the last chain of a tile, or of a stretch. `first` is the tile's
// first row.
template <typename V, int kVectors>
[[gnu::noinline]] void FinishTile(const ConvF32Tile& t, int64_t first,
                                  float* chains, int rows) {
  if (t.chains_to != nullptr) {
    return CopyChains<V, kVectors>(chains, kVectors * V::kLanes,
                                   t.chains_to + first * t.chains_stride,
                                   t.chains_stride, rows);
  }
  FinishBlock<V, kVectors>(t.epilogue, t.bias, chains, rows,
                           RowsFrom(t, first));
}

// One tile: kRows pixels from `first` on times kVectors vectors of outputs,
// which are a few panels of 16 or the first half of one.
template <typename V, int kRows, int kVectors>
[[gnu::always_inline]] inline void RunTile(const ConvF32Tile& t,
                                           int64_t first) {
  constexpr int kPanels = (kVectors * int(V::kLanes) + 15) / 16;
  constexpr int64_t kRow = kVectors * V::kLanes;
  const float* pixels[kRows];
#pragma GCC unroll 8
  for (int i = 0; i < kRows; ++i) {
    pixels[i] = t.pixels[first + i];
    // Several at once would wait for the stores of each to leave the core.
    asm("" : "+r"(pixels[i]));
  }
  const float* w = t.weight;
  const int64_t panel = t.panel_floats;
  // Four tiles in a row ask for all of them, a line every four steps.
  const float* ahead = t.ahead + first / kRows % 4 * (panel / 4);
  TileSums<V, kRows, kVectors> sums;
  const auto step = [&](int64_t at, int ahead) [[gnu::always_inline]] {
    AddProducts<V, kRows, kVectors>(pixels, at + ahead, w + ahead * 16, panel,
                                    sums);
  };
  // Whole chains, in memory: the registers hold the one that grows.
  alignas(64) float chains[kRows * kRow];
  bool has_chains = t.chains_from != nullptr;
  if (has_chains) {
    CopyChains<V, kVectors>(t.chains_from + first * t.chains_stride,
                            t.chains_stride, chains, kRow, kRows);
  }
  ClearSums<V, kRows, kVectors>(sums);
  int64_t left = kConvF32Chain;
  for (int64_t row = 0; row < t.window_rows; ++row) {
    for (int64_t column = 0; column < t.window_columns; ++column) {
      int64_t at = row * t.row_stride + column * t.column_stride;
      const int64_t end = at + t.run;
      while (at < end) {
        if (left == 0) {
          EndChain<V, kRows, kVectors>(sums, chains, has_chains);
          ClearSums<V, kRows, kVectors>(sums);
          has_chains = true;
          left = kConvF32Chain;
        }
        const int64_t stop = at + left < end ? at + left : end;
        left -= stop - at;
        for (; at + 4 <= stop; at += 4, w += 64) {
          step(at, 0);
          step(at, 1);
          step(at, 2);
          step(at, 3);
#pragma GCC unroll 4
          for (int i = 0; i < kPanels; ++i) {
            __builtin_prefetch(ahead + i * panel, 0, 2);
          }
          ahead += 16;
        }
        for (; at < stop; ++at, w += 16) step(at, 0);
      }
    }
  }
  if (t.chains_to == nullptr && t.epilogue.elementary == nullptr &&
      !t.epilogue.before_clamp.is_on) {
    // The most frequent case, without another way through memory.
    if (has_chains) AddChains<V, kRows, kVectors>(chains, sums);
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v) {
      const typename V::F bias = V::Load(t.bias + v * V::kLanes);
#pragma GCC unroll 8
      for (int i = 0; i < kRows; ++i) sums[i][v] = V::Add(sums[i][v], bias);
    }
    return FinishClamped<V, kRows, kVectors>(
        {{}, t.epilogue.after_clamp, nullptr, {}, {}}, sums,
        RowsFrom(t, first));
  }
  EndChain<V, kRows, kVectors>(sums, chains, has_chains);
  FinishTile<V, kVectors>(t, first, chains, kRows);
}

template <typename V, int kRows, int kVectors>
[[gnu::noinline]] void RunTilesOf(int tiles, const ConvF32Tile& t) {
  for (int64_t i = 0; i < tiles; ++i) RunTile<V, kRows, kVectors>(t, i * kRows);
}

}  // namespace
}  // namespace octet::kernels

#endif  // OCTET_KERNELS_CONV_F32_CONV_F32_TILE_LANES_H_
