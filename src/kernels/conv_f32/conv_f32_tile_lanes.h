// The tile of conv_f32 over any lanes (kernels/elementary) that also have
// MulAdd(x, w, sum), MulAddOne(x, w, sum), where x is one float in memory for
// all lanes, and LoadPanel<kPanel, kAt>(w, panel), what is at
// w + kPanel * panel + kAt. Internal linkage, so that files of any instruction
// set may include this.
#ifndef OCTET_KERNELS_CONV_F32_CONV_F32_TILE_LANES_H_
#define OCTET_KERNELS_CONV_F32_CONV_F32_TILE_LANES_H_

#include <cstdint>
#include <utility>

#include "kernels/conv_f32/conv_f32.h"
#include "kernels/conv_f32/conv_f32_tile.h"
#include "kernels/float_epilogue/float_epilogue_lanes.h"

namespace octet::kernels {
namespace {

// Sums of kRows pixels and kVectors vectors of outputs.
template <typename V, int kRows, int kVectors>
using TileSums = typename V::F[kRows][kVectors];

// One k: a vector of weights per 8 or 16 outputs, one float of each pixel, all
// kAhead steps behind `at` and `w`.
template <typename V, int kRows, int kVectors, int kAhead>
[[gnu::always_inline]] inline void AddProducts(
    const float* const (&pixels)[kRows], int64_t at, const float* w,
    int64_t panel, TileSums<V, kRows, kVectors>& sums) {
  constexpr int kPerPanel = 16 / V::kLanes;
  typename V::F weights[kVectors];
  [&]<int... kVector>(std::integer_sequence<int, kVector...>)
      [[gnu::always_inline]] {
    ((weights[kVector] =
          V::template LoadPanel<kVector / kPerPanel,
                                kAhead * 16 + kVector % kPerPanel * V::kLanes>(
              w, panel)),
     ...);
  }
  (std::make_integer_sequence<int, kVectors>());
#pragma GCC unroll 16
  for (int i = 0; i < kRows; ++i) {
    if constexpr (kVectors == 1) {
      sums[i][0] =
          V::MulAddOne(pixels[i] + at + kAhead, weights[0], sums[i][0]);
      continue;
    }
    const typename V::F x = V::Set(pixels[i][at + kAhead]);
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v) {
      sums[i][v] = V::MulAdd(x, weights[v], sums[i][v]);
    }
  }
}

// The sum of the chains that came before the one in registers, of all rows of a
// tile: row i from `at` + i * `stride` on. Null: there are none.
struct TileChains {
  const float* at;
  int64_t stride;
};

template <typename V, int kRows, int kVectors>
[[gnu::always_inline]] inline void AddChains(
    const TileChains& chains, TileSums<V, kRows, kVectors>& sums) {
  if (chains.at == nullptr) return;
#pragma GCC unroll 16
  for (int i = 0; i < kRows; ++i) {
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v) {
      const float* const chain = chains.at + i * chains.stride + v * V::kLanes;
      sums[i][v] = V::Add(V::Load(chain), sums[i][v]);
    }
  }
}

template <typename V, int kRows, int kVectors>
[[gnu::always_inline]] inline void StoreChains(
    const TileSums<V, kRows, kVectors>& sums, float* to, int64_t stride) {
#pragma GCC unroll 16
  for (int i = 0; i < kRows; ++i) {
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v) {
      V::Store(to + i * stride + v * V::kLanes, sums[i][v]);
    }
  }
}

