#include "kernels/conv_u8/conv_u8_short_avx512vnni.h"

#include <immintrin.h>

#include <cstdint>

#include "kernels/conv_u8/dot_avx512.h"
#include "kernels/conv_u8/hide.h"
#include "kernels/epilogue/bytes_output_avx512.h"
#include "kernels/epilogue/factor_avx512.h"
#include "kernels/epilogue/rounding_avx512.h"

namespace octet::kernels {
namespace {

constexpr int kPixels = int(kConvU8ShortPixels);

// Two pixels share a vector of words, four one of codes.
constexpr int kWords = kPixels / 2;

// As many weights as leave registers for eight sums, four vectors of words and
// an epilogue's constants. The others are loaded, each for eight products.
constexpr int kMostKept = 10;

// Constants of sixteen channels that fit an int16, for two pixels' words.
[[gnu::always_inline]] inline __m512i RepeatWords(const int32_t* from) {
  const __m512i ints = _mm512_loadu_si512(from);
  return PackWords(ints, ints);
}

// What rounding needs, all but the tables in registers.
template <EpilogueKind kKind>
struct Constants {
  Constants(const EpilogueU8& e, int64_t channel)
      : multiplier(_mm512_loadu_ps(e.multiplier + channel)),
        offset(_mm512_loadu_ps(e.offset + channel)),
        order(_mm512_load_si512(kPackOrder)),
        table(e.table),
        factor(e.factor) {
    zeros = RepeatWords(e.y_zero + channel);
    if constexpr (kKind == EpilogueKind::kClamp) {
      low = RepeatBytes<1>(e.clamp_low + channel);
      high = RepeatBytes<1>(e.clamp_high + channel);
    }
    if constexpr (kKind == EpilogueKind::kFactor) {
      steps = RepeatWords(e.steps + channel);
    }
  }

