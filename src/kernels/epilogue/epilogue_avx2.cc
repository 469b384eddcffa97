#include <immintrin.h>

#include <cstdint>

#include "kernels/elementary/elementary_levels.h"
#include "kernels/elementary/functions.h"
#include "kernels/elementary/lanes_avx2.h"
#include "kernels/epilogue/epilogue.h"
#include "kernels/epilogue/factor_avx2.h"
#include "kernels/epilogue/in_registers.h"
#include "kernels/work.h"

namespace octet::kernels {
namespace {

__m256i LoadInts(const int32_t* p) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
}

// Constants of sixteen channels.
struct Rounding {
  __m256i zero[2];
  __m128i low, high;
};

Rounding LoadRounding(const EpilogueU8& e, int64_t c) {
  Rounding r{{LoadInts(e.y_zero + c), LoadInts(e.y_zero + c + 8)},
             _mm_setzero_si128(),
             _mm_set1_epi8(-1)};
  if (e.kind != EpilogueKind::kTable) {
    r.low = _mm_loadu_si128(reinterpret_cast<const __m128i*>(e.clamp_low + c));
    r.high =
        _mm_loadu_si128(reinterpret_cast<const __m128i*>(e.clamp_high + c));
  }
  return r;
}

// rne(v) + zero. From 2^16 on, all is clamped anyway, and vcvtps2dq would turn
// what an int32 cannot hold into its smallest value: wrong only above.
__m256i RoundInts(__m256 v, __m256i zero) {
  const __m256 bounded = _mm256_min_ps(v, _mm256_set1_ps(65536.0f));
  return _mm256_add_epi32(_mm256_cvtps_epi32(bounded), zero);
}

// Sixteen values to u8.
__m128i RoundBytes(__m256 v0, __m256 v1, const Rounding& r) {
  const __m256i words =
      _mm256_packs_epi32(RoundInts(v0, r.zero[0]), RoundInts(v1, r.zero[1]));
  const __m256i ordered = _mm256_permute4x64_epi64(words, 0xd8);
  const __m128i bytes = _mm_packus_epi16(_mm256_castsi256_si128(ordered),
                                         _mm256_extracti128_si256(ordered, 1));
  return _mm_min_epu8(_mm_max_epu8(bytes, r.low), r.high);
}

void StoreBytes(uint8_t* y, __m128i bytes, int64_t n) {
  if (n >= 16) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(y), bytes);
    return;
  }
  alignas(16) uint8_t all[16];
  _mm_store_si128(reinterpret_cast<__m128i*>(all), bytes);
  for (int64_t i = 0; i < n; ++i) y[i] = all[i];
}

// table[i] for sixteen indices. vpshufb looks up sixteen entries: each step
// asks two rows of the table, and only the row that an index belongs to
// answers, since adding 0x70 with saturation sets the top bit of all indices
// from 16 on, for which vpshufb gives zero.
__m128i LookUp(__m128i index, const uint8_t* table) {
  const __m256i rows =
      _mm256_setr_m128i(_mm_setzero_si128(), _mm_set1_epi8(16));
  const __m256i top = _mm256_set1_epi8(0x70);
  const __m256i two_rows = _mm256_set1_epi8(32);
  __m256i rest = _mm256_sub_epi8(_mm256_broadcastsi128_si256(index), rows);
  __m256i found = _mm256_setzero_si256();
#pragma GCC unroll 8
  for (int row = 0; row < 16; row += 2) {
    const __m256i entries =
        _mm256_loadu_si256(reinterpret_cast<const __m256i*>(table + 16 * row));
    const __m256i selector = _mm256_adds_epu8(rest, top);
    found = _mm256_or_si256(found, _mm256_shuffle_epi8(entries, selector));
    rest = _mm256_sub_epi8(rest, two_rows);
  }
  return _mm_or_si128(_mm256_castsi256_si128(found),
                      _mm256_extracti128_si256(found, 1));
}

