// A block of up to 64 channels of depthwise_u8 on AVX-512 and its constants, in
// the order that its sums have: bytes interleave inside lanes of 128 bits,
// which leaves 64 channels in four vectors (channel 16 l + 4 v + i is int32 4 l
// + i of vector v). Internal linkage: for files of one instruction set.
#ifndef OCTET_KERNELS_DEPTHWISE_U8_DEPTHWISE_U8_BLOCK_AVX512_H_
#define OCTET_KERNELS_DEPTHWISE_U8_DEPTHWISE_U8_BLOCK_AVX512_H_

#include <immintrin.h>

#include <cstdint>

#include "kernels/depthwise_u8/depthwise_u8.h"
#include "kernels/depthwise_u8/depthwise_u8_scratch.h"
#include "kernels/epilogue/rounding_avx512.h"
#include "kernels/work.h"

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
  int32_t* y_zero;  // two vectors of PackWords
  int32_t* steps;   // the same; kFactor
};

// Where the constants of the block `from_first` channels into the piece are.
Constants ConstantsAt(const DepthwiseU8Params& p, const DepthwiseU8Scratch& s,
                      int64_t from_first) {
  return {s.weights + from_first * 4 * GroupCount(p.window),
          s.comp + from_first,
          s.multiplier + from_first,
          s.offset + from_first,
          s.y_zero + from_first,
          s.steps + from_first};
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

// Zero points or steps, as words in the order of packed sums.
void StorePacked(const int32_t* from, const Block& block, int32_t* to) {
  const Sums ints = ArrangeWords(from + block.channel, block);
  _mm512_storeu_si512(to, PackWords(ints.at[0], ints.at[1]));
  _mm512_storeu_si512(to + 16, PackWords(ints.at[2], ints.at[3]));
}

void Arrange(const DepthwiseU8Params& p, const Block& block,
             const Constants& to) {
  const EpilogueU8& e = p.epilogue;
  Store(ArrangeWords(e.comp + block.channel, block), to.comp);
  Store(ArrangeWords(e.multiplier + block.channel, block), to.multiplier);
  Store(ArrangeWords(e.offset + block.channel, block), to.offset);
  if (e.y_u8 != nullptr) StorePacked(e.y_zero, block, to.y_zero);
  if (e.kind == EpilogueKind::kFactor) StorePacked(e.steps, block, to.steps);
  for (int64_t group = 0; group < GroupCount(p.window); ++group) {
    __m512i taps[4];
    for (int64_t place = 0; place < 4; ++place) {
      taps[place] = TapWeights(p, block, TapAt(p.window, group, place));
    }
    Store(Interleave(taps[0], taps[1], taps[2], taps[3]),
          to.weights + group * 4 * 64);
  }
}

}  // namespace
}  // namespace octet::kernels

#endif  // OCTET_KERNELS_DEPTHWISE_U8_DEPTHWISE_U8_BLOCK_AVX512_H_