template <typename V, int kRows, int kVectors>
[[gnu::always_inline]] inline void ClearSums(
    TileSums<V, kRows, kVectors>& sums) {
#pragma GCC unroll 16
  for (int i = 0; i < kRows; ++i) {
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v) sums[i][v] = V::Set(0);
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

// What follows sums that are not only clamped. `first` is the tile's first row.
template <typename V, int kVectors>
[[gnu::noinline]] void FinishTile(const ConvF32Tile& t, int64_t first,
                                  float* sums, int rows) {
  const TileRows to = RowsFrom(t, first);
  if (t.epilogue.elementary != nullptr) {
    return FinishByFunctions<V, kVectors>(t.epilogue, sums, rows, kVectors, to);
  }
  FinishBlock<V, kVectors>(t.epilogue, nullptr, sums, rows, to);
}

// What follows sums that are only clamped, of outputs that all exist. Each
// row's addresses follow from those of the row before: distances of all of them
// would take the registers of the pixels' addresses.
template <typename V, int kRows, int kVectors>
[[gnu::always_inline]] inline void FinishWhole(
    const TileClamp& clamp, TileRows to, TileSums<V, kRows, kVectors>& sums) {
  const typename V::F low = V::Set(clamp.low), high = V::Set(clamp.high);
#pragma GCC unroll 16
  for (int i = 0; i < kRows; ++i) {
    if (to.residual != nullptr) {
#pragma GCC unroll 8
      for (int v = 0; v < kVectors; ++v) {
        sums[i][v] = V::Add(sums[i][v], V::Load(to.residual + v * V::kLanes));
      }
      to.residual += to.residual_stride;
      asm("" : "+r"(to.residual));
    }
    if (clamp.is_on) {
#pragma GCC unroll 8
      for (int v = 0; v < kVectors; ++v) {
        sums[i][v] = V::Min(high, V::Max(low, sums[i][v]));
      }
    }
    StoreRow<V>(sums[i], to.y, kVectors * V::kLanes);
    to.y += to.y_stride;
    asm("" : "+r"(to.y));
  }
}

// One tile: kRows pixels from `first` on times kVectors vectors of outputs,
// which are a few panels of 16 or the first half of one. `block` is memory for
// its sums.
template <typename V, int kRows, int kVectors>
[[gnu::always_inline]] inline void RunTile(const ConvF32Tile& t, int64_t first,
                                           float* block) {
  constexpr int kPanels = (kVectors * int(V::kLanes) + 15) / 16;
  constexpr int64_t kRow = kVectors * V::kLanes;
  const float* pixels[kRows];
#pragma GCC unroll 16
  for (int i = 0; i < kRows; ++i) {
    pixels[i] = t.pixels[first + i];
    // Several at once would wait for the stores of each to leave the core.
    asm("" : "+r"(pixels[i]));
  }
  const float* w = t.weight;
  const int64_t panel = t.panel_floats;
  // Four tiles in a row ask for all of them, a few lines every four steps.
  const float* ahead = t.ahead + first / kRows % 4 * (panel / 4) * kPanels;
  TileSums<V, kRows, kVectors> sums;
  TileChains chains{nullptr, t.chains_stride};
  if (t.chains_from != nullptr) {
    chains.at = t.chains_from + first * t.chains_stride;
  }
  ClearSums<V, kRows, kVectors>(sums);
  int64_t left = kConvF32Chain;
  for (int64_t row = 0; row < t.window_rows; ++row) {
    for (int64_t column = 0; column < t.window_columns; ++column) {
      int64_t at = row * t.row_stride + column * t.column_stride;
      const int64_t end = at + t.run;
      while (at < end) {
        if (left == 0) {
          AddChains<V, kRows, kVectors>(chains, sums);
          StoreChains<V, kRows, kVectors>(sums, block, kRow);
          ClearSums<V, kRows, kVectors>(sums);
          chains = {block, kRow};
          left = kConvF32Chain;
        }
        const int64_t stop = at + left < end ? at + left : end;
        left -= stop - at;
        for (; at + 4 <= stop; at += 4, w += 64) {
          AddProducts<V, kRows, kVectors, 0>(pixels, at, w, panel, sums);
          AddProducts<V, kRows, kVectors, 1>(pixels, at, w, panel, sums);
          AddProducts<V, kRows, kVectors, 2>(pixels, at, w, panel, sums);
          AddProducts<V, kRows, kVectors, 3>(pixels, at, w, panel, sums);
#pragma GCC unroll 4
          for (int i = 0; i < kPanels; ++i) {
            __builtin_prefetch(ahead + i * 16, 0, 2);
          }
          ahead += kPanels * 16;
        }
        for (; at < stop; ++at, w += 16) {
          AddProducts<V, kRows, kVectors, 0>(pixels, at, w, panel, sums);
        }
      }
    }
  }
  AddChains<V, kRows, kVectors>(chains, sums);
  if (t.chains_to != nullptr) {
    return StoreChains<V, kRows, kVectors>(
        sums, t.chains_to + first * t.chains_stride, t.chains_stride);
  }
#pragma GCC unroll 8
  for (int v = 0; v < kVectors; ++v) {
    const typename V::F bias = V::Load(t.bias + v * V::kLanes);
#pragma GCC unroll 16
    for (int i = 0; i < kRows; ++i) sums[i][v] = V::Add(sums[i][v], bias);
  }
  if (t.outputs >= kRow && t.epilogue.elementary == nullptr &&
      !t.epilogue.before_clamp.is_on) {
    // The most frequent case, without another way through memory.
    return FinishWhole<V, kRows, kVectors>(t.epilogue.after_clamp,
                                           RowsFrom(t, first), sums);
  }
  StoreChains<V, kRows, kVectors>(sums, block, kRow);
  FinishTile<V, kVectors>(t, first, block, kRows);
}

template <typename V, int kRows, int kVectors>
[[gnu::noinline]] void RunTilesOf(int tiles, const ConvF32Tile& t,
                                  float* block) {
  for (int64_t i = 0; i < tiles; ++i) {
    RunTile<V, kRows, kVectors>(t, i * kRows, block);
  }
}

}  // namespace
}  // namespace octet::kernels

#endif  // OCTET_KERNELS_CONV_F32_CONV_F32_TILE_LANES_H_