// Eight codes, and what they are above a zero point.
__m256 ToFloats(__m128i codes) {
  return _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(codes));
}
__m256 ToFloats(__m128i codes, __m256i zero) {
  return _mm256_cvtepi32_ps(
      _mm256_sub_epi32(_mm256_cvtepu8_epi32(codes), zero));
}

// All kinds but kFloat and kFactor, for up to sixteen channels.
template <EpilogueKind kKind>
void RoundBlock(const EpilogueU8& e, const int32_t* acc, int64_t acc_stride,
                int64_t pixel, int64_t pixels, int64_t channel, int64_t n) {
  uint8_t* y = e.y_u8 + pixel * e.y_pixel_stride + channel;
  const Rounding rounding = LoadRounding(e, channel);
  const __m256 m0 = _mm256_loadu_ps(e.multiplier + channel);
  const __m256 m1 = _mm256_loadu_ps(e.multiplier + channel + 8);
  const __m256 b0 = _mm256_loadu_ps(e.offset + channel);
  const __m256 b1 = _mm256_loadu_ps(e.offset + channel + 8);
  const uint8_t* r = nullptr;
  if constexpr (kKind == EpilogueKind::kAdd) {
    r = e.residual_u8 + pixel * e.residual_pixel_stride + channel;
  }
  for (int64_t i = 0; i < pixels; ++i) {
    __m256 v0 = _mm256_fmadd_ps(_mm256_cvtepi32_ps(LoadInts(acc)), m0, b0);
    __m256 v1 = _mm256_fmadd_ps(_mm256_cvtepi32_ps(LoadInts(acc + 8)), m1, b1);
    if constexpr (kKind == EpilogueKind::kAdd) {
      const __m128i codes =
          _mm_loadu_si128(reinterpret_cast<const __m128i*>(r));
      const float* scale = e.residual_scale + channel;
      v0 = _mm256_fmadd_ps(ToFloats(codes), _mm256_loadu_ps(scale), v0);
      v1 = _mm256_fmadd_ps(ToFloats(_mm_srli_si128(codes, 8)),
                           _mm256_loadu_ps(scale + 8), v1);
      r += e.residual_pixel_stride;
    }
    const __m128i bytes = RoundBytes(v0, v1, rounding);
    StoreBytes(
        y, kKind == EpilogueKind::kTable ? LookUp(bytes, e.table) : bytes, n);
    acc += acc_stride;
    y += e.y_pixel_stride;
  }
}

__m256 ZeroIfNan(__m256 v) {
  return _mm256_and_ps(v, _mm256_cmp_ps(v, v, _CMP_ORD_Q));
}

// kFloat as Stages says, for up to sixteen channels: nothing leaves the
// registers in between.
template <typename Stages>
void FloatBlock(const EpilogueU8& e, const int32_t* acc, int64_t acc_stride,
                int64_t pixel, int64_t pixels, int64_t channel, int64_t n) {
  const Rounding rounding = LoadRounding(e, channel);
  const __m256 none = _mm256_setzero_ps();
  uint8_t* y = e.y_u8 + pixel * e.y_pixel_stride + channel;
  const uint8_t* r = e.residual_u8 + pixel * e.residual_pixel_stride + channel;
  for (int64_t i = 0; i < pixels; ++i) {
    __m128i codes = _mm_setzero_si128();
    if constexpr (Stages::kHasResidual) {
      codes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(r));
      r += e.residual_pixel_stride;
    }
    __m256 v[2];
#pragma GCC unroll 2
    for (int64_t half = 0; half < 2; ++half) {
      const int64_t at = channel + 8 * half;
      const __m256 sum = _mm256_cvtepi32_ps(LoadInts(acc + 8 * half));
      __m256 x = _mm256_fmadd_ps(sum, _mm256_loadu_ps(e.multiplier + at),
                                 _mm256_loadu_ps(e.offset + at));
      x = Call<Avx2Lanes, Stages::kBefore, true>(x, none, none);
      if constexpr (Stages::kHasResidual) {
        const __m256 steps =
            ToFloats(half == 0 ? codes : _mm_srli_si128(codes, 8),
                     LoadInts(e.residual_zero + at));
        x = _mm256_fmadd_ps(steps, _mm256_loadu_ps(e.residual_scale + at), x);
      }
      x = Call<Avx2Lanes, Stages::kAfter, true>(x, none, none);
      v[half] = ZeroIfNan(_mm256_mul_ps(x, _mm256_loadu_ps(e.inv_scale + at)));
    }
    StoreBytes(y, RoundBytes(v[0], v[1], rounding), n);
    acc += acc_stride;
    y += e.y_pixel_stride;
  }
}

