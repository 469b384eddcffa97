// The body of conv_u8's AVX-512 tiles. Each number of vectors is instantiated
// in a file of its own, so that they compile side by side.
#ifndef OCTET_KERNELS_CONV_U8_CONV_U8_TILE_BODY_AVX512VNNI_H_
#define OCTET_KERNELS_CONV_U8_CONV_U8_TILE_BODY_AVX512VNNI_H_

#include <immintrin.h>

#include <cstdint>

#include "kernels/conv_u8/conv_u8_tile_avx512vnni.h"
#include "kernels/conv_u8/dot_avx512.h"
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
  // 28 sums, 3 weights and an input fill the registers: the fourth vector of
  // weights stays in memory.
  constexpr int kInMemory = kPixels * kVectors == 28 && kVectors == 4 ? 1 : 0;
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
      if constexpr (kInMemory == 1) {
        DotMemory(sums.at[i][3], codes, w + 3 * tile.panel_stride + 64 * step);
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
                                              Sums<kPixels, kVectors>& sums) {
  const int8_t* w = tile.weights;
  const int8_t* prefetch = tile.prefetch;
  for (int64_t run = 0; run < tile.runs; ++run) {
    Pointers<kPixels> x;
    const uint8_t* const first = tile.input + tile.run_offsets[run];
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
      prefetch += tile.prefetch_step;
    }
    for (; k > 0; --k) {
      Multiply<kPixels, kVectors, 1>(tile, x, w, sums);
      w += 64;
      Advance<kPixels>(x, 4);
    }
  }
}

