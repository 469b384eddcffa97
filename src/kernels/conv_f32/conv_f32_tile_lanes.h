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

// Takes a whole chain out of the sums, which begin anew.
template <typename V, int kRows, int kVectors>
[[gnu::always_inline]] inline void EndChain(
    TileSums<V, kRows, kVectors>& sums, TileSums<V, kRows, kVectors>& chains,
    bool& has_chains) {
#pragma GCC unroll 8
  for (int i = 0; i < kRows; ++i) {
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v) {
      chains[i][v] = has_chains ? V::Add(chains[i][v], sums[i][v]) : sums[i][v];
      sums[i][v] = V::Set(0);
    }
  }
  has_chains = true;
}

// What an earlier stretch left, and for a later one. Without an earlier one,
// zeros, so that the compiler sees them set.
template <typename V, int kRows, int kVectors>
[[gnu::always_inline]] inline void LoadChains(
    const ConvF32Tile& t, TileSums<V, kRows, kVectors>& chains) {
#pragma GCC unroll 8
  for (int i = 0; i < kRows; ++i) {
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v) {
      const int64_t at = i * t.chains_stride + v * V::kLanes;
      chains[i][v] =
          t.chains_from == nullptr ? V::Set(0) : V::Load(t.chains_from + at);
    }
  }
}

template <typename V, int kRows, int kVectors>
[[gnu::always_inline]] inline void StoreChains(
    const ConvF32Tile& t, const TileSums<V, kRows, kVectors>& sums,
    const TileSums<V, kRows, kVectors>& chains, bool has_chains) {
#pragma GCC unroll 8
  for (int i = 0; i < kRows; ++i) {
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v) {
      const typename V::F sum =
          has_chains ? V::Add(chains[i][v], sums[i][v]) : sums[i][v];
      V::Store(t.chains_to + i * t.chains_stride + v * V::kLanes, sum);
    }
  }
}

// Adds the chains, the last of which is in the sums, and the bias; writes y.
template <typename V, int kRows, int kVectors>
[[gnu::always_inline]] inline void FinishTile(
    const ConvF32Tile& t, TileSums<V, kRows, kVectors>& sums,
    TileSums<V, kRows, kVectors>& chains, bool has_chains) {
#pragma GCC unroll 8
  for (int i = 0; i < kRows; ++i) {
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v) {
      const typename V::F sum =
          has_chains ? V::Add(chains[i][v], sums[i][v]) : sums[i][v];
      sums[i][v] = V::Add(sum, V::Load(t.bias + v * V::kLanes));
    }
    FinishSums<V, kVectors>(
        sums[i], t.before,
        t.residual == nullptr ? nullptr : t.residual + i * t.residual_stride,
        t.after, t.y + i * t.y_stride, t.outputs);
  }
}

// kRows pixels times kPanels panels of 16.
template <typename V, int kRows, int kPanels>
[[gnu::noinline]] void RunTile(const ConvF32Tile& t) {
  constexpr int kVectors = kPanels * (16 / V::kLanes);
  TileSums<V, kRows, kVectors> sums;
#pragma GCC unroll 8
  for (int i = 0; i < kRows; ++i) {
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v) sums[i][v] = V::Set(0);
  }
  const float* pixels[kRows];
#pragma GCC unroll 8
  for (int i = 0; i < kRows; ++i) pixels[i] = t.pixels[i];
  const float* w = t.weight;
  const int64_t panel = t.panel_floats;
  const auto step = [&](int64_t at, int ahead) [[gnu::always_inline]] {
    AddProducts<V, kRows, kVectors>(pixels, at + ahead, w + ahead * 16, panel,
                                    sums);
  };
  // Whole chains, in memory: the registers hold the one that grows.
  TileSums<V, kRows, kVectors> chains;
  bool has_chains = t.chains_from != nullptr;
  LoadChains<V, kRows, kVectors>(t, chains);
  int64_t left = kConvF32Chain;
  for (int64_t row = 0; row < t.window_rows; ++row) {
    for (int64_t column = 0; column < t.window_columns; ++column) {
      int64_t at = row * t.row_stride + column * t.column_stride;
      const int64_t end = at + t.run;
      while (at < end) {
        if (left == 0) {
          EndChain<V, kRows, kVectors>(sums, chains, has_chains);
          left = kConvF32Chain;
        }
        const int64_t stop = at + left < end ? at + left : end;
        left -= stop - at;
        for (; at + 4 <= stop; at += 4, w += 64) {
          step(at, 0);
          step(at, 1);
          step(at, 2);
          step(at, 3);
        }
        for (; at < stop; ++at, w += 16) step(at, 0);
      }
    }
  }
  if (t.chains_to != nullptr) {
    StoreChains<V, kRows, kVectors>(t, sums, chains, has_chains);
    return;
  }
  FinishTile<V, kRows, kVectors>(t, sums, chains, has_chains);
}

}  // namespace
}  // namespace octet::kernels

#endif  // OCTET_KERNELS_CONV_F32_CONV_F32_TILE_LANES_H_
