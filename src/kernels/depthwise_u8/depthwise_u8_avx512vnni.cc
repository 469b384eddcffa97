// AVX-512 VNNI: the codes of four taps are interleaved byte by byte, so that
// one vpdpbusd adds four products for sixteen channels. Bytes interleave inside
// lanes of 128 bits, which leaves 64 channels in four vectors in another order
// (channel 16 l + 4 v + i is int32 4 l + i of vector v); the packs of the
// epilogue put them back.
//
// For windows of 3x3, and 5x5 at stride 1, the four taps are a column, and an
// interleaved column serves all outputs that see it. Where fewer than 64
// channels are left, two or four output rows share a vector.
#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "kernels/conv_u8/dot_avx512.h"
#include "kernels/depthwise_u8/depthwise_u8.h"
#include "kernels/depthwise_u8/depthwise_u8_band.h"
#include "kernels/depthwise_u8/depthwise_u8_piece.h"
#include "kernels/depthwise_u8/depthwise_u8_scratch.h"
#include "kernels/epilogue/epilogue.h"
#include "kernels/epilogue/rounding_avx512.h"

namespace octet::kernels {
namespace {

bool Is3x3(const Window& w) {
  return w.kernel_h == 3 && w.kernel_w == 3 && w.dilation_w == 1 &&
         (w.stride_w == 1 || w.stride_w == 2);
}

bool Is5x5Stride1(const Window& w) {
  return w.kernel_h == 5 && w.kernel_w == 5 && w.dilation_w == 1 &&
         w.stride_w == 1;
}

// Groups of four taps.
int64_t GroupCount(const Window& w) {
  return Is3x3(w) ? 3 : (w.kernel_h * w.kernel_w + 3) / 4;
}

// The tap at place `place` of a group, -1 for none.
int64_t TapAt(const Window& w, int64_t group, int64_t place) {
  if (Is3x3(w)) return place < 3 ? 3 * place + group : -1;
  if (Is5x5Stride1(w)) {
    // Columns of the four upper rows, then the lower row.
    if (group < 5) return 5 * place + group;
    return group == 5 ? 20 + place : place == 3 ? 24 : -1;
  }
  const int64_t tap = 4 * group + place;
  return tap < w.kernel_h * w.kernel_w ? tap : -1;
}

// Up to 64 channels, and how many output rows share their vectors.
struct Block {
  int64_t channel;
  int64_t channels;
  int64_t rows;  // 1, 2 or 4: of 64, 32 or 16 channels
};

Block BlockAt(int64_t channel, int64_t end) {
  const int64_t rest = end - channel;
  if (rest > 32) return {channel, rest < 64 ? rest : 64, 1};
  return {channel, rest, rest > 16 ? 2 : 4};
}

struct Sums {
  __m512i at[4];
};

// Constants of a block, in the order of its sums.
struct Constants {
  int8_t* weights;  // [groups][4][64]
  int32_t* comp;    // [4][16] each
  float* multiplier;
  float* offset;
  int32_t* y_zero;  // two vectors of PackZeros
};

// Where the constants of the block `from_first` channels into the piece are.
Constants ConstantsAt(const DepthwiseU8Params& p, const DepthwiseU8Scratch& s,
                      int64_t from_first) {
  return {s.weights + from_first * 4 * GroupCount(p.window),
          s.comp + from_first, s.multiplier + from_first, s.offset + from_first,
          s.y_zero + from_first};
}

// Byte i of all four beside each other.
[[gnu::always_inline]] inline Sums Interleave(__m512i a, __m512i b, __m512i c,
                                              __m512i d) {
  const __m512i ab_low = _mm512_unpacklo_epi8(a, b);
  const __m512i ab_high = _mm512_unpackhi_epi8(a, b);
  const __m512i cd_low = _mm512_unpacklo_epi8(c, d);
  const __m512i cd_high = _mm512_unpackhi_epi8(c, d);
  return {{_mm512_unpacklo_epi16(ab_low, cd_low),
           _mm512_unpackhi_epi16(ab_low, cd_low),
           _mm512_unpacklo_epi16(ab_high, cd_high),
           _mm512_unpackhi_epi16(ab_high, cd_high)}};
}

// From the order of memory to that of the sums, and back: lane l of vector v,
// of 128 bits each, and lane v of vector l change places.
[[gnu::always_inline]] inline Sums Transpose(const Sums& sums) {
  const __m512i a = _mm512_shuffle_i32x4(sums.at[0], sums.at[1], 0x44);
  const __m512i b = _mm512_shuffle_i32x4(sums.at[0], sums.at[1], 0xee);
  const __m512i c = _mm512_shuffle_i32x4(sums.at[2], sums.at[3], 0x44);
  const __m512i d = _mm512_shuffle_i32x4(sums.at[2], sums.at[3], 0xee);
  return {{_mm512_shuffle_i32x4(a, c, 0x88), _mm512_shuffle_i32x4(a, c, 0xdd),
           _mm512_shuffle_i32x4(b, d, 0x88), _mm512_shuffle_i32x4(b, d, 0xdd)}};
}

// A block's constants of 4 bytes, in the order of its sums. Reads 64 from a
// whole block; the channels of a part of one are there once for each row.
Sums ArrangeWords(const void* words, const Block& block) {
  Sums sums;
  const int64_t share = 4 / block.rows;  // vectors of a row
  for (int64_t v = 0; v < 4; ++v) {
    sums.at[v] =
        _mm512_loadu_si512(static_cast<const char*>(words) + v % share * 64);
  }
  return Transpose(sums);
}

void Store(const Sums& sums, void* to) {
  for (int64_t v = 0; v < 4; ++v) {
    _mm512_storeu_si512(static_cast<char*>(to) + 64 * v, sums.at[v]);
  }
}

// The weights of one tap, once for each row of the block.
__m512i TapWeights(const DepthwiseU8Params& p, const Block& block,
                   int64_t tap) {
  if (tap < 0) return _mm512_setzero_si512();
  const __m512i all = _mm512_loadu_si512(
      p.weight + tap * RoundUp(p.channels, 64) + block.channel);
  if (block.rows == 1) return all;
  return block.rows == 2 ? _mm512_shuffle_i32x4(all, all, 0x44)
                         : _mm512_shuffle_i32x4(all, all, 0x00);
}

void Arrange(const DepthwiseU8Params& p, const Block& block,
             const Constants& to) {
  const EpilogueU8& e = p.epilogue;
  Store(ArrangeWords(e.comp + block.channel, block), to.comp);
  Store(ArrangeWords(e.multiplier + block.channel, block), to.multiplier);
  Store(ArrangeWords(e.offset + block.channel, block), to.offset);
  if (e.y_u8 != nullptr) {
    const Sums zeros = ArrangeWords(e.y_zero + block.channel, block);
    _mm512_storeu_si512(to.y_zero, PackZeros(zeros.at[0], zeros.at[1]));
    _mm512_storeu_si512(to.y_zero + 16, PackZeros(zeros.at[2], zeros.at[3]));
  }
  for (int64_t group = 0; group < GroupCount(p.window); ++group) {
    __m512i taps[4];
    for (int64_t place = 0; place < 4; ++place) {
      taps[place] = TapWeights(p, block, TapAt(p.window, group, place));
    }
    Store(Interleave(taps[0], taps[1], taps[2], taps[3]),
          to.weights + group * 4 * 64);
  }
}

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
  int64_t rows;  // valid ones
  int64_t channel;
  int64_t channels;
  const EpilogueU8* epilogue;
  const uint8_t* clamp_low;  // of the block's channels; kClamp
  const uint8_t* clamp_high;
  const uint8_t* table;  // kTable
  int64_t y_pixel_stride;
  __mmask64 mask;      // of the channels' bytes
  uint8_t* y;          // kClamp and kTable
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

[[gnu::always_inline]] inline Sums FirstSums(const Strip& strip) {
  Sums sums;
#pragma GCC unroll 4
  for (int v = 0; v < 4; ++v) {
    sums.at[v] = _mm512_loadu_si512(strip.constants.comp + 16 * v);
  }
  return sums;
}

// Bounds of the channels, as often as there are rows.
template <int kRows>
[[gnu::always_inline]] inline __m512i LoadClamp(const uint8_t* p) {
  if constexpr (kRows == 1) return _mm512_loadu_si512(p);
  if constexpr (kRows == 2) {
    return _mm512_broadcast_i64x4(
        _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
  }
  return _mm512_broadcast_i32x4(
      _mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
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
    ints[v] =
        ScaleAndRound(sums.at[v], k.multiplier + 16 * v, k.offset + 16 * v);
  }
  __m512i bytes = _mm512_packus_epi16(
      AddZeros(ints[0], ints[1], _mm512_loadu_si512(k.y_zero)),
      AddZeros(ints[2], ints[3], _mm512_loadu_si512(k.y_zero + 16)));
  if constexpr (kKind == EpilogueKind::kTable) {
    bytes = LookUp(bytes, strip.table);
  } else {
    bytes = _mm512_max_epu8(bytes, LoadClamp<kRows>(strip.clamp_low));
    bytes = _mm512_min_epu8(bytes, LoadClamp<kRows>(strip.clamp_high));
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

// Stride 1.
template <int kRows, EpilogueKind kKind>
void Window3x3Stride1(const Strip& shared) {
  const Strip strip = shared;
  const Weights3x3 w = LoadWeights3x3(strip.constants.weights);
  const int64_t step = strip.pixel_stride;
  const uint8_t* x = strip.input;
  Sums a = FirstSums(strip), b = FirstSums(strip);
  AddColumn(a, LoadColumn<kRows>(strip, x), w, 0);
  const Sums column = LoadColumn<kRows>(strip, x + step);
  AddColumn(a, column, w, 1);
  AddColumn(b, column, w, 0);
  x += 2 * step;
  int64_t i = 0;
  for (; i + 2 <= strip.pixels; i += 2, x += 2 * step) {
    EndAndStart<kRows, kKind>(strip, x, w, i, a, b);
    EndAndStart<kRows, kKind>(strip, x + step, w, i + 1, b, a);
  }
  if (i < strip.pixels) EndAndStart<kRows, kKind>(strip, x, w, i, a, b);
}

// Stride 2: a column is shared by two outputs at most.
template <int kRows, EpilogueKind kKind>
void Window3x3Stride2(const Strip& shared) {
  const Strip strip = shared;
  const Weights3x3 w = LoadWeights3x3(strip.constants.weights);
  const int64_t step = strip.pixel_stride;
  const uint8_t* x = strip.input;
  Sums sums = FirstSums(strip);
  AddColumn(sums, LoadColumn<kRows>(strip, x), w, 0);
  for (int64_t i = 0; i < strip.pixels; ++i) {
    AddColumn(sums, LoadColumn<kRows>(strip, x + step), w, 1);
    const Sums column = LoadColumn<kRows>(strip, x + 2 * step);
    AddColumn(sums, column, w, 2);
    Finish<kRows, kKind>(strip, i, sums);
    sums = FirstSums(strip);
    AddColumn(sums, column, w, 0);
    x += 2 * step;
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

using StripFn = void (*)(const Strip&);

template <EpilogueKind kKind>
StripFn PickStrip(const Window& w, int64_t rows) {
  static constexpr StripFn kAny[] = {AnyWindow<1, kKind>, AnyWindow<2, kKind>,
                                     AnyWindow<4, kKind>};
  static constexpr StripFn kStride1[] = {Window3x3Stride1<1, kKind>,
                                         Window3x3Stride1<2, kKind>,
                                         Window3x3Stride1<4, kKind>};
  static constexpr StripFn kStride2[] = {Window3x3Stride2<1, kKind>,
                                         Window3x3Stride2<2, kKind>,
                                         Window3x3Stride2<4, kKind>};
  static constexpr StripFn k5x5[] = {Window5x5Stride1<1, kKind>,
                                     Window5x5Stride1<2, kKind>,
                                     Window5x5Stride1<4, kKind>};
  const int64_t index = rows / 2;  // 1, 2, 4 to 0, 1, 2
  if (Is5x5Stride1(w)) return k5x5[index];
  if (!Is3x3(w)) return kAny[index];
  return w.stride_w == 1 ? kStride1[index] : kStride2[index];
}

StripFn PickStrip(const Window& w, int64_t rows, EpilogueKind kind) {
  switch (kind) {
    case EpilogueKind::kClamp:
      return PickStrip<EpilogueKind::kClamp>(w, rows);
    case EpilogueKind::kTable:
      return PickStrip<EpilogueKind::kTable>(w, rows);
    case EpilogueKind::kFloat:
      break;
  }
  return PickStrip<EpilogueKind::kFloat>(w, rows);
}

// The strip's rows in the float form: block by block, as sums have room.
void RunFloatStrip(StripFn fn, Strip strip, const Block& block, int64_t pixel,
                   int64_t out_w) {
  const int64_t step = strip.stride_w * strip.pixel_stride;
  const int64_t stride = 64 / block.rows;
  for (int64_t x = 0; x < out_w; x += kDepthwiseU8Block) {
    const int64_t rest = out_w - x;
    strip.pixels = rest < kDepthwiseU8Block ? rest : kDepthwiseU8Block;
    fn(strip);
    for (int64_t row = 0; row < strip.rows; ++row) {
      ApplyEpilogueAvx512Vnni(*strip.epilogue,
                              strip.sums + row * kDepthwiseU8Block * stride,
                              stride, pixel + row * out_w + x, strip.pixels,
                              block.channel, block.channels);
    }
    strip.input += strip.pixels * step;
  }
}

// One block of channels of a whole band.
void RunBlock(const DepthwiseU8Params& p, const DepthwiseU8Band& band,
              const Block& block, int64_t from_first,
              const DepthwiseU8Scratch& scratch) {
  const Window& w = p.window;
  const EpilogueU8& e = p.epilogue;
  // Sums that may not fit go the way of the floats, which bounds them.
  const float products = 255.0f * 128.0f * float(w.kernel_h * w.kernel_w);
  const bool in_registers =
      e.kind != EpilogueKind::kFloat &&
      FitsInt32(e, block.channel, block.channels, products);
  const StripFn fn =
      PickStrip(w, block.rows, in_registers ? e.kind : EpilogueKind::kFloat);
  Strip strip;
  strip.pixel_stride = band.pixel_stride;
  strip.row_stride = w.dilation_h * band.row_stride;
  strip.stride_w = w.stride_w;
  strip.tap_offsets = scratch.tap_offsets;
  strip.groups = GroupCount(w);
  strip.constants = ConstantsAt(p, scratch, from_first);
  strip.pixels = p.out_w;
  strip.channel = block.channel;
  strip.channels = block.channels;
  strip.epilogue = &e;
  strip.clamp_low = strip.clamp_high = nullptr;
  if (e.kind == EpilogueKind::kClamp) {
    strip.clamp_low = e.clamp_low + block.channel;
    strip.clamp_high = e.clamp_high + block.channel;
  }
  strip.table = e.table;
  strip.y_pixel_stride = e.y_pixel_stride;
  strip.mask = FirstBytes(block.channels);
  strip.y_row_step = p.out_w * e.y_pixel_stride;
  strip.sums = scratch.sums;
  const int64_t row_step = w.stride_h * band.row_stride;
  for (int64_t y = band.row_begin; y < band.row_end; y += strip.rows) {
    // Rows too few to fill the vectors come one at a time, repeated.
    const bool is_full = band.row_end - y >= block.rows;
    strip.rows = is_full ? block.rows : 1;
    strip.input_row_step = is_full ? row_step : 0;
    strip.input = band.input + (y - band.row_begin) * row_step + from_first;
    if (in_registers) {
      strip.y = e.y_u8 + y * strip.y_row_step + block.channel;
      fn(strip);
    } else {
      RunFloatStrip(fn, strip, block, y * p.out_w, p.out_w);
    }
  }
}

}  // namespace

void DepthwiseU8Avx512Vnni(const DepthwiseU8Params& params, int64_t part,
                           int64_t parts, std::byte* scratch_memory) {
  const DepthwiseU8Piece piece = PieceOf(params, part, parts);
  const DepthwiseU8Scratch scratch =
      PlaceDepthwiseU8Scratch(params, scratch_memory);
  const Window& w = params.window;
  for (int64_t c = piece.channel_begin; c < piece.channel_end; c += 64) {
    Arrange(params, BlockAt(c, piece.channel_end),
            ConstantsAt(params, scratch, c - piece.channel_begin));
  }
  const int64_t taps = w.kernel_h * w.kernel_w;
  for (int64_t y = piece.row_begin; y < piece.row_end;) {
    const DepthwiseU8Band band = BandAt(params, piece, y, scratch.input);
    for (int64_t tap = 0; tap < RoundUp(taps, 4); ++tap) {
      scratch.tap_offsets[tap] =
          tap < taps ? tap / w.kernel_w * w.dilation_h * band.row_stride +
                           tap % w.kernel_w * w.dilation_w * band.pixel_stride
                     : 0;
    }
    for (int64_t c = piece.channel_begin; c < piece.channel_end; c += 64) {
      RunBlock(params, band, BlockAt(c, piece.channel_end),
               c - piece.channel_begin, scratch);
    }
    y = band.row_end;
  }
}

}  // namespace octet::kernels
