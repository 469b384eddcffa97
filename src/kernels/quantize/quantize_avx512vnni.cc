#include <immintrin.h>

#include <cstdint>

#include "kernels/first_avx512.h"
#include "kernels/quantize/quantize_rows.h"

namespace octet::kernels {
namespace {

struct Quant {
  __m512 scale;
  __m512i zero_point;
};

[[gnu::always_inline]] inline Quant QuantAt(const QuantSlice& quant,
                                            int64_t i) {
  if (quant.step == 0) {
    return {_mm512_set1_ps(*quant.scale), _mm512_set1_epi32(*quant.zero_point)};
  }
  return {_mm512_loadu_ps(quant.scale + i),
          _mm512_loadu_si512(quant.zero_point + i)};
}

// Steps, no NaN among them, as codes that want saturating.
[[gnu::always_inline]] inline __m512i Round(__m512 steps, const Quant& q) {
  steps = _mm512_min_ps(_mm512_max_ps(steps, _mm512_set1_ps(-kFarSteps)),
                        _mm512_set1_ps(kFarSteps));
  return _mm512_add_epi32(_mm512_cvtps_epi32(steps), q.zero_point);
}

[[gnu::always_inline]] inline __m512i Codes(__m512 x, const Quant& q) {
  const __m512 steps = _mm512_div_ps(x, q.scale);
  // NaN becomes 0 steps.
  return Round(
      _mm512_maskz_mov_ps(_mm512_cmp_ps_mask(steps, steps, _CMP_ORD_Q), steps),
      q);
}

// Sixteen codes as reals.
[[gnu::always_inline]] inline __m512 Reals(const uint8_t* x, const Quant& q) {
  const __m512i codes = _mm512_cvtepu8_epi32(
      _mm_loadu_si128(reinterpret_cast<const __m128i*>(x)));
  return _mm512_mul_ps(
      _mm512_cvtepi32_ps(_mm512_sub_epi32(codes, q.zero_point)), q.scale);
}

// The first n codes, or all if n is sixteen or more.
[[gnu::always_inline]] inline void StoreFirst(uint8_t* y, __m512i codes,
                                              int64_t n) {
  const __m128i bytes =
      _mm512_cvtusepi32_epi8(_mm512_max_epi32(codes, _mm512_setzero_si512()));
  if (n >= 16) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(y), bytes);
  } else {
    _mm_mask_storeu_epi8(y, FirstLanes(n), bytes);
  }
}

// 64 codes from four vectors of 16 numbers; `zero_point` in 16 bits is added.
[[gnu::always_inline]] inline __m512i Pack(const __m512i (&codes)[4],
                                           __m512i zero_point) {
  const __m512i low = _mm512_packs_epi32(codes[0], codes[1]);
  const __m512i high = _mm512_packs_epi32(codes[2], codes[3]);
  // The packs work in quarters of 128 bits; the permutation puts them right.
  const __m512i order =
      _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  return _mm512_permutexvar_epi32(
      order, _mm512_packus_epi16(_mm512_adds_epi16(low, zero_point),
                                 _mm512_adds_epi16(high, zero_point)));
}

// Multiples of 64 elements with one scale, by products (kFarFromTie).
void QuantizeEvenly(const float* x, uint8_t* y, int64_t n, const Quant& q,
                    float inverse, int32_t zero_point) {
  const __m512i zero_words = _mm512_set1_epi16(int16_t(zero_point));
  for (int64_t i = 0; i < n; i += 64) {
    __m512i codes[4];
    __mmask16 divide = 0;
#pragma GCC unroll 4
    for (int64_t j = 0; j < 4; ++j) {
      // The operands' order lets a NaN through.
      const __m512 steps =
          _mm512_min_ps(_mm512_set1_ps(kFarSteps),
                        _mm512_mul_ps(_mm512_loadu_ps(x + i + 16 * j),
                                      _mm512_set1_ps(inverse)));
      const __m512 whole = _mm512_roundscale_ps(
          steps, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
      const __m512 off = _mm512_abs_ps(_mm512_sub_ps(steps, whole));
      divide |=
          _mm512_cmp_ps_mask(off, _mm512_set1_ps(kFarFromTie), _CMP_NLE_UQ);
      codes[j] = _mm512_cvtps_epi32(whole);
    }
    if (divide == 0) [[likely]] {
      _mm512_storeu_si512(y + i, Pack(codes, zero_words));
      continue;
    }
#pragma GCC unroll 4
    for (int64_t j = 0; j < 4; ++j) {
      codes[j] = Codes(_mm512_loadu_ps(x + i + 16 * j), q);
    }
    _mm512_storeu_si512(y + i, Pack(codes, _mm512_setzero_si512()));
  }
}

void Quantize(const float* x, uint8_t* y, int64_t n, const QuantSlice& quant) {
  int64_t i = 0;
  if (quant.step == 0) {
    i = n / 64 * 64;
    QuantizeEvenly(x, y, i, QuantAt(quant, 0), 1 / *quant.scale,
                   *quant.zero_point);
  }
  for (; i < n; i += 16) {
    const __mmask16 mask = FirstLanes(n - i);
    StoreFirst(y + i,
               Codes(_mm512_maskz_loadu_ps(mask, x + i), QuantAt(quant, i)),
               n - i);
  }
}

void Dequantize(const uint8_t* x, float* y, int64_t n,
                const QuantSlice& quant) {
  int64_t i = 0;
  if (quant.step == 0) {
    const Quant q = QuantAt(quant, 0);
#pragma GCC unroll 4
    for (; i + 16 <= n; i += 16) _mm512_storeu_ps(y + i, Reals(x + i, q));
  }
  for (; i < n; i += 16) {
    _mm512_mask_storeu_ps(y + i, FirstLanes(n - i),
                          Reals(x + i, QuantAt(quant, i)));
  }
}

// Finite scales leave no NaN.
[[gnu::always_inline]] inline __m512i OtherCodes(const uint8_t* x, int64_t i,
                                                 const QuantSlice& x_quant,
                                                 const QuantSlice& y_quant) {
  const Quant q = QuantAt(y_quant, i);
  return Round(_mm512_div_ps(Reals(x + i, QuantAt(x_quant, i)), q.scale), q);
}

void Requantize(const uint8_t* x, uint8_t* y, int64_t n,
                const QuantSlice& x_quant, const QuantSlice& y_quant) {
  int64_t i = 0;
  for (; i + 64 <= n; i += 64) {
    __m512i codes[4];
#pragma GCC unroll 4
    for (int64_t j = 0; j < 4; ++j) {
      codes[j] = OtherCodes(x, i + 16 * j, x_quant, y_quant);
    }
    _mm512_storeu_si512(y + i, Pack(codes, _mm512_setzero_si512()));
  }
  for (; i < n; i += 16) {
    StoreFirst(y + i, OtherCodes(x, i, x_quant, y_quant), n - i);
  }
}

}  // namespace

const QuantizeRowFns kQuantizeRowsAvx512Vnni = {Quantize, Dequantize,
                                                Requantize};

}  // namespace octet::kernels
