#include "kernels/conv_u8/conv_u8_short_avx512vnni.h"

#include <immintrin.h>

#include <cstdint>

#include "kernels/conv_u8/dot_avx512.h"
#include "kernels/epilogue/bytes_output_avx512.h"
#include "kernels/epilogue/rounding_avx512.h"

namespace octet::kernels {
namespace {

constexpr int kPixels = int(kConvU8ShortPixels);

// What rounding needs, all but the table in registers.
template <EpilogueKind kKind>
struct Constants {
  Constants(const EpilogueU8& e, int64_t channel)
      : multiplier(_mm512_loadu_ps(e.multiplier + channel)),
        offset(_mm512_loadu_ps(e.offset + channel)),
        order(_mm512_load_si512(kPackOrder)),
        table(e.table) {
    LoadWords<1>(e.y_zero + channel, zeros);
    if constexpr (kKind == EpilogueKind::kClamp) {
      low = RepeatBytes<1>(e.clamp_low + channel);
      high = RepeatBytes<1>(e.clamp_high + channel);
    }
  }

  __m512 multiplier, offset;
  __m512i order;
  const uint8_t* table;
  __m512i zeros[2];
  __m512i low, high;
};

// The codes of all pixels, one behind the other.
template <EpilogueKind kKind>
[[gnu::always_inline]] inline __m512i Round(const Constants<kKind>& c,
                                            const __m512i (&sums)[kPixels]) {
  __m512i ints[kPixels];
#pragma GCC unroll 4
  for (int i = 0; i < kPixels; ++i) {
    ints[i] = _mm512_cvtps_epi32(
        _mm512_fmadd_ps(_mm512_cvtepi32_ps(sums[i]), c.multiplier, c.offset));
  }
  const __m512i bytes =
      PackBytes(c.order, AddZeros(PackWords(ints[0], ints[1]), c.zeros[0]),
                AddZeros(PackWords(ints[2], ints[3]), c.zeros[1]));
  if constexpr (kKind == EpilogueKind::kTable) return LookUp(bytes, c.table);
  return _mm512_min_epu8(_mm512_max_epu8(bytes, c.low), c.high);
}

template <int kRuns, int kGroups, EpilogueKind kKind>
[[gnu::noinline]] void RunShort(ConvU8Tile& shared) {
  // A copy, which no store can be taken to change.
  const ConvU8Tile tile = shared;
  __m512i weights[kRuns][kGroups];
  const uint8_t* x[kRuns];
#pragma GCC unroll 3
  for (int run = 0; run < kRuns; ++run) {
    x[run] = tile.input + tile.run_offsets[run];
#pragma GCC unroll 16
    for (int k = 0; k < kGroups; ++k) {
      weights[run][k] =
          _mm512_loadu_si512(tile.weights + 64 * (run * kGroups + k));
    }
  }
  const __m512i comp = _mm512_loadu_si512(tile.epilogue->comp + tile.channel);
  const Constants<kKind> constants(*tile.epilogue, tile.channel);
  BytesOutput to = {tile.y, tile.y_stride, tile.channels == 16,
                    FirstBytes(tile.channels)};
  const int64_t step = tile.pixel_stride;
  for (int64_t t = 0; t < tile.tiles; ++t) {
    __m512i sums[kPixels];
#pragma GCC unroll 4
    for (int i = 0; i < kPixels; ++i) {
      sums[i] = comp;
      // Cold lines cost more than the work.
      __builtin_prefetch(to.y + (i + 4 * kPixels) * to.stride, 1, 3);
    }
#pragma GCC unroll 3
    for (int run = 0; run < kRuns; ++run) {
#pragma GCC unroll 16
      for (int k = 0; k < kGroups; ++k) {
#pragma GCC unroll 4
        for (int i = 0; i < kPixels; ++i) {
          Dot(sums[i], RepeatFour(x[run] + i * step + 4 * k), weights[run][k]);
        }
      }
      x[run] += kPixels * step;
    }
    StoreRows<1, kPixels>(to, Round(constants, sums));
    to.y += kPixels * to.stride;
  }
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
  return runs == 1 ? kOneRun<kKind>[k4 - 4] : RunShort<3, 3, kKind>;
}

}  // namespace

ConvU8TileFn ConvU8Short(int64_t runs, int64_t k4, EpilogueKind kind) {
  return kind == EpilogueKind::kClamp ? Pick<EpilogueKind::kClamp>(runs, k4)
                                      : Pick<EpilogueKind::kTable>(runs, k4);
}

}  // namespace octet::kernels