// Sixteen constants that fit an int16, in the order of packed sums.
__m256i LoadWords(const int32_t* from) {
  return _mm256_packs_epi32(LoadInts(from), LoadInts(from + 8));
}

// Sixteen sums as the argument of a factor.
__m256i ScaleToWords(const EpilogueU8& e, const int32_t* acc, int64_t channel) {
  __m256i x[2];
#pragma GCC unroll 2
  for (int half = 0; half < 2; ++half) {
    const int64_t at = channel + 8 * half;
    const __m256 v = _mm256_fmadd_ps(
        _mm256_cvtepi32_ps(LoadInts(acc + 8 * half)),
        _mm256_loadu_ps(e.multiplier + at), _mm256_loadu_ps(e.offset + at));
    x[half] = RoundInts(v, _mm256_setzero_si256());
  }
  return _mm256_packs_epi32(x[0], x[1]);
}

// What follows a factor's product: the zero points, and the residual of
// kFactorAdd.
template <bool kAddsCodes>
struct FactorEnd {
  FactorEnd(const EpilogueU8& e, int64_t channel)
      : zeros(LoadWords(e.y_zero + channel)) {
    if constexpr (kAddsCodes) steps = LoadWords(e.residual_steps + channel);
  }

  __m256i Words(__m256i words, const uint8_t* residual) const {
    if constexpr (!kAddsCodes) return _mm256_adds_epi16(words, zeros);
    const __m128i codes =
        _mm_loadu_si128(reinterpret_cast<const __m128i*>(residual));
    const __m256i ordered =
        _mm256_packs_epi32(_mm256_cvtepu8_epi32(codes),
                           _mm256_cvtepu8_epi32(_mm_srli_si128(codes, 8)));
    const __m256i r = _mm256_mulhi_epu16(_mm256_slli_epi16(ordered, 8), steps);
    return _mm256_srai_epi16(
        _mm256_add_epi16(_mm256_add_epi16(words, zeros), r), 4);
  }

  __m256i zeros, steps;
};

// kFactor and kFactorAdd, for up to sixteen channels, two pixels at a time.
template <bool kAddsCodes>
void FactorBlock(const EpilogueU8& e, const int32_t* acc, int64_t acc_stride,
                 int64_t pixel, int64_t pixels, int64_t channel, int64_t n) {
  const FactorTable& table = *e.factor;
  const FactorEnd<kAddsCodes> end(e, channel);
  const __m256i steps = LoadWords(e.steps + channel);
  const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
  uint8_t* y = e.y_u8 + pixel * e.y_pixel_stride + channel;
  const int64_t r_stride = kAddsCodes ? e.residual_pixel_stride : 0;
  const uint8_t* r =
      kAddsCodes ? e.residual_u8 + pixel * r_stride + channel : nullptr;
  for (int64_t i = 0; i < pixels; i += 2) {
    // The second of one is the first again.
    const int64_t second = i + 1 < pixels ? 1 : 0;
    const TwoWords x = {{ScaleToWords(e, acc, channel),
                         ScaleToWords(e, acc + second * acc_stride, channel)}};
    const TwoWords words = TimesFactor(table, x, steps);
    const __m256i bytes = _mm256_permutevar8x32_epi32(
        _mm256_packus_epi16(end.Words(words.at[0], r),
                            end.Words(words.at[1], r + second * r_stride)),
        order);
    r += 2 * r_stride;
    StoreBytes(y, _mm256_castsi256_si128(bytes), n);
    if (second != 0) {
      StoreBytes(y + e.y_pixel_stride, _mm256_extracti128_si256(bytes, 1), n);
    }
    acc += 2 * acc_stride;
    y += 2 * e.y_pixel_stride;
  }
}

