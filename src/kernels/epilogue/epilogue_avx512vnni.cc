#include <immintrin.h>

#include <cstdint>

#include "kernels/elementary/elementary_levels.h"
#include "kernels/elementary/functions.h"
#include "kernels/elementary/lanes_avx512.h"
#include "kernels/epilogue/epilogue.h"
#include "kernels/epilogue/in_registers.h"
#include "kernels/epilogue/rounding_avx512.h"
#include "kernels/work.h"

namespace octet::kernels {
namespace {

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
  const __m512 m = _mm512_loadu_ps(e.multiplier + block.channel);
  const __m512 b = _mm512_loadu_ps(e.offset + block.channel);
  for (int64_t i = 0; i < block.pixels; ++i) {
    float* v = block.v + i * block.stride;
    const __m512 sum = _mm512_cvtepi32_ps(_mm512_loadu_si512(v));
    _mm512_storeu_ps(v, _mm512_fmadd_ps(sum, m, b));
  }
}

void AddFloats(const EpilogueU8& e, const Block& block) {
  const float* r =
      e.residual_f32 + block.pixel * e.residual_pixel_stride + block.channel;
  const __mmask16 mask = FirstLanes(block.channels);
  for (int64_t i = 0; i < block.pixels; ++i) {
    float* v = block.v + i * block.stride;
    const __m512 residual = _mm512_maskz_loadu_ps(mask, r);
    _mm512_storeu_ps(v, _mm512_add_ps(_mm512_loadu_ps(v), residual));
    r += e.residual_pixel_stride;
  }
}

__m128i LoadBytes(const uint8_t* p) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
}

// Codes of sixteen channels as multiples of a residual's scale.
__m512 Steps(const uint8_t* codes, __m512i zero) {
  return _mm512_cvtepi32_ps(
      _mm512_sub_epi32(_mm512_cvtepu8_epi32(LoadBytes(codes)), zero));
}

void AddCodes(const EpilogueU8& e, const Block& block) {
  const uint8_t* r =
      e.residual_u8 + block.pixel * e.residual_pixel_stride + block.channel;
  const __m512i zero = _mm512_loadu_si512(e.residual_zero + block.channel);
  const __m512 scale = _mm512_loadu_ps(e.residual_scale + block.channel);
  for (int64_t i = 0; i < block.pixels; ++i) {
    float* v = block.v + i * block.stride;
    _mm512_storeu_ps(
        v, _mm512_fmadd_ps(Steps(r, zero), scale, _mm512_loadu_ps(v)));
    r += e.residual_pixel_stride;
  }
}

void StoreBytes(uint8_t* y, __m512i ints, __m128i low, __m128i high,
                __mmask16 mask) {
  const __m128i bytes =
      _mm512_cvtusepi32_epi8(_mm512_max_epi32(ints, _mm512_setzero_si512()));
  _mm_mask_storeu_epi8(y, mask, _mm_min_epu8(_mm_max_epu8(bytes, low), high));
}

__m512i RoundNumbers(__m512 v, __m512i zero) {
  const __mmask16 is_number = _mm512_cmp_ps_mask(v, v, _CMP_ORD_Q);
  return RoundInts(_mm512_maskz_mov_ps(is_number, v), zero);
}

void StoreCodes(const EpilogueU8& e, const Block& block) {
  const __m512 scale = _mm512_loadu_ps(e.inv_scale + block.channel);
  const __m512i zero = _mm512_loadu_si512(e.y_zero + block.channel);
  const __m128i low = LoadBytes(e.clamp_low + block.channel);
  const __m128i high = LoadBytes(e.clamp_high + block.channel);
  const __mmask16 mask = FirstLanes(block.channels);
  uint8_t* y = e.y_u8 + block.pixel * e.y_pixel_stride + block.channel;
  for (int64_t i = 0; i < block.pixels; ++i) {
    const __m512 v =
        _mm512_mul_ps(_mm512_loadu_ps(block.v + i * block.stride), scale);
    StoreBytes(y, RoundNumbers(v, zero), low, high, mask);
    y += e.y_pixel_stride;
  }
}

// The constants of sixteen channels of a kFloat with codes on both sides.
struct FloatChannels {
  FloatChannels(const EpilogueU8& e, int64_t channel, bool has_residual)
      : multiplier(_mm512_loadu_ps(e.multiplier + channel)),
        offset(_mm512_loadu_ps(e.offset + channel)),
        inv_scale(_mm512_loadu_ps(e.inv_scale + channel)),
        zero(_mm512_loadu_si512(e.y_zero + channel)),
        residual_scale(has_residual
                           ? _mm512_loadu_ps(e.residual_scale + channel)
                           : _mm512_setzero_ps()),
        residual_zero(has_residual
                          ? _mm512_loadu_si512(e.residual_zero + channel)
                          : _mm512_setzero_si512()) {}

  __m512 multiplier, offset, inv_scale;
  __m512i zero;
  __m512 residual_scale;
  __m512i residual_zero;
};

// One pixel, as Stages says, up to where it is an integer.
template <typename Stages>
__m512i FloatInts(const FloatChannels& c, const float* sums,
                  const uint8_t* residual) {
  const __m512 none = _mm512_setzero_ps();
  __m512 x = _mm512_fmadd_ps(_mm512_cvtepi32_ps(_mm512_loadu_si512(sums)),
                             c.multiplier, c.offset);
  x = Call<Avx512Lanes, Stages::kBefore, true>(x, none, none);
  if constexpr (Stages::kHasResidual) {
    x = _mm512_fmadd_ps(Steps(residual, c.residual_zero), c.residual_scale, x);
  }
  x = Call<Avx512Lanes, Stages::kAfter, true>(x, none, none);
  return RoundNumbers(_mm512_mul_ps(x, c.inv_scale), c.zero);
}

