#include "kernels/conv_u8/conv_u8_woven_avx512vnni.h"

#include <immintrin.h>

#include <cstdint>

#include "kernels/conv_u8/conv_u8_tile_body_avx512vnni.h"
#include "kernels/conv_u8/hide.h"
#include "kernels/epilogue/bytes_output_avx512.h"
#include "kernels/epilogue/factor_avx512.h"
#include "kernels/epilogue/rounding_avx512.h"

namespace octet::kernels {
namespace {

// Sixteen sums, of which two make a vector of words and four one of codes.
constexpr int kWords = 8;
constexpr int kQuarters = kWords / 2;

// What rounding needs, in memory: sums and words leave few registers.
struct Constants {
  __m512i order, zeros, steps, low, high;
  __m512i residual_steps, codes_order;
  const float* multiplier;
  const float* offset;
  const float* residual_scale;
  const int32_t* y_zero;
  const uint8_t* table;
  const FactorTable* factor;
};

template <int kVectors, EpilogueKind kKind>
[[gnu::always_inline]] inline Constants LoadConstants(const EpilogueU8& e,
                                                      int64_t channel) {
  Constants c;
  c.order = _mm512_load_si512(kPackOrder);
  c.multiplier = e.multiplier + channel;
  c.offset = e.offset + channel;
  c.y_zero = e.y_zero + channel;
  if constexpr (kKind == EpilogueKind::kAdd) {
    c.residual_scale = e.residual_scale + channel;
  }
  if constexpr (kKind == EpilogueKind::kClamp || kKind == EpilogueKind::kAdd) {
    c.low = RepeatBytes<kVectors>(e.clamp_low + channel);
    c.high = RepeatBytes<kVectors>(e.clamp_high + channel);
  }
  if constexpr (IsFactor(kKind)) {
    __m512i words[2];
    LoadWords<kVectors>(e.y_zero + channel, words);
    c.zeros = words[0];
    LoadWords<kVectors>(e.steps + channel, words);
    c.steps = words[0];
    if constexpr (kKind == EpilogueKind::kFactorAdd) {
      LoadWords<kVectors>(e.residual_steps + channel, words);
      c.residual_steps = words[0];
      c.codes_order = _mm512_load_si512(kCodesOrder);
    }
  }
  c.table = e.table;
  c.factor = e.factor;
  return c;
}

struct Words {
  __m512i at[kWords];
};

// A tile's sums as words.
template <EpilogueKind kKind, int kPixels, int kVectors>
[[gnu::always_inline]] inline void MakeWords(
    const Constants& shared, const Sums<kPixels, kVectors>& sums,
    const CodesInput& residual, Words& words) {
  const Constants& c = *Hide(&shared);
#pragma GCC unroll 8
  for (int i = 0; i < kWords; ++i) {
    __m512i ints[2];
#pragma GCC unroll 2
    for (int j = 0; j < 2; ++j) {
      const int pixel = (2 * i + j) / kVectors, v = (2 * i + j) % kVectors;
      __m512 x =
          ScaleSum(sums.at[pixel][v], c.multiplier + 16 * v, c.offset + 16 * v);
      if constexpr (kKind == EpilogueKind::kAdd) {
        x = AddResidual(x, residual.codes + pixel * residual.stride + 16 * v,
                        c.residual_scale + 16 * v);
      }
      ints[j] = _mm512_cvtps_epi32(x);
      if constexpr (!IsFactor(kKind)) {
        // Not to the words: Zen 4 adds with saturation only where it
        // multiplies.
        ints[j] =
            _mm512_add_epi32(ints[j], _mm512_loadu_si512(c.y_zero + 16 * v));
      }
    }
    words.at[i] = PackWords(ints[0], ints[1]);
  }
}

// All that is to be done to words; moves the residual of kFactorAdd on.
// Constants and tables are hidden, or g++ loads them once for several words and
// spills a sum for them.
template <EpilogueKind kKind, int kVectors>
[[gnu::always_inline]] inline __m512i FinishWords(const Constants& shared,
                                                  __m512i words,
                                                  CodesInput& residual) {
  if constexpr (!IsFactor(kKind)) return words;
  const Constants& c = *Hide(&shared);
  words = TimesFactor(*Hide(c.factor), words, c.steps, c.zeros);
  if constexpr (kKind == EpilogueKind::kFactor) return words;
  // What follows starts when the tables are done with.
  asm volatile("" : "+v"(words));
  const uint8_t* const codes = Hide(residual.codes);
  residual.codes += 2 / kVectors * residual.stride;
  return PlusCodes(
      words, LoadTwoRows(codes, codes + (kVectors == 2 ? 16 : residual.stride)),
      c.residual_steps, c.codes_order);
}

// The codes of two vectors of words.
template <EpilogueKind kKind>
[[gnu::always_inline]] inline __m512i Codes(const Constants& c, __m512i first,
                                            __m512i second) {
  const __m512i bytes = PackBytes(c.order, first, second);
  if constexpr (IsFactor(kKind)) return bytes;
  if constexpr (kKind == EpilogueKind::kTable) {
    return LookUp(bytes, Hide(c.table));
  }
  return _mm512_min_epu8(_mm512_max_epu8(bytes, c.low), c.high);
}

// The codes of quarter `i` of a tile.
template <EpilogueKind kKind, int kVectors>
[[gnu::always_inline]] inline void Finish(const Constants& shared, int i,
                                          const Words& words,
                                          CodesInput& residual,
                                          BytesOutput& to) {
  const Constants& c = *Hide(&shared);
  const __m512i first =
      FinishWords<kKind, kVectors>(c, words.at[2 * i], residual);
  const __m512i second =
      FinishWords<kKind, kVectors>(c, words.at[2 * i + 1], residual);
  constexpr int kRows = 4 / kVectors;
  StoreRows<kVectors, kRows>(to, Codes<kKind>(c, first, second));
  to.y += kRows * to.stride;
}

// How far the products of a tile are.
template <int kPixels>
struct Place {
  Pointers<kPixels> x;
  const int8_t* w;
  const int64_t* next_run;
  int64_t left;  // groups of this run
  const int8_t* prefetch;
  int64_t prefetch_step;
};

template <int kPixels>
[[gnu::always_inline]] inline void StartRun(const ConvU8Tile& tile,
                                            const uint8_t* input,
                                            Place<kPixels>& place) {
  const uint8_t* const first = input + *place.next_run++;
#pragma GCC unroll 6
  for (int g = 0; g < Pointers<kPixels>::kCount; ++g) {
    place.x.at[g] = first + 3 * g * tile.pixel_stride;
  }
  place.left = tile.k4;
}

template <int kPixels, int kVectors>
[[gnu::always_inline]] inline void MultiplyInRun(
    const ConvU8Tile& tile, int64_t groups, Place<kPixels>& place,
    Sums<kPixels, kVectors>& sums) {
#pragma GCC unroll 1
  for (; groups > 0; --groups) {
    Multiply<kPixels, kVectors, 1>(tile, place.x, place.w, sums);
    place.w += 64;
    Advance<kPixels>(place.x, 4);
    _mm_prefetch(place.prefetch, _MM_HINT_T1);
    place.prefetch += place.prefetch_step;
  }
}

// The products of `groups` groups from `place` on.
template <bool kIsOneRun, int kPixels, int kVectors>
[[gnu::always_inline]] inline void MultiplyGroups(
    const ConvU8Tile& tile, const uint8_t* input, int64_t groups,
    Place<kPixels>& place, Sums<kPixels, kVectors>& sums) {
  if constexpr (kIsOneRun) {
    return MultiplyInRun(tile, groups, place, sums);
  }
  while (groups > place.left) {
    groups -= place.left;
    MultiplyInRun(tile, place.left, place, sums);
    StartRun(tile, input, place);
  }
  place.left -= groups;
  MultiplyInRun(tile, groups, place, sums);
}

template <int kVectors, EpilogueKind kKind, bool kIsOneRun>
[[gnu::noinline]] void RunWoven(ConvU8Tile& shared) {
  constexpr int kPixels = int(kConvU8WovenPixels[kVectors]);
  constexpr bool kHasResidual =
      kKind == EpilogueKind::kAdd || kKind == EpilogueKind::kFactorAdd;
  // A copy, which no store can be taken to change.
  const ConvU8Tile tile = shared;
  const Constants constants =
      LoadConstants<kVectors, kKind>(*tile.epilogue, tile.channel);
  const int32_t* const comp = tile.epilogue->comp + tile.channel;
  const int64_t all_groups = tile.runs * tile.k4;
  int64_t groups[kQuarters];
  for (int i = 0; i < kQuarters; ++i) {
    groups[i] = all_groups * (i + 1) / kQuarters - all_groups * i / kQuarters;
  }
  const uint8_t* input = tile.input;
  const int8_t* prefetch = tile.prefetch;
  // What ends between the products of the first tile is nothing.
  alignas(64) uint8_t nothing[64];
  BytesOutput to = {nothing, 0, tile.channels == 16 * kVectors,
                    FirstBytes(tile.channels)};
  CodesInput residual = {tile.residual, 0};
  if constexpr (kKind == EpilogueKind::kAdd) {
    residual.stride = tile.residual_stride;
  }
  Words words;
#pragma GCC unroll 8
  for (int i = 0; i < kWords; ++i) words.at[i] = _mm512_setzero_si512();
  for (int64_t t = 0; t < tile.tiles; ++t) {
    Sums<kPixels, kVectors> sums;
#pragma GCC unroll 2
    for (int v = 0; v < kVectors; ++v) {
      const __m512i start = _mm512_loadu_si512(comp + 16 * v);
#pragma GCC unroll 16
      for (int i = 0; i < kPixels; ++i) sums.at[i][v] = start;
    }
#pragma GCC unroll 16
    for (int i = 0; i < kPixels; ++i) {
      // Cold lines cost more than the work.
      __builtin_prefetch(to.y + (i + 3 * kPixels) * to.stride, 1, 3);
      if constexpr (kHasResidual) {
        __builtin_prefetch(residual.codes +
                           (i + 2 * kPixels) * residual.stride);
      }
    }
    Place<kPixels> place;
    place.w = tile.weights;
    place.next_run = tile.run_offsets;
    const bool has_next = prefetch < tile.prefetch_end;
    place.prefetch = has_next ? prefetch : tile.weights;
    place.prefetch_step = has_next ? 32 : 0;
    StartRun(tile, input, place);
#pragma GCC unroll 4
    for (int i = 0; i < kQuarters; ++i) {
      MultiplyGroups<kIsOneRun>(tile, input, groups[i], place, sums);
      Finish<kKind, kVectors>(constants, i, words, residual, to);
    }
    prefetch += 32 * all_groups;
    if (t == 0) {
      to.y = tile.y;
      to.stride = tile.y_stride;
      residual.stride = tile.residual_stride;
    }
    MakeWords<kKind>(constants, sums, residual, words);
    input += kPixels * tile.pixel_stride;
    if constexpr (kKind == EpilogueKind::kAdd) {
      residual.codes += kPixels * residual.stride;
    }
  }
#pragma GCC unroll 4
  for (int i = 0; i < kQuarters; ++i) {
    Finish<kKind, kVectors>(constants, i, words, residual, to);
  }
  shared.input = input;
  shared.prefetch = prefetch;
}

template <int kVectors, bool kIsOneRun>
ConvU8TileFn Pick(EpilogueKind kind) {
  switch (kind) {
    case EpilogueKind::kClamp:
      return RunWoven<kVectors, EpilogueKind::kClamp, kIsOneRun>;
    case EpilogueKind::kTable:
      return RunWoven<kVectors, EpilogueKind::kTable, kIsOneRun>;
    case EpilogueKind::kAdd:
      return RunWoven<kVectors, EpilogueKind::kAdd, kIsOneRun>;
    case EpilogueKind::kFactor:
      return RunWoven<kVectors, EpilogueKind::kFactor, kIsOneRun>;
    case EpilogueKind::kFactorAdd:
      // g++ spills sums of one vector, whose residual has rows to address.
      if constexpr (kVectors == 1) return nullptr;
      return RunWoven<2, EpilogueKind::kFactorAdd, kIsOneRun>;
    case EpilogueKind::kFloat:
      break;
  }
  return nullptr;
}

}  // namespace

ConvU8TileFn ConvU8Woven(int64_t vectors, int64_t runs, EpilogueKind kind) {
  if (runs == 1)
    return vectors == 1 ? Pick<1, true>(kind) : Pick<2, true>(kind);
  return vectors == 1 ? Pick<1, false>(kind) : Pick<2, false>(kind);
}

}  // namespace octet::kernels
