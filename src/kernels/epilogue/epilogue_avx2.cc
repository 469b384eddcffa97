#include <immintrin.h>

#include <cstdint>

#include "kernels/elementary/elementary_levels.h"
#include "kernels/elementary/lanes_avx2.h"
#include "kernels/epilogue/epilogue.h"

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

void StoreTable(uint8_t* y, __m128i bytes, int64_t n, const uint8_t* table) {
  alignas(16) uint8_t index[16];
  _mm_store_si128(reinterpret_cast<__m128i*>(index), bytes);
  if (n > 16) n = 16;
  for (int64_t i = 0; i < n; ++i) y[i] = table[index[i]];
}

// kClamp and kTable for up to sixteen channels.
template <bool kIsTable>
void RoundBlock(const EpilogueU8& e, const int32_t* acc, int64_t acc_stride,
                uint8_t* y, int64_t pixels, int64_t channel, int64_t n) {
  const Rounding rounding = LoadRounding(e, channel);
  const __m256 m0 = _mm256_loadu_ps(e.multiplier + channel);
  const __m256 m1 = _mm256_loadu_ps(e.multiplier + channel + 8);
  const __m256 b0 = _mm256_loadu_ps(e.offset + channel);
  const __m256 b1 = _mm256_loadu_ps(e.offset + channel + 8);
  for (int64_t i = 0; i < pixels; ++i) {
    const __m256 a0 = _mm256_cvtepi32_ps(LoadInts(acc));
    const __m256 a1 = _mm256_cvtepi32_ps(LoadInts(acc + 8));
    const __m128i bytes = RoundBytes(_mm256_fmadd_ps(a0, m0, b0),
                                     _mm256_fmadd_ps(a1, m1, b1), rounding);
    if constexpr (kIsTable) {
      StoreTable(y, bytes, n, e.table);
    } else {
      StoreBytes(y, bytes, n);
    }
    acc += acc_stride;
    y += e.y_pixel_stride;
  }
}

// The sums of a pixel become floats, in place.
void Scale(const EpilogueU8& e, int32_t* acc, int64_t channel, int64_t n) {
  for (int64_t c = 0; c < n; c += 8) {
    const __m256 v =
        _mm256_fmadd_ps(_mm256_cvtepi32_ps(LoadInts(acc + c)),
                        _mm256_loadu_ps(e.multiplier + channel + c),
                        _mm256_loadu_ps(e.offset + channel + c));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(acc + c),
                        _mm256_castps_si256(v));
  }
}

void AddResidual(const EpilogueU8& e, float* v, int64_t pixel, int64_t channel,
                 int64_t n) {
  const int64_t at = pixel * e.residual_pixel_stride + channel;
  for (int64_t c = 0; c < n; c += 8) {
    __m256 sum = _mm256_loadu_ps(v + c);
    if (e.residual_u8 != nullptr) {
      const __m256i codes = _mm256_cvtepu8_epi32(_mm_loadl_epi64(
          reinterpret_cast<const __m128i*>(e.residual_u8 + at + c)));
      const __m256i steps =
          _mm256_sub_epi32(codes, LoadInts(e.residual_zero + channel + c));
      sum =
          _mm256_fmadd_ps(_mm256_cvtepi32_ps(steps),
                          _mm256_loadu_ps(e.residual_scale + channel + c), sum);
    } else {
      sum = _mm256_add_ps(sum, _mm256_loadu_ps(e.residual_f32 + at + c));
    }
    _mm256_storeu_ps(v + c, sum);
  }
}

__m256 ZeroIfNan(__m256 v) {
  return _mm256_and_ps(v, _mm256_cmp_ps(v, v, _CMP_ORD_Q));
}

void StoreFloatPixel(const EpilogueU8& e, const float* v, int64_t pixel,
                     int64_t channel, int64_t n) {
  const int64_t at = pixel * e.y_pixel_stride + channel;
  if (e.y_f32 != nullptr) {
    int64_t c = 0;
    for (; c + 8 <= n; c += 8) {
      _mm256_storeu_ps(e.y_f32 + at + c, _mm256_loadu_ps(v + c));
    }
    if (c < n) {
      Avx2Lanes::StoreFirst(e.y_f32 + at + c, _mm256_loadu_ps(v + c), n - c);
    }
    return;
  }
  for (int64_t c = 0; c < n; c += 16) {
    const float* inv = e.inv_scale + channel + c;
    const __m256 v0 =
        _mm256_mul_ps(_mm256_loadu_ps(v + c), _mm256_loadu_ps(inv));
    const __m256 v1 =
        _mm256_mul_ps(_mm256_loadu_ps(v + c + 8), _mm256_loadu_ps(inv + 8));
    StoreBytes(
        e.y_u8 + at + c,
        RoundBytes(ZeroIfNan(v0), ZeroIfNan(v1), LoadRounding(e, channel + c)),
        n - c);
  }
}

// kFloat, one stage after the other over a tile that stays in the first-level
// cache: a load and a store for each stage, but one copy of each function.
void FloatTile(const EpilogueU8& e, int32_t* acc, int64_t acc_stride,
               int64_t pixel, int64_t pixels, int64_t channel, int64_t n) {
  float* const v = reinterpret_cast<float*>(acc);
  const int64_t elements = (pixels - 1) * acc_stride + n;
  for (int64_t i = 0; i < pixels; ++i) {
    Scale(e, acc + i * acc_stride, channel, n);
  }
  if (e.before.kind != FunctionKind::kIdentity) {
    ElementaryAvx2(e.before, v, v, elements);
  }
  if (e.residual_u8 != nullptr || e.residual_f32 != nullptr) {
    for (int64_t i = 0; i < pixels; ++i) {
      AddResidual(e, v + i * acc_stride, pixel + i, channel, n);
    }
  }
  if (e.after.kind != FunctionKind::kIdentity) {
    ElementaryAvx2(e.after, v, v, elements);
  }
  for (int64_t i = 0; i < pixels; ++i) {
    StoreFloatPixel(e, v + i * acc_stride, pixel + i, channel, n);
  }
}

}  // namespace

void ApplyEpilogueAvx2(const EpilogueU8& epilogue, int32_t* acc,
                       int64_t acc_stride, int64_t pixel, int64_t pixels,
                       int64_t channel, int64_t channels) {
  if (epilogue.kind == EpilogueKind::kFloat) {
    FloatTile(epilogue, acc, acc_stride, pixel, pixels, channel, channels);
    return;
  }
  const auto block = epilogue.kind == EpilogueKind::kTable ? RoundBlock<true>
                                                           : RoundBlock<false>;
  for (int64_t c = 0; c < channels; c += 16) {
    uint8_t* y = epilogue.y_u8 + pixel * epilogue.y_pixel_stride + channel + c;
    block(epilogue, acc + c, acc_stride, y, pixels, channel + c, channels - c);
  }
}

}  // namespace octet::kernels
