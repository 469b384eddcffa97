// The body of conv_u8's AVX-512 tiles. Each number of vectors is instantiated
// in a file of its own, so that they compile side by side.
#ifndef OCTET_KERNELS_CONV_U8_CONV_U8_TILE_BODY_AVX512VNNI_H_
#define OCTET_KERNELS_CONV_U8_CONV_U8_TILE_BODY_AVX512VNNI_H_

#include <immintrin.h>

#include <cstdint>
#include <utility>

#include "kernels/conv_u8/conv_u8_tile_avx512vnni.h"
#include "kernels/conv_u8/dot_avx512.h"
#include "kernels/conv_u8/hide.h"
#include "kernels/epilogue/bytes_output_avx512.h"
#include "kernels/epilogue/factor_avx512.h"
#include "kernels/epilogue/rounding_avx512.h"

namespace octet::kernels {
namespace {

template <int kPixels, int kVectors>
struct Sums {
  __m512i at[kPixels][kVectors];
};

// Pixels are addressed from one pointer for every three of them: x86 has
// [p], [p + s] and [p + 2 s], and too few registers for a pointer each.
template <int kPixels>
struct Pointers {
  static constexpr int kCount = (kPixels + 2) / 3;
  const uint8_t* at[kCount];
};

// kSteps groups of four bytes for all pixels and vectors.
template <int kPixels, int kVectors, int kSteps>
[[gnu::always_inline]] inline void Multiply(const ConvU8Tile& tile,
                                            const Pointers<kPixels>& x,
                                            const int8_t* w,
                                            Sums<kPixels, kVectors>& sums) {
  // 28 sums leave four registers: of four vectors of weights two stay in
  // memory, which is 23 loads for 28 products. With three in registers g++
  // spills a sum.
  constexpr bool kIsFull = kPixels * kVectors == 28 && kVectors == 4;
  constexpr int kInMemory = kIsFull ? 2 : 0;
#pragma GCC unroll 4
  for (int step = 0; step < kSteps; ++step) {
    __m512i weights[kVectors];
#pragma GCC unroll 4
    for (int v = 0; v < kVectors - kInMemory; ++v) {
      weights[v] = _mm512_loadu_si512(w + v * tile.panel_stride + 64 * step);
    }
#pragma GCC unroll 28
    for (int i = 0; i < kPixels; ++i) {
      const __m512i codes =
          RepeatFour(x.at[i / 3] + i % 3 * tile.pixel_stride + 4 * step);
#pragma GCC unroll 4
      for (int v = 0; v < kVectors - kInMemory; ++v) {
        Dot(sums.at[i][v], codes, weights[v]);
      }
#pragma GCC unroll 4
      for (int v = kVectors - kInMemory; v < kVectors; ++v) {
        DotMemory(sums.at[i][v], codes, w + v * tile.panel_stride + 64 * step);
      }
    }
  }
}

template <int kPixels>
[[gnu::always_inline]] inline void Advance(Pointers<kPixels>& x,
                                           int64_t bytes) {
#pragma GCC unroll 10
  for (int g = 0; g < Pointers<kPixels>::kCount; ++g) {
    x.at[g] += bytes;
    // Hidden, or the compiler keeps one pointer for each pixel and spills.
    asm("" : "+r"(x.at[g]));
  }
}

// All runs.
template <int kPixels, int kVectors>
[[gnu::always_inline]] inline void Accumulate(const ConvU8Tile& tile,
                                              const uint8_t* input,
                                              const int8_t* prefetch,
                                              int64_t prefetch_step,
                                              Sums<kPixels, kVectors>& sums) {
  const int8_t* w = tile.weights;
  for (int64_t run = 0; run < tile.runs; ++run) {
    Pointers<kPixels> x;
    const uint8_t* const first = input + tile.run_offsets[run];
#pragma GCC unroll 10
    for (int g = 0; g < Pointers<kPixels>::kCount; ++g) {
      x.at[g] = first + 3 * g * tile.pixel_stride;
    }
    int64_t k = tile.k4;
    for (; k >= 4; k -= 4) {
      Multiply<kPixels, kVectors, 4>(tile, x, w, sums);
      w += 256;
      Advance<kPixels>(x, 16);
      _mm_prefetch(prefetch, _MM_HINT_T1);
      _mm_prefetch(prefetch + 64, _MM_HINT_T1);
      prefetch += prefetch_step;
    }
#pragma GCC unroll 1
    for (; k > 0; --k) {
      Multiply<kPixels, kVectors, 1>(tile, x, w, sums);
      w += 64;
      Advance<kPixels>(x, 4);
    }
  }
}

// Constants of a factor's words, in memory: the sums leave no registers.
struct FactorWords {
  __m512i zeros[2];
  __m512i steps[2];
};

template <int kVectors>
[[gnu::always_inline]] inline FactorWords LoadFactorWords(const EpilogueU8& e,
                                                          int64_t channel) {
  FactorWords words;
  LoadWords<kVectors>(e.y_zero + channel, words.zeros);
  LoadWords<kVectors>(e.steps + channel, words.steps);
  return words;
}

// Constants of the tile's channels.
template <int kVectors, EpilogueKind kKind>
struct Rounding {
  explicit Rounding(const EpilogueU8& e, int64_t channel,
                    const FactorWords* words)
      : multiplier(Hide(Hide(e.multiplier) + channel)),
        offset(Hide(Hide(e.offset) + channel)),
        residual_scale(nullptr),
        table(e.table),
        factor(e.factor),
        factor_words(words),
        order(LoadPackOrder()) {
    if constexpr (kKind == EpilogueKind::kFactor) {
      factor = Hide(factor);
      factor_words = Hide(factor_words);
      return;
    }
    LoadWords<kVectors>(e.y_zero + channel, zeros);
    if constexpr (kKind == EpilogueKind::kAdd) {
      residual_scale = Hide(Hide(e.residual_scale) + channel);
    }
    if constexpr (kKind != EpilogueKind::kTable) {
      low = RepeatBytes<kVectors>(e.clamp_low + channel);
      high = RepeatBytes<kVectors>(e.clamp_high + channel);
    }
  }