// Part of a tile: up to sixteen channels from `channel` on.
struct Block {
  float* v;  // the sums, and from Scale on floats in their place
  int64_t stride;
  int64_t pixel;
  int64_t pixels;
  int64_t channel;
  int64_t channels;
};

void Scale(const EpilogueU8& e, const Block& block) {
  const __m256 m0 = _mm256_loadu_ps(e.multiplier + block.channel);
  const __m256 m1 = _mm256_loadu_ps(e.multiplier + block.channel + 8);
  const __m256 b0 = _mm256_loadu_ps(e.offset + block.channel);
  const __m256 b1 = _mm256_loadu_ps(e.offset + block.channel + 8);
  for (int64_t i = 0; i < block.pixels; ++i) {
    float* v = block.v + i * block.stride;
    const __m256i a0 = _mm256_castps_si256(_mm256_loadu_ps(v));
    const __m256i a1 = _mm256_castps_si256(_mm256_loadu_ps(v + 8));
    _mm256_storeu_ps(v, _mm256_fmadd_ps(_mm256_cvtepi32_ps(a0), m0, b0));
    _mm256_storeu_ps(v + 8, _mm256_fmadd_ps(_mm256_cvtepi32_ps(a1), m1, b1));
  }
}

void AddFloats(const EpilogueU8& e, const Block& block) {
  const float* r =
      e.residual_f32 + block.pixel * e.residual_pixel_stride + block.channel;
  for (int64_t i = 0; i < block.pixels; ++i) {
    for (int64_t c = 0; c < 16; c += 8) {
      float* v = block.v + i * block.stride + c;
      // The padding of a short block has nothing behind it to read.
      if (c >= block.channels) break;
      _mm256_storeu_ps(
          v, _mm256_add_ps(_mm256_loadu_ps(v), _mm256_loadu_ps(r + c)));
    }
    r += e.residual_pixel_stride;
  }
}

void AddCodes(const EpilogueU8& e, const Block& block) {
  const uint8_t* r =
      e.residual_u8 + block.pixel * e.residual_pixel_stride + block.channel;
  const __m256i z0 = LoadInts(e.residual_zero + block.channel);
  const __m256i z1 = LoadInts(e.residual_zero + block.channel + 8);
  const __m256 s0 = _mm256_loadu_ps(e.residual_scale + block.channel);
  const __m256 s1 = _mm256_loadu_ps(e.residual_scale + block.channel + 8);
  for (int64_t i = 0; i < block.pixels; ++i) {
    float* v = block.v + i * block.stride;
    const __m128i codes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(r));
    const __m256 r0 = ToFloats(codes, z0);
    const __m256 r1 = ToFloats(_mm_srli_si128(codes, 8), z1);
    _mm256_storeu_ps(v, _mm256_fmadd_ps(r0, s0, _mm256_loadu_ps(v)));
    _mm256_storeu_ps(v + 8, _mm256_fmadd_ps(r1, s1, _mm256_loadu_ps(v + 8)));
    r += e.residual_pixel_stride;
  }
}

void StoreCodes(const EpilogueU8& e, const Block& block) {
  const Rounding rounding = LoadRounding(e, block.channel);
  const __m256 s0 = _mm256_loadu_ps(e.inv_scale + block.channel);
  const __m256 s1 = _mm256_loadu_ps(e.inv_scale + block.channel + 8);
  uint8_t* y = e.y_u8 + block.pixel * e.y_pixel_stride + block.channel;
  for (int64_t i = 0; i < block.pixels; ++i) {
    const float* v = block.v + i * block.stride;
    const __m256 v0 = _mm256_mul_ps(_mm256_loadu_ps(v), s0);
    const __m256 v1 = _mm256_mul_ps(_mm256_loadu_ps(v + 8), s1);
    StoreBytes(y, RoundBytes(ZeroIfNan(v0), ZeroIfNan(v1), rounding),
               block.channels);
    y += e.y_pixel_stride;
  }
}

