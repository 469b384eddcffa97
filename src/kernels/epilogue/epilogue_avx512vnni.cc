#include <immintrin.h>

#include <cstdint>

#include "kernels/elementary/elementary_levels.h"
#include "kernels/elementary/functions.h"
#include "kernels/elementary/lanes_avx512.h"
#include "kernels/epilogue/epilogue.h"
#include "kernels/epilogue/lone_function.h"
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

void AddCodes(const EpilogueU8& e, const Block& block) {
  const uint8_t* r =
      e.residual_u8 + block.pixel * e.residual_pixel_stride + block.channel;
  const __m512i zero = _mm512_loadu_si512(e.residual_zero + block.channel);
  const __m512 scale = _mm512_loadu_ps(e.residual_scale + block.channel);
  for (int64_t i = 0; i < block.pixels; ++i) {
    float* v = block.v + i * block.stride;
    const __m512i codes = _mm512_cvtepu8_epi32(
        _mm_loadu_si128(reinterpret_cast<const __m128i*>(r)));
    const __m512 steps = _mm512_cvtepi32_ps(_mm512_sub_epi32(codes, zero));
    _mm512_storeu_ps(v, _mm512_fmadd_ps(steps, scale, _mm512_loadu_ps(v)));
    r += e.residual_pixel_stride;
  }
}

void StoreBytes(uint8_t* y, __m512i ints, __m128i low, __m128i high,
                __mmask16 mask) {
  const __m128i bytes =
      _mm512_cvtusepi32_epi8(_mm512_max_epi32(ints, _mm512_setzero_si512()));
  _mm_mask_storeu_epi8(y, mask, _mm_min_epu8(_mm_max_epu8(bytes, low), high));
}

__m128i LoadBytes(const uint8_t* p) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
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

// kFloat where a function without parameters alone stands before the codes:
// nothing leaves the registers in between.
template <FunctionKind kKind>
void FunctionBlock(const EpilogueU8& e, const Block& block) {
  const __m512 m = _mm512_loadu_ps(e.multiplier + block.channel);
  const __m512 b = _mm512_loadu_ps(e.offset + block.channel);
  const __m512 scale = _mm512_loadu_ps(e.inv_scale + block.channel);
  const __m512i zero = _mm512_loadu_si512(e.y_zero + block.channel);
  const __m128i low = LoadBytes(e.clamp_low + block.channel);
  const __m128i high = LoadBytes(e.clamp_high + block.channel);
  const __m512 none = _mm512_setzero_ps();
  const __mmask16 mask = FirstLanes(block.channels);
  uint8_t* y = e.y_u8 + block.pixel * e.y_pixel_stride + block.channel;
  for (int64_t i = 0; i < block.pixels; ++i) {
    const __m512i sum = _mm512_loadu_si512(block.v + i * block.stride);
    const __m512 x = _mm512_fmadd_ps(_mm512_cvtepi32_ps(sum), m, b);
    const __m512 v =
        _mm512_mul_ps(Call<Avx512Lanes, kKind, true>(x, none, none), scale);
    StoreBytes(y, RoundNumbers(v, zero), low, high, mask);
    y += e.y_pixel_stride;
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

struct FunctionBlocks {
  using Fn = StageFn;
  template <FunctionKind kKind>
  static constexpr Fn kFn = FunctionBlock<kKind>;
};

// The stage that does all of an epilogue in registers; null if there is none.
StageFn FindStage(const EpilogueU8& e) {
  if (e.kind != EpilogueKind::kFloat) return RoundBlock;
  return FindLoneFunction<FunctionBlocks>(e);
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