  const float* multiplier;
  const float* offset;
  const float* residual_scale;
  const uint8_t* table;
  const FactorTable* factor;
  const FactorWords* factor_words;
  __m512i order;
  __m512i zeros[2];
  __m512i low, high;
};

// Codes in the order of their pixels.
struct CodesInput {
  const uint8_t* codes;
  int64_t stride;
};

// The codes of kRows pixels from kFirst on, which fill a vector together.
template <int kFirst, int kRows, int kPixels, int kVectors, EpilogueKind kKind>
[[gnu::always_inline]] inline __m512i Round(const Rounding<kVectors, kKind>& r,
                                            const Sums<kPixels, kVectors>& sums,
                                            const CodesInput& residual) {
  __m512i ints[4];
#pragma GCC unroll 4
  for (int j = 0; j < 4; ++j) {
    // Places behind the last pixel, and the fourth of three vectors, repeat
    // what is there already.
    if (j >= kRows * kVectors) {
      ints[j] = ints[0];
      continue;
    }
    const int row = j / kVectors, at = j % kVectors * 16;
    __m512 v = ScaleSum(sums.at[kFirst + row][j % kVectors], r.multiplier + at,
                        r.offset + at);
    if constexpr (kKind == EpilogueKind::kAdd) {
      v = AddResidual(v, residual.codes + row * residual.stride + at,
                      r.residual_scale + at);
    }
    ints[j] = _mm512_cvtps_epi32(v);
  }
  __m512i words[2];
#pragma GCC unroll 2
  for (int half = 0; half < 2; ++half) {
    words[half] = PackWords(ints[2 * half], ints[2 * half + 1]);
    if constexpr (kKind == EpilogueKind::kFactor) {
      const FactorWords& constants = *r.factor_words;
      words[half] = TimesFactor(*r.factor, words[half], constants.steps[half],
                                constants.zeros[half]);
    } else {
      words[half] = AddZeros(words[half], r.zeros[half]);
    }
  }
  const __m512i bytes = PackBytes(r.order, words[0], words[1]);
  if constexpr (kKind == EpilogueKind::kFactor) return bytes;
  if constexpr (kKind == EpilogueKind::kTable) return LookUp(bytes, r.table);
  return _mm512_min_epu8(_mm512_max_epu8(bytes, r.low), r.high);
}

template <int kFirst, int kPixels, int kVectors, EpilogueKind kKind>
[[gnu::always_inline]] inline void RoundAndStore(
    const Rounding<kVectors, kKind>& rounding,
    const Sums<kPixels, kVectors>& sums, CodesInput& residual,
    BytesOutput& to) {
  constexpr int kShare = kVectors >= 3 ? 1 : 4 / kVectors;
  constexpr int kRows = kPixels - kFirst < kShare ? kPixels - kFirst : kShare;
  StoreRows<kVectors, kRows>(to,
                             Round<kFirst, kRows>(rounding, sums, residual));
  to.y += kRows * to.stride;
  residual.codes += kRows * residual.stride;
  if constexpr (kFirst + kRows < kPixels) {
    RoundAndStore<kFirst + kRows>(rounding, sums, residual, to);
  }
}

template <int kPixels, int kVectors>
[[gnu::always_inline]] inline void StoreSums(
    int32_t* to, const Sums<kPixels, kVectors>& sums) {
#pragma GCC unroll 28
  for (int i = 0; i < kPixels; ++i) {
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) {
      _mm512_storeu_si512(to + 16 * (i * kVectors + v), sums.at[i][v]);
    }
  }
}

template <int kPixels, int kVectors, EpilogueKind kKind>
[[gnu::noinline]] void RunTiles(ConvU8Tile& shared) {
  // A copy, which no store can be taken to change.
  const ConvU8Tile tile = shared;
  const uint8_t* input = tile.input;
  const int8_t* prefetch = tile.prefetch;
  // What one tile fetches of the next block.
  const int64_t fetched = tile.runs * (tile.k4 / 4) * 128;
  BytesOutput to = {tile.y, tile.y_stride, tile.channels == 16 * kVectors,
                    FirstBytes(tile.channels)};
  CodesInput residual = {tile.residual, tile.residual_stride};
  FactorWords factor_words;
  if constexpr (kKind == EpilogueKind::kFactor) {
    factor_words = LoadFactorWords<kVectors>(*tile.epilogue, tile.channel);
  }
  for (int64_t t = 0; t < tile.tiles; ++t) {
    Sums<kPixels, kVectors> sums;
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) {
      const __m512i comp =
          _mm512_loadu_si512(tile.epilogue->comp + tile.channel + 16 * v);
#pragma GCC unroll 28
      for (int i = 0; i < kPixels; ++i) sums.at[i][v] = comp;
    }
    if constexpr (kKind != EpilogueKind::kFloat) {
      // Output and residual two tiles ahead: cold lines cost four times the
      // work otherwise.
#pragma GCC unroll 28
      for (int i = 0; i < kPixels; ++i) {
        const int64_t ahead = i + 2 * kPixels;
        __builtin_prefetch(to.y + ahead * to.stride, 1, 3);
        if constexpr (kKind == EpilogueKind::kAdd) {
          __builtin_prefetch(residual.codes + ahead * residual.stride);
        }
      }
    }
    const bool has_next = prefetch < tile.prefetch_end;
    Accumulate<kPixels, kVectors>(tile, input,
                                  has_next ? prefetch : tile.weights,
                                  has_next ? 128 : 0, sums);
    prefetch += fetched;
    input += kPixels * tile.pixel_stride;
    if constexpr (kKind == EpilogueKind::kFloat) {
      StoreSums<kPixels, kVectors>(tile.sums + t * (16 * kPixels * kVectors),
                                   sums);
    } else {
      // Hidden, or constants are kept in registers that the sums need.
      const Rounding<kVectors, kKind> rounding(*Hide(tile.epilogue),
                                               tile.channel, &factor_words);
      RoundAndStore<0>(rounding, sums, residual, to);
    }
  }
  shared.input = input;
  shared.prefetch = prefetch;
}