void StoreFloats(const EpilogueU8& e, const Block& block) {
  float* y = e.y_f32 + block.pixel * e.y_pixel_stride + block.channel;
  for (int64_t i = 0; i < block.pixels; ++i) {
    const float* v = block.v + i * block.stride;
    for (int64_t c = 0; c < 16 && c < block.channels; c += 8) {
      const __m256 eight = _mm256_loadu_ps(v + c);
      if (block.channels - c >= 8) {
        _mm256_storeu_ps(y + c, eight);
      } else {
        Avx2Lanes::StoreFirst(y + c, eight, block.channels - c);
      }
    }
    y += e.y_pixel_stride;
  }
}

using StageFn = void (*)(const EpilogueU8&, const Block&);

// One stage of kFloat for all channels of the tile.
void ForEachBlock(StageFn stage, const EpilogueU8& e, const Block& tile) {
  for (int64_t c = 0; c < tile.channels; c += 16) {
    stage(e, {tile.v + c, tile.stride, tile.pixel, tile.pixels,
              tile.channel + c, tile.channels - c});
  }
}

// kFloat, one stage after the other over a tile that stays in the first-level
// cache: a load and a store for each stage, but one copy of each function.
void FloatTile(const EpilogueU8& e, const Block& tile) {
  const int64_t elements =
      (tile.pixels - 1) * tile.stride + RoundUp(tile.channels, 16);
  const auto function =
      e.y_f32 != nullptr ? ElementaryAvx2 : ElementaryForCodesAvx2;
  ForEachBlock(Scale, e, tile);
  if (e.before.kind != FunctionKind::kIdentity) {
    function(e.before, tile.v, tile.v, elements);
  }
  if (e.residual_u8 != nullptr) ForEachBlock(AddCodes, e, tile);
  if (e.residual_f32 != nullptr) ForEachBlock(AddFloats, e, tile);
  if (e.after.kind != FunctionKind::kIdentity) {
    function(e.after, tile.v, tile.v, elements);
  }
  ForEachBlock(e.y_f32 != nullptr ? StoreFloats : StoreCodes, e, tile);
}

using BlockFn = void (*)(const EpilogueU8&, const int32_t*, int64_t, int64_t,
                         int64_t, int64_t, int64_t);

struct FloatBlocks {
  using Fn = BlockFn;
  template <typename Stages>
  static constexpr Fn kFn = FloatBlock<Stages>;
};

// The block that does all of an epilogue in registers; null if there is none.
BlockFn FindBlock(const EpilogueU8& e) {
  switch (e.kind) {
    case EpilogueKind::kClamp:
      return RoundBlock<EpilogueKind::kClamp>;
    case EpilogueKind::kTable:
      return RoundBlock<EpilogueKind::kTable>;
    case EpilogueKind::kAdd:
      return RoundBlock<EpilogueKind::kAdd>;
    case EpilogueKind::kFactor:
      return FactorBlock<false>;
    case EpilogueKind::kFactorAdd:
      return FactorBlock<true>;
    case EpilogueKind::kFloat:
      break;
  }
  return FindInRegisters<FloatBlocks>(e);
}

}  // namespace

void ApplyEpilogueAvx2(const EpilogueU8& epilogue, int32_t* acc,
                       int64_t acc_stride, int64_t pixel, int64_t pixels,
                       int64_t channel, int64_t channels) {
  const BlockFn block = FindBlock(epilogue);
  if (block == nullptr) {
    FloatTile(epilogue, {reinterpret_cast<float*>(acc), acc_stride, pixel,
                         pixels, channel, channels});
    return;
  }
  for (int64_t c = 0; c < channels; c += 16) {
    block(epilogue, acc + c, acc_stride, pixel, pixels, channel + c,
          channels - c);
  }
}

}  // namespace octet::kernels
