#include <immintrin.h>

#include <cstdint>

#include "kernels/quantize/quantize_rows.h"

namespace octet::kernels {
namespace {

// The first n bytes of the low half of `bytes`, or all if n is eight or more.
[[gnu::always_inline]] inline void StoreFirst(uint8_t* y, __m128i bytes,
                                              int64_t n) {
  if (n >= 8) {
    return _mm_storel_epi64(reinterpret_cast<__m128i*>(y), bytes);
  }
  alignas(16) uint8_t all[16];
  _mm_store_si128(reinterpret_cast<__m128i*>(all), bytes);
  for (int64_t i = 0; i < n; ++i) y[i] = all[i];
}

struct Quant {
  __m256 scale;
  __m256i zero_point;
};

[[gnu::always_inline]] inline Quant QuantAt(const QuantSlice& quant,
                                            int64_t i) {
  if (quant.step == 0) {
    return {_mm256_set1_ps(*quant.scale), _mm256_set1_epi32(*quant.zero_point)};
  }
  return {_mm256_loadu_ps(quant.scale + i),
          _mm256_loadu_si256(
              reinterpret_cast<const __m256i*>(quant.zero_point + i))};
}

// Steps, no NaN among them, as codes that want saturating.
[[gnu::always_inline]] inline __m256i Round(__m256 steps, const Quant& quant) {
  steps = _mm256_min_ps(_mm256_max_ps(steps, _mm256_set1_ps(-kFarSteps)),
                        _mm256_set1_ps(kFarSteps));
  return _mm256_add_epi32(_mm256_cvtps_epi32(steps), quant.zero_point);
}

[[gnu::always_inline]] inline __m256i Codes(__m256 x, const Quant& quant) {
  const __m256 steps = _mm256_div_ps(x, quant.scale);
  // NaN becomes 0 steps.
  return Round(_mm256_and_ps(steps, _mm256_cmp_ps(steps, steps, _CMP_ORD_Q)),
               quant);
}

// Eight codes as reals.
[[gnu::always_inline]] inline __m256 Reals(const uint8_t* x,
                                           const Quant& quant) {
  const __m256i codes = _mm256_cvtepu8_epi32(
      _mm_loadl_epi64(reinterpret_cast<const __m128i*>(x)));
  return _mm256_mul_ps(
      _mm256_cvtepi32_ps(_mm256_sub_epi32(codes, quant.zero_point)),
      quant.scale);
}

[[gnu::always_inline]] inline __m128i Bytes(__m256i codes) {
  const __m128i words = _mm_packs_epi32(_mm256_castsi256_si128(codes),
                                        _mm256_extracti128_si256(codes, 1));
  return _mm_packus_epi16(words, words);
}

// 32 codes from four vectors of eight numbers; `zero_point` in 16 bits is
// added.
[[gnu::always_inline]] inline __m256i Pack(const __m256i (&codes)[4],
                                           __m256i zero_point) {
  const __m256i low = _mm256_packs_epi32(codes[0], codes[1]);
  const __m256i high = _mm256_packs_epi32(codes[2], codes[3]);
  // The packs work in halves of 128 bits; the permutation puts them right.
  const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
  return _mm256_permutevar8x32_epi32(
      _mm256_packus_epi16(_mm256_adds_epi16(low, zero_point),
                          _mm256_adds_epi16(high, zero_point)),
      order);
}

// 32 codes by division.
[[gnu::always_inline]] inline void QuantizeSome(const float* x, uint8_t* y,
                                                const QuantSlice& quant,
                                                int64_t i) {
  __m256i codes[4];
#pragma GCC unroll 4
  for (int j = 0; j < 4; ++j) {
    codes[j] = Codes(_mm256_loadu_ps(x + i + 8 * j), QuantAt(quant, i + 8 * j));
  }
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(y + i),
                      Pack(codes, _mm256_setzero_si256()));
}

// Multiples of 32 elements with one scale, by products (kFarFromTie).
void QuantizeEvenly(const float* x, uint8_t* y, int64_t n,
                    const QuantSlice& quant) {
  const __m256 inverse = _mm256_set1_ps(1 / *quant.scale);
  const __m256i zero_words = _mm256_set1_epi16(int16_t(*quant.zero_point));
  for (int64_t i = 0; i < n; i += 32) {
    __m256i codes[4];
    __m256 divide = _mm256_setzero_ps();
#pragma GCC unroll 4
    for (int j = 0; j < 4; ++j) {
      // The operands' order lets a NaN through.
      const __m256 steps =
          _mm256_min_ps(_mm256_set1_ps(kFarSteps),
                        _mm256_mul_ps(_mm256_loadu_ps(x + i + 8 * j), inverse));
      const __m256 whole =
          _mm256_round_ps(steps, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
      const __m256 off =
          _mm256_andnot_ps(_mm256_set1_ps(-0.0f), _mm256_sub_ps(steps, whole));
      divide = _mm256_or_ps(
          divide, _mm256_cmp_ps(off, _mm256_set1_ps(kFarFromTie), _CMP_NLE_UQ));
      codes[j] = _mm256_cvtps_epi32(whole);
    }
    if (_mm256_movemask_ps(divide) == 0) [[likely]] {
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(y + i),
                          Pack(codes, zero_words));
    } else {
      QuantizeSome(x, y, quant, i);
    }
  }
}

void Quantize(const float* x, uint8_t* y, int64_t n, const QuantSlice& quant) {
  int64_t i = 0;
  if (quant.step == 0) {
    i = n / 32 * 32;
    QuantizeEvenly(x, y, i, quant);
  }
  for (; i + 32 <= n; i += 32) QuantizeSome(x, y, quant, i);
  for (; i < n; i += 8) {
    StoreFirst(y + i, Bytes(Codes(_mm256_loadu_ps(x + i), QuantAt(quant, i))),
               n - i);
  }
}

void Dequantize(const uint8_t* x, float* y, int64_t n,
                const QuantSlice& quant) {
  int64_t i = 0;
  if (quant.step == 0) {
    const Quant q = QuantAt(quant, 0);
#pragma GCC unroll 4
    for (; i + 8 <= n; i += 8) _mm256_storeu_ps(y + i, Reals(x + i, q));
  }
  for (; i < n; i += 8) {
    const __m256 reals = Reals(x + i, QuantAt(quant, i));
    if (n - i >= 8) {
      _mm256_storeu_ps(y + i, reals);
    } else {
      alignas(32) float all[8];
      _mm256_store_ps(all, reals);
      for (int64_t j = 0; j < n - i; ++j) y[i + j] = all[j];
    }
  }
}

// Finite scales leave no NaN.
[[gnu::always_inline]] inline __m256i OtherCodes(const uint8_t* x, int64_t i,
                                                 const QuantSlice& x_quant,
                                                 const QuantSlice& y_quant) {
  const Quant q = QuantAt(y_quant, i);
  return Round(_mm256_div_ps(Reals(x + i, QuantAt(x_quant, i)), q.scale), q);
}

void Requantize(const uint8_t* x, uint8_t* y, int64_t n,
                const QuantSlice& x_quant, const QuantSlice& y_quant) {
  int64_t i = 0;
  for (; i + 32 <= n; i += 32) {
    __m256i codes[4];
#pragma GCC unroll 4
    for (int64_t j = 0; j < 4; ++j) {
      codes[j] = OtherCodes(x, i + 8 * j, x_quant, y_quant);
    }
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(y + i),
                        Pack(codes, _mm256_setzero_si256()));
  }
  for (; i < n; i += 8) {
    StoreFirst(y + i, Bytes(OtherCodes(x, i, x_quant, y_quant)), n - i);
  }
}

}  // namespace

const QuantizeRowFns kQuantizeRowsAvx2 = {Quantize, Dequantize, Requantize};

}  // namespace octet::kernels