template <int kVectors, EpilogueKind kKind, int... kIndex>
ConvU8TileFn Pick(int64_t pixels, std::integer_sequence<int, kIndex...>) {
  static constexpr ConvU8TileFn kTiles[] = {
      RunTiles<kIndex + 1, kVectors, kKind>...};
  return kTiles[pixels - 1];
}

// The tile of `pixels` pixels and kVectors vectors.
template <int kVectors>
ConvU8TileFn PickTile(int64_t pixels, EpilogueKind kind) {
  using All = std::make_integer_sequence<int, int(kConvU8TilePixels[kVectors])>;
  switch (kind) {
    case EpilogueKind::kClamp:
      return Pick<kVectors, EpilogueKind::kClamp>(pixels, All());
    case EpilogueKind::kTable:
      return Pick<kVectors, EpilogueKind::kTable>(pixels, All());
    case EpilogueKind::kAdd:
      return Pick<kVectors, EpilogueKind::kAdd>(pixels, All());
    case EpilogueKind::kFactor:
      return Pick<kVectors, EpilogueKind::kFactor>(pixels, All());
    case EpilogueKind::kFloat:
    case EpilogueKind::kFactorAdd:
      break;
  }
  return Pick<kVectors, EpilogueKind::kFloat>(pixels, All());
}

}  // namespace
}  // namespace octet::kernels

#endif  // OCTET_KERNELS_CONV_U8_CONV_U8_TILE_BODY_AVX512VNNI_H_