// The constants of the tile's channels as often as a vector of bytes holds
// them.
template <int kVectors>
[[gnu::always_inline]] inline __m512i LoadBytes(const uint8_t* p) {
  if constexpr (kVectors == 1) {
    return _mm512_broadcast_i32x4(
        _mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
  } else if constexpr (kVectors == 2) {
    return _mm512_broadcast_i64x4(
        _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
  } else {
    return _mm512_loadu_si512(p);
  }
}

// Row `kRow` of those that share a vector of bytes.
template <int kVectors, int kRow>
[[gnu::always_inline]] inline void StoreRow(uint8_t* y, __m512i bytes,
                                            int64_t channels) {
  const __mmask64 mask = FirstBytes(channels);
  if constexpr (kVectors == 1) {
    const __m128i row = _mm512_extracti32x4_epi32(bytes, kRow);
    _mm_mask_storeu_epi8(y, __mmask16(mask), row);
  } else if constexpr (kVectors == 2) {
    const __m256i row = _mm512_extracti64x4_epi64(bytes, kRow);
    _mm256_mask_storeu_epi8(y, __mmask32(mask), row);
  } else if (kVectors == 4 && channels == 64) {
    _mm512_storeu_si512(y, bytes);
  } else {
    _mm512_mask_storeu_epi8(y, mask, bytes);
  }
}

template <int kPixels, int kVectors, bool kIsTable>
[[gnu::always_inline]] inline void RoundAndStore(
    const ConvU8Tile& tile, const Sums<kPixels, kVectors>& sums) {
  // Pixels whose bytes fill a vector together.
  constexpr int kShare = kVectors >= 3 ? 1 : 4 / kVectors;
  const EpilogueU8& e = *tile.epilogue;
  const float* const m = e.multiplier + tile.channel;
  const float* const b = e.offset + tile.channel;
  const int32_t* const zero = e.y_zero + tile.channel;
  __m512i low, high;
  if constexpr (!kIsTable) {
    low = LoadBytes<kVectors>(e.clamp_low + tile.channel);
    high = LoadBytes<kVectors>(e.clamp_high + tile.channel);
  }
#pragma GCC unroll 28
  for (int i = 0; i < kPixels; i += kShare) {
    __m512i ints[4];
#pragma GCC unroll 4
    for (int j = 0; j < 4; ++j) {
      const int pixel = i + j / kVectors;
      const int v = j % kVectors;
      // Places behind the last pixel, and the fourth of three vectors, repeat
      // what is there already.
      ints[j] = pixel < kPixels && j < kShare * kVectors
                    ? ScaleAndRound(sums.at[pixel < kPixels ? pixel : 0][v],
                                    m + 16 * v, b + 16 * v, zero + 16 * v)
                    : ints[0];
    }
    __m512i bytes = PackBytes(ints[0], ints[1], ints[2], ints[3]);
    if constexpr (kIsTable) {
      bytes = LookUp(bytes, e.table);
    } else {
      bytes = _mm512_min_epu8(_mm512_max_epu8(bytes, low), high);
    }
    uint8_t* const y = tile.y + i * tile.y_stride;
    StoreRow<kVectors, 0>(y, bytes, tile.channels);
    if constexpr (kShare >= 2) {
      if (i + 1 < kPixels)
        StoreRow<kVectors, 1>(y + tile.y_stride, bytes, tile.channels);
    }
    if constexpr (kShare == 4) {
      if (i + 2 < kPixels)
        StoreRow<kVectors, 2>(y + 2 * tile.y_stride, bytes, tile.channels);
      if (i + 3 < kPixels)
        StoreRow<kVectors, 3>(y + 3 * tile.y_stride, bytes, tile.channels);
    }
  }
}

template <int kPixels, int kVectors, EpilogueKind kKind>
[[gnu::noinline]] void RunTile(const ConvU8Tile& tile) {
  Sums<kPixels, kVectors> sums;
#pragma GCC unroll 4
  for (int v = 0; v < kVectors; ++v) {
    const __m512i comp =
        _mm512_loadu_si512(tile.epilogue->comp + tile.channel + 16 * v);
#pragma GCC unroll 28
    for (int i = 0; i < kPixels; ++i) sums.at[i][v] = comp;
  }
  if constexpr (kKind != EpilogueKind::kFloat) {
    // The output two tiles ahead: cold lines cost four times the work
    // otherwise.
#pragma GCC unroll 28
    for (int i = 0; i < kPixels; ++i) {
      __builtin_prefetch(tile.y + (i + 2 * kPixels) * tile.y_stride, 1, 3);
    }
  }
  Accumulate<kPixels, kVectors>(tile, sums);
  if constexpr (kKind == EpilogueKind::kFloat) {
#pragma GCC unroll 28
    for (int i = 0; i < kPixels; ++i) {
#pragma GCC unroll 4
      for (int v = 0; v < kVectors; ++v) {
        _mm512_storeu_si512(tile.sums + 16 * (i * kVectors + v), sums.at[i][v]);
      }
    }
  } else {
    RoundAndStore<kPixels, kVectors, kKind == EpilogueKind::kTable>(tile, sums);
  }
}

template <int... kIndex>
struct Indices {};
template <int kCount, int... kIndex>
struct MakeIndices : MakeIndices<kCount - 1, kCount - 1, kIndex...> {};
template <int... kIndex>
struct MakeIndices<0, kIndex...> {
  using Type = Indices<kIndex...>;
};

template <int kVectors, EpilogueKind kKind, int... kIndex>
ConvU8TileFn Pick(int64_t pixels, Indices<kIndex...>) {
  constexpr ConvU8TileFn kTiles[] = {RunTile<kIndex + 1, kVectors, kKind>...};
  return kTiles[pixels - 1];
}

// The tile of `pixels` pixels and kVectors vectors.
template <int kVectors>
ConvU8TileFn PickTile(int64_t pixels, EpilogueKind kind) {
  using All = typename MakeIndices<int(kConvU8TilePixels[kVectors])>::Type;
  switch (kind) {
    case EpilogueKind::kClamp:
      return Pick<kVectors, EpilogueKind::kClamp>(pixels, All());
    case EpilogueKind::kTable:
      return Pick<kVectors, EpilogueKind::kTable>(pixels, All());
    case EpilogueKind::kFloat:
      break;
  }
  return Pick<kVectors, EpilogueKind::kFloat>(pixels, All());
}

}  // namespace
}  // namespace octet::kernels

#endif  // OCTET_KERNELS_CONV_U8_CONV_U8_TILE_BODY_AVX512VNNI_H_