// kFloat as Stages says: nothing leaves the registers in between. Four pixels
// are turned into bytes together.
template <typename Stages>
void FloatBlock(const EpilogueU8& e, const Block& block) {
  const FloatChannels channels(e, block.channel, Stages::kHasResidual);
  const __m128i low = LoadBytes(e.clamp_low + block.channel);
  const __m128i high = LoadBytes(e.clamp_high + block.channel);
  const __mmask16 mask = FirstLanes(block.channels);
  uint8_t* y = e.y_u8 + block.pixel * e.y_pixel_stride + block.channel;
  const uint8_t* r =
      e.residual_u8 + block.pixel * e.residual_pixel_stride + block.channel;
  const float* sums = block.v;
  int64_t i = 0;
  for (; i + 4 <= block.pixels; i += 4) {
    __m512i ints[4];
#pragma GCC unroll 4
    for (int j = 0; j < 4; ++j) {
      ints[j] = FloatInts<Stages>(channels, sums + j * block.stride,
                                  r + j * e.residual_pixel_stride);
    }
    const __m512i bytes = _mm512_min_epu8(
        _mm512_max_epu8(PackBytes(ints[0], ints[1], ints[2], ints[3]),
                        _mm512_broadcast_i32x4(low)),
        _mm512_broadcast_i32x4(high));
    _mm_mask_storeu_epi8(y, mask, _mm512_castsi512_si128(bytes));
    _mm_mask_storeu_epi8(y + e.y_pixel_stride, mask,
                         _mm512_extracti32x4_epi32(bytes, 1));
    _mm_mask_storeu_epi8(y + 2 * e.y_pixel_stride, mask,
                         _mm512_extracti32x4_epi32(bytes, 2));
    _mm_mask_storeu_epi8(y + 3 * e.y_pixel_stride, mask,
                         _mm512_extracti32x4_epi32(bytes, 3));
    sums += 4 * block.stride;
    y += 4 * e.y_pixel_stride;
    if constexpr (Stages::kHasResidual) r += 4 * e.residual_pixel_stride;
  }
  for (; i < block.pixels; ++i) {
    StoreBytes(y, FloatInts<Stages>(channels, sums, r), low, high, mask);
    sums += block.stride;
    y += e.y_pixel_stride;
    if constexpr (Stages::kHasResidual) r += e.residual_pixel_stride;
  }
}

void StoreFloats(const EpilogueU8& e, const Block& block) {
  const __mmask16 mask = FirstLanes(block.channels);
  float* y = e.y_f32 + block.pixel * e.y_pixel_stride + block.channel;
  for (int64_t i = 0; i < block.pixels; ++i) {
    _mm512_mask_storeu_ps(y, mask, _mm512_loadu_ps(block.v + i * block.stride));
    y += e.y_pixel_stride;
  }
}

// kClamp and kTable.
void RoundBlock(const EpilogueU8& e, const Block& block) {
  const bool is_table = e.kind == EpilogueKind::kTable;
  const __m128i low =
      is_table ? _mm_setzero_si128() : LoadBytes(e.clamp_low + block.channel);
  const __m128i high =
      is_table ? _mm_set1_epi8(-1) : LoadBytes(e.clamp_high + block.channel);
  const __mmask16 mask = FirstLanes(block.channels);
  uint8_t* y = e.y_u8 + block.pixel * e.y_pixel_stride + block.channel;
  for (int64_t i = 0; i < block.pixels; ++i) {
    const __m512i ints =
        ScaleAndRound(_mm512_loadu_si512(block.v + i * block.stride),
                      e.multiplier + block.channel, e.offset + block.channel,
                      e.y_zero + block.channel);
    if (is_table) {
      const __m128i index = _mm512_cvtusepi32_epi8(
          _mm512_max_epi32(ints, _mm512_setzero_si512()));
      const __m512i codes = LookUp(_mm512_castsi128_si512(index), e.table);
      _mm_mask_storeu_epi8(y, mask, _mm512_castsi512_si128(codes));
    } else {
      StoreBytes(y, ints, low, high, mask);
    }
    y += e.y_pixel_stride;
  }
}

using StageFn = void (*)(const EpilogueU8&, const Block&);

// One stage for all channels of the tile.
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
      e.y_f32 != nullptr ? ElementaryAvx512Vnni : ElementaryForCodesAvx512Vnni;
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

struct FloatBlocks {
  using Fn = StageFn;
  template <typename Stages>
  static constexpr Fn kFn = FloatBlock<Stages>;
};

// The stage that does all of an epilogue in registers; null if there is none.
StageFn FindStage(const EpilogueU8& e) {
  if (e.kind != EpilogueKind::kFloat) return RoundBlock;
  return FindInRegisters<FloatBlocks>(e);
}

}  // namespace

void ApplyEpilogueAvx512Vnni(const EpilogueU8& epilogue, int32_t* acc,
                             int64_t acc_stride, int64_t pixel, int64_t pixels,
                             int64_t channel, int64_t channels) {
  const Block tile = {reinterpret_cast<float*>(acc),
                      acc_stride,
                      pixel,
                      pixels,
                      channel,
                      channels};
  const StageFn stage = FindStage(epilogue);
  if (stage == nullptr) {
    FloatTile(epilogue, tile);
  } else {
    ForEachBlock(stage, epilogue, tile);
  }
}

}  // namespace octet::kernels
