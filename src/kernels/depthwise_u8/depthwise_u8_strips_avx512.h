// Strips of depthwise_u8 on AVX-512: one block of channels along output rows,
// by the shape of the window, up to the epilogue. Internal linkage: for files
// of one instruction set.
#ifndef OCTET_KERNELS_DEPTHWISE_U8_DEPTHWISE_U8_STRIPS_AVX512_H_
#define OCTET_KERNELS_DEPTHWISE_U8_DEPTHWISE_U8_STRIPS_AVX512_H_

#include <immintrin.h>

#include <cstdint>

#include "kernels/conv_u8/dot_avx512.h"
#include "kernels/conv_u8/hide.h"
#include "kernels/depthwise_u8/depthwise_u8_block_avx512.h"
#include "kernels/epilogue/epilogue.h"
#include "kernels/epilogue/factor_avx512.h"
#include "kernels/epilogue/rounding_avx512.h"

namespace octet::kernels {
namespace {

// One block of channels of neighbouring output pixels of `rows` output rows.
struct Strip {
  const uint8_t* input;    // window of the first pixel of the first row
  int64_t input_row_step;  // bytes from an output row's window to the next's
  int64_t pixel_stride;    // bytes between pixels of a window
  int64_t row_stride;      // bytes between rows of a window
  int64_t stride_w;
  const int64_t* tap_offsets;
  int64_t groups;
  Constants constants;