  __m512 multiplier, offset;
  __m512i order;
  const uint8_t* table;
  const FactorTable* factor;
  __m512i zeros;
  __m512i steps;
  __m512i low, high;
};

// Two pixels' sums as words.
template <EpilogueKind kKind>
[[gnu::always_inline]] inline __m512i RoundTwo(const Constants<kKind>& c,
                                               const __m512i* sums) {
  __m512i ints[2];
#pragma GCC unroll 2
  for (int i = 0; i < 2; ++i) {
    ints[i] = _mm512_cvtps_epi32(
        _mm512_fmadd_ps(_mm512_cvtepi32_ps(sums[i]), c.multiplier, c.offset));
  }
  return PackWords(ints[0], ints[1]);
}

// The same with all that is to be done to words. Tables are hidden, or g++
// loads them once for several words and spills them.
template <EpilogueKind kKind>
[[gnu::always_inline]] inline __m512i FinishWords(const Constants<kKind>& c,
                                                  __m512i words) {
  if constexpr (kKind == EpilogueKind::kFactor) {
    words = TimesFactor(*Hide(c.factor), words, c.steps);
  }
  return AddZeros(words, c.zeros);
}

// The codes of four pixels, one behind the other.
template <EpilogueKind kKind>
[[gnu::always_inline]] inline __m512i Codes(const Constants<kKind>& c,
                                            const __m512i* words) {
  const __m512i bytes = PackBytes(c.order, words[0], words[1]);
  if constexpr (kKind == EpilogueKind::kFactor) return bytes;
  if constexpr (kKind == EpilogueKind::kTable) {
    return LookUp(bytes, Hide(c.table));
  }
  return _mm512_min_epu8(_mm512_max_epu8(bytes, c.low), c.high);
}

// One vector of words, and after every second one the codes of both.
template <EpilogueKind kKind>
[[gnu::always_inline]] inline void Finish(const Constants<kKind>& c, int i,
                                          __m512i (&words)[kWords],
                                          BytesOutput& to) {
  words[i] = FinishWords(c, words[i]);
  if (i % 2 == 0) return;
  StoreRows<1, 4>(to, Codes(c, words + i - 1));
  to.y += 4 * to.stride;
}

template <int kRuns, int kGroups, EpilogueKind kKind>
[[gnu::noinline]] void RunShort(ConvU8Tile& shared) {
  // A copy, which no store can be taken to change.
  const ConvU8Tile tile = shared;
  constexpr int kSteps = kRuns * kGroups;
  constexpr int kKept = kSteps < kMostKept ? kSteps : kMostKept;
  __m512i kept[kKept];
#pragma GCC unroll 16
  for (int k = 0; k < kKept; ++k) {
    kept[k] = _mm512_loadu_si512(tile.weights + 64 * k);
  }
  const uint8_t* x[kRuns];
#pragma GCC unroll 6
  for (int run = 0; run < kRuns; ++run) {
    x[run] = tile.input + tile.run_offsets[run];
  }
  const __m512i comp = _mm512_loadu_si512(tile.epilogue->comp + tile.channel);
  const Constants<kKind> constants(*tile.epilogue, tile.channel);
  BytesOutput to = {tile.y, tile.y_stride, tile.channels == 16,
                    FirstBytes(tile.channels)};
  const int64_t step = tile.pixel_stride;
  // The words of the tile before. The first tile has none: what it stores is
  // overwritten.
  __m512i words[kWords];
#pragma GCC unroll 4
  for (int i = 0; i < kWords; ++i) words[i] = constants.zeros;
  for (int64_t t = 0; t < tile.tiles; ++t) {
    __m512i sums[kPixels];
#pragma GCC unroll 8
    for (int i = 0; i < kPixels; ++i) {
      sums[i] = comp;
      // Cold lines cost more than the work.
      __builtin_prefetch(to.y + (i + 3 * kPixels) * to.stride, 1, 3);
    }
#pragma GCC unroll 6
    for (int run = 0; run < kRuns; ++run) {
#pragma GCC unroll 16
      for (int k = 0; k < kGroups; ++k) {
        const int at = run * kGroups + k;
        const __m512i weights =
            at < kKept ? kept[at] : _mm512_loadu_si512(tile.weights + 64 * at);
#pragma GCC unroll 8
        for (int i = 0; i < kPixels; ++i) {
          Dot(sums[i], RepeatFour(x[run] + i * step + 4 * k), weights);
        }
#pragma GCC unroll 4
        for (int i = 0; i < kWords; ++i) {
          if (at == i * kSteps / kWords) Finish(constants, i, words, to);
        }
      }
      x[run] += kPixels * step;
    }
    if (t == 0) to.y = tile.y;
#pragma GCC unroll 4
    for (int i = 0; i < kWords; ++i) {
      words[i] = RoundTwo(constants, sums + 2 * i);
    }
  }
#pragma GCC unroll 4
  for (int i = 0; i < kWords; ++i) Finish(constants, i, words, to);
  shared.input += tile.tiles * kPixels * step;
}

// Of one run, by groups from four on.
template <EpilogueKind kKind>
constexpr ConvU8TileFn kOneRun[] = {
    RunShort<1, 4, kKind>,  RunShort<1, 5, kKind>,  RunShort<1, 6, kKind>,
    RunShort<1, 7, kKind>,  RunShort<1, 8, kKind>,  RunShort<1, 9, kKind>,
    RunShort<1, 10, kKind>, RunShort<1, 11, kKind>, RunShort<1, 12, kKind>,
    RunShort<1, 13, kKind>, RunShort<1, 14, kKind>, RunShort<1, 15, kKind>,
    RunShort<1, 16, kKind>,
};

template <EpilogueKind kKind>
ConvU8TileFn Pick(int64_t runs, int64_t k4) {
  if (runs == 1) return kOneRun<kKind>[k4 - 4];
  return runs == 3 ? RunShort<3, 3, kKind> : RunShort<6, 5, kKind>;
}

}  // namespace

ConvU8TileFn ConvU8Short(int64_t runs, int64_t k4, EpilogueKind kind) {
  switch (kind) {
    case EpilogueKind::kClamp:
      return Pick<EpilogueKind::kClamp>(runs, k4);
    case EpilogueKind::kTable:
      return Pick<EpilogueKind::kTable>(runs, k4);
    case EpilogueKind::kFactor:
      return Pick<EpilogueKind::kFactor>(runs, k4);
    case EpilogueKind::kAdd:
    case EpilogueKind::kFloat:
      break;
  }
  return nullptr;
}

}  // namespace octet::kernels