  int64_t pixels;
  bool lacks_left;   // as of a band (depthwise_u8_band.h), of the strip's
  bool lacks_right;  // first and last pixels; only of windows of 3x3
  const uint8_t* x_zero;
  int64_t rows;  // valid ones
  int64_t channel;
  int64_t channels;
  const EpilogueU8* epilogue;
  const uint8_t* clamp_low;  // of the block's channels; kClamp
  const uint8_t* clamp_high;
  const uint8_t* table;       // kTable
  const FactorTable* factor;  // kFactor
  int64_t y_pixel_stride;
  __mmask64 mask;      // of the channels' bytes
  uint8_t* y;          // kClamp, kTable and kFactor
  int64_t y_row_step;  // bytes between output rows
  int32_t* sums;       // kFloat: [rows][kDepthwiseU8Block][64 / rows]
};

// A vector of codes: 64 channels, or 32 of two rows, or 16 of four.
template <int kRows>
[[gnu::always_inline]] inline __m512i LoadCodes(const uint8_t* p,
                                                int64_t row_step) {
  if constexpr (kRows == 1) return _mm512_loadu_si512(p);
  if constexpr (kRows == 2) {
    const __m256i* first = reinterpret_cast<const __m256i*>(p);
    const __m256i* second = reinterpret_cast<const __m256i*>(p + row_step);
    return _mm512_inserti64x4(_mm512_castsi256_si512(_mm256_loadu_si256(first)),
                              _mm256_loadu_si256(second), 1);
  }
  __m512i codes = _mm512_castsi128_si512(
      _mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
#define OCTET_INSERT(row)                                                    \
  codes = _mm512_inserti32x4(                                                \
      codes,                                                                 \
      _mm_loadu_si128(reinterpret_cast<const __m128i*>(p + (row)*row_step)), \
      row)
  OCTET_INSERT(1);
  OCTET_INSERT(2);
  OCTET_INSERT(3);
#undef OCTET_INSERT
  return codes;
}

template <int kRows>
[[gnu::always_inline]] inline Sums LoadColumn(const Strip& strip,
                                              const uint8_t* x) {
  const __m512i upper = LoadCodes<kRows>(x, strip.input_row_step);
  const __m512i middle =
      LoadCodes<kRows>(x + strip.row_stride, strip.input_row_step);
  const __m512i lower =
      LoadCodes<kRows>(x + 2 * strip.row_stride, strip.input_row_step);
  // The fourth place has weight zero.
  return Interleave(upper, middle, lower, lower);
}

// A constant of the channels, as often as there are rows.
template <int kRows>
[[gnu::always_inline]] inline __m512i RepeatRows(const uint8_t* p) {
  if constexpr (kRows == 1) return _mm512_loadu_si512(p);
  if constexpr (kRows == 2) {
    return _mm512_broadcast_i64x4(
        _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
  }
  return _mm512_broadcast_i32x4(
      _mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
}

// A column beside x.
template <int kRows>
[[gnu::always_inline]] inline Sums MissingColumn(const Strip& strip) {
  const __m512i zero = RepeatRows<kRows>(strip.x_zero);
  return Interleave(zero, zero, zero, zero);
}

[[gnu::always_inline]] inline Sums FirstSums(const Strip& strip) {
  Sums sums;
#pragma GCC unroll 4
  for (int v = 0; v < 4; ++v) {
    sums.at[v] = _mm512_loadu_si512(strip.constants.comp + 16 * v);
  }
  return sums;
}

template <int kRows>
[[gnu::always_inline]] inline void StoreBytes(const Strip& strip, uint8_t* y,
                                              __m512i bytes) {
  if constexpr (kRows == 1) {
    if (strip.channels == 64) {
      _mm512_storeu_si512(y, bytes);
    } else {
      _mm512_mask_storeu_epi8(y, strip.mask, bytes);
    }
  } else if constexpr (kRows == 2) {
    const __mmask32 mask = __mmask32(strip.mask);
    _mm256_mask_storeu_epi8(y, mask, _mm512_castsi512_si256(bytes));
    if (strip.rows > 1) {
      _mm256_mask_storeu_epi8(y + strip.y_row_step, mask,
                              _mm512_extracti64x4_epi64(bytes, 1));
    }
  } else {
    const __mmask16 mask = __mmask16(strip.mask);
    _mm_mask_storeu_epi8(y, mask, _mm512_castsi512_si128(bytes));
    if (strip.rows == 1) return;  // or all four
#define OCTET_STORE(row)                                 \
  _mm_mask_storeu_epi8(y + (row)*strip.y_row_step, mask, \
                       _mm512_extracti32x4_epi32(bytes, row))
    OCTET_STORE(1);
    OCTET_STORE(2);
    OCTET_STORE(3);
#undef OCTET_STORE
  }
}

// Sums in the order of memory, for the float epilogue.
template <int kRows>
[[gnu::always_inline]] inline void StoreSums(const Strip& strip, int64_t i,
                                             const Sums& sums) {
  const Sums ordered = Transpose(sums);
  constexpr int kShare = 4 / kRows;  // vectors of a row
#pragma GCC unroll 4
  for (int v = 0; v < 4; ++v) {
    const int64_t at = (v / kShare * kDepthwiseU8Block + i) * kShare;
    _mm512_storeu_si512(strip.sums + 16 * (at + v % kShare), ordered.at[v]);
  }
}

// The epilogue of pixel `i`.
template <int kRows, EpilogueKind kKind>
[[gnu::always_inline]] inline void Finish(const Strip& strip, int64_t i,
                                          const Sums& sums) {
  if constexpr (kKind == EpilogueKind::kFloat) {
    StoreSums<kRows>(strip, i, sums);
    return;
  }
  const Constants& k = strip.constants;
  __m512i ints[4];
#pragma GCC unroll 4
  for (int v = 0; v < 4; ++v) {
    ints[v] = _mm512_cvtps_epi32(
        ScaleSum(sums.at[v], k.multiplier + 16 * v, k.offset + 16 * v));
  }
  __m512i words[2];
#pragma GCC unroll 2
  for (int half = 0; half < 2; ++half) {
    words[half] = PackWords(ints[2 * half], ints[2 * half + 1]);
    if constexpr (kKind == EpilogueKind::kFactor) {
      // Hidden, or g++ loads it before its turn and spills a weight.
      words[half] = TimesFactor(*strip.factor, words[half],
                                _mm512_loadu_si512(k.steps + 16 * half),
                                _mm512_loadu_si512(Hide(k.y_zero) + 16 * half));
    } else {
      words[half] =
          AddZeros(words[half], _mm512_loadu_si512(k.y_zero + 16 * half));
    }
  }
  __m512i bytes = _mm512_packus_epi16(words[0], words[1]);
  if constexpr (kKind == EpilogueKind::kTable) {
    bytes = LookUp(bytes, strip.table);
  } else if constexpr (kKind == EpilogueKind::kClamp) {
    bytes = _mm512_max_epu8(bytes, RepeatRows<kRows>(strip.clamp_low));
    bytes = _mm512_min_epu8(bytes, RepeatRows<kRows>(strip.clamp_high));
  }
  StoreBytes<kRows>(strip, strip.y + i * strip.y_pixel_stride, bytes);
}

struct Weights3x3 {
  __m512i at[3][4];  // by column and vector
};

[[gnu::always_inline]] inline Weights3x3 LoadWeights3x3(const int8_t* p) {
  Weights3x3 w;
#pragma GCC unroll 3
  for (int column = 0; column < 3; ++column) {
#pragma GCC unroll 4
    for (int v = 0; v < 4; ++v) {
      w.at[column][v] = _mm512_loadu_si512(p + (4 * column + v) * 64);
    }
  }
  return w;
}

[[gnu::always_inline]] inline void AddColumn(Sums& sums, const Sums& column,
                                             const Weights3x3& w, int kx) {
#pragma GCC unroll 4
  for (int v = 0; v < 4; ++v) Dot(sums.at[v], column.at[v], w.at[kx][v]);
}

// The column at x ends the oldest of two outputs under way, goes into the other
// and starts a new one in the oldest one's registers: there are no others.
template <int kRows, EpilogueKind kKind>
[[gnu::always_inline]] inline void EndAndStart(const Strip& strip,
                                               const uint8_t* x,
                                               const Weights3x3& w, int64_t i,
                                               Sums& oldest, Sums& other) {
  const Sums column = LoadColumn<kRows>(strip, x);
  AddColumn(oldest, column, w, 2);
  AddColumn(other, column, w, 1);
  Finish<kRows, kKind>(strip, i, oldest);
  oldest = FirstSums(strip);
  AddColumn(oldest, column, w, 0);
}

// The first column of the first window, at x.
template <int kRows>
[[gnu::always_inline]] inline Sums LeftColumn(const Strip& strip,
                                              const uint8_t* x) {
  return strip.lacks_left ? MissingColumn<kRows>(strip)
                          : LoadColumn<kRows>(strip, x);
}

// Stride 1.
template <int kRows, EpilogueKind kKind>
void Window3x3Stride1(const Strip& shared) {
  const Strip strip = shared;
  const Weights3x3 w = LoadWeights3x3(strip.constants.weights);
  const int64_t step = strip.pixel_stride;
  const uint8_t* x = strip.input;
  Sums a = FirstSums(strip), b = FirstSums(strip);
  AddColumn(a, LeftColumn<kRows>(strip, x), w, 0);
  const Sums column = LoadColumn<kRows>(strip, x + step);
  AddColumn(a, column, w, 1);
  AddColumn(b, column, w, 0);
  x += 2 * step;
  const int64_t whole = strip.pixels - strip.lacks_right;
  int64_t i = 0;
  for (; i + 2 <= whole; i += 2, x += 2 * step) {
    EndAndStart<kRows, kKind>(strip, x, w, i, a, b);
    EndAndStart<kRows, kKind>(strip, x + step, w, i + 1, b, a);
  }
  if (i < whole) {
    EndAndStart<kRows, kKind>(strip, x, w, i, a, b);
    a = b;
  }
  if (strip.lacks_right) {
    AddColumn(a, MissingColumn<kRows>(strip), w, 2);
    Finish<kRows, kKind>(strip, whole, a);
  }
}

// Stride 2: a column is shared by two outputs at most.
template <int kRows, EpilogueKind kKind>
void Window3x3Stride2(const Strip& shared) {
  const Strip strip = shared;
  const Weights3x3 w = LoadWeights3x3(strip.constants.weights);
  const int64_t step = strip.pixel_stride;
  const uint8_t* x = strip.input;
  Sums sums = FirstSums(strip);
  AddColumn(sums, LeftColumn<kRows>(strip, x), w, 0);
  const int64_t whole = strip.pixels - strip.lacks_right;
  for (int64_t i = 0; i < whole; ++i) {
    AddColumn(sums, LoadColumn<kRows>(strip, x + step), w, 1);
    const Sums column = LoadColumn<kRows>(strip, x + 2 * step);
    AddColumn(sums, column, w, 2);
    Finish<kRows, kKind>(strip, i, sums);
    sums = FirstSums(strip);
    AddColumn(sums, column, w, 0);
    x += 2 * step;
  }
  if (strip.lacks_right) {
    AddColumn(sums, LoadColumn<kRows>(strip, x + step), w, 1);
    AddColumn(sums, MissingColumn<kRows>(strip), w, 2);
    Finish<kRows, kKind>(strip, whole, sums);
  }
}

[[gnu::always_inline]] inline void AddGroup(Sums& sums, const Sums& codes,
                                            const int8_t* weights, int group) {
#pragma GCC unroll 4
  for (int v = 0; v < 4; ++v) {
    DotMemory(sums.at[v], codes.at[v], weights + (4 * group + v) * 64);
  }
}

// The lowest of five rows, four columns at a time.
template <int kRows>
struct LowerRow {
  __m512i last[3];  // the three columns before the next

  [[gnu::always_inline]] Sums Next(const Strip& strip, const uint8_t* x) {
    const __m512i next =
        LoadCodes<kRows>(x + 4 * strip.row_stride, strip.input_row_step);
    const Sums codes = Interleave(last[0], last[1], last[2], next);
    last[0] = last[1];
    last[1] = last[2];
    last[2] = next;
    return codes;
  }
};

template <int kRows>
[[gnu::always_inline]] inline Sums LoadUpperRows(const Strip& strip,
                                                 const uint8_t* x) {
  const int64_t row = strip.row_stride;
  const int64_t step = strip.input_row_step;
  return Interleave(LoadCodes<kRows>(x, step), LoadCodes<kRows>(x + row, step),
                    LoadCodes<kRows>(x + 2 * row, step),
                    LoadCodes<kRows>(x + 3 * row, step));
}

// 5x5 at stride 1. An interleaved column of the upper four rows serves the five
// outputs that see it, of which four are under way; the lower row's columns are
// groups 5 and 6 of two of them. Weights come from memory.
template <int kRows, EpilogueKind kKind>
void Window5x5Stride1(const Strip& shared) {
  const Strip strip = shared;
  const int8_t* const w = strip.constants.weights;
  const uint8_t* x = strip.input;
  Sums sums[4];
  LowerRow<kRows> lower;
#pragma GCC unroll 4
  for (int column = 0; column < 4; ++column) {
    sums[column] = FirstSums(strip);
    const Sums upper = LoadUpperRows<kRows>(strip, x);
#pragma GCC unroll 4
    for (int i = 0; i <= column; ++i) AddGroup(sums[i], upper, w, column - i);
    if (column < 3) {
      lower.last[column] =
          LoadCodes<kRows>(x + 4 * strip.row_stride, strip.input_row_step);
    } else {
      AddGroup(sums[0], lower.Next(strip, x), w, 5);
    }
    x += strip.pixel_stride;
  }
#pragma GCC unroll 4
  for (int64_t i = 0; i < strip.pixels; ++i) {
    const Sums upper = LoadUpperRows<kRows>(strip, x);
    const Sums codes = lower.Next(strip, x);
    AddGroup(sums[0], upper, w, 4);
    AddGroup(sums[0], codes, w, 6);
    Finish<kRows, kKind>(strip, i, sums[0]);
    AddGroup(sums[1], upper, w, 3);
    AddGroup(sums[1], codes, w, 5);
    AddGroup(sums[2], upper, w, 2);
    AddGroup(sums[3], upper, w, 1);
    sums[0] = sums[1];
    sums[1] = sums[2];
    sums[2] = sums[3];
    sums[3] = FirstSums(strip);
    AddGroup(sums[3], upper, w, 0);
    x += strip.pixel_stride;
  }
}

// Any window, four taps at a time. tap_offsets has offsets for missing taps.
template <int kRows, EpilogueKind kKind>
void AnyWindow(const Strip& shared) {
  const Strip strip = shared;
  const uint8_t* x = strip.input;
  for (int64_t i = 0; i < strip.pixels; ++i) {
    Sums sums = FirstSums(strip);
    for (int64_t group = 0; group < strip.groups; ++group) {
      const int64_t* tap = strip.tap_offsets + 4 * group;
      const Sums codes =
          Interleave(LoadCodes<kRows>(x + tap[0], strip.input_row_step),
                     LoadCodes<kRows>(x + tap[1], strip.input_row_step),
                     LoadCodes<kRows>(x + tap[2], strip.input_row_step),
                     LoadCodes<kRows>(x + tap[3], strip.input_row_step));
      AddGroup(sums, codes, strip.constants.weights, int(group));
    }
    Finish<kRows, kKind>(strip, i, sums);
    x += strip.stride_w * strip.pixel_stride;
  }
}

}  // namespace
}  // namespace octet::kernels

#endif  // OCTET_KERNELS_DEPTHWISE_U8_DEPTHWISE_U8_STRIPS_AVX512_H_
