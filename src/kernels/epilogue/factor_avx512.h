// kFactor in AVX-512 registers. Internal linkage, as all of the level's parts.
#ifndef OCTET_KERNELS_EPILOGUE_FACTOR_AVX512_H_
#define OCTET_KERNELS_EPILOGUE_FACTOR_AVX512_H_

#include <immintrin.h>

#include <cstdint>

#include "kernels/epilogue/factor_table.h"

namespace octet::kernels {
namespace {

// x * factor(x) in steps of codes + the zero points, of 32 int16: no larger
// than the steps, so that the sum needs no saturation, which Zen 4 has only
// where it multiplies. vpermw looks at five bits of an index only.
[[gnu::always_inline]] inline __m512i TimesFactor(const FactorTable& table,
                                                  __m512i x, __m512i steps,
                                                  __m512i zeros) {
  const __m512i segment = _mm512_srli_epi16(x, 11);
  const __m512i f = _mm512_slli_epi16(x, 4);
  __m512i factor =
      _mm512_permutexvar_epi16(segment, _mm512_load_si512(table.powers[2]));
#pragma GCC unroll 2
  for (int power = 1; power >= 0; --power) {
    factor =
        _mm512_add_epi16(_mm512_mulhrs_epi16(f, factor),
                         _mm512_permutexvar_epi16(
                             segment, _mm512_load_si512(table.powers[power])));
  }
  return _mm512_add_epi16(
      _mm512_mulhrs_epi16(_mm512_mulhrs_epi16(x, factor), steps), zeros);
}

// Two rows of sixteen codes, as the high bytes of 32 words in PackWords' order.
alignas(64) constexpr uint8_t kCodesOrder[64] = {
    0, 0,  0, 1,  0, 2,  0, 3,  0, 16, 0, 17, 0, 18, 0, 19, 0, 4,  0, 5,  0, 6,
    0, 7,  0, 20, 0, 21, 0, 22, 0, 23, 0, 8,  0, 9,  0, 10, 0, 11, 0, 24, 0, 25,
    0, 26, 0, 27, 0, 12, 0, 13, 0, 14, 0, 15, 0, 28, 0, 29, 0, 30, 0, 31};

// kFactorAdd: the product with the factor, in sixteenths, and a residual's
// codes, as codes. order: kCodesOrder.
[[gnu::always_inline]] inline __m512i PlusCodes(__m512i sixteenths,
                                                __m256i codes, __m512i steps,
                                                __m512i order) {
  const __m512i high = _mm512_maskz_permutexvar_epi8(
      0xaaaaaaaaaaaaaaaa, order, _mm512_castsi256_si512(codes));
  return _mm512_srai_epi16(
      _mm512_add_epi16(sixteenths, _mm512_mulhi_epu16(high, steps)), 4);
}

// Sixteen codes from each of two places.
[[gnu::always_inline]] inline __m256i LoadTwoRows(const uint8_t* a,
                                                  const uint8_t* b) {
  return _mm256_inserti128_si256(
      _mm256_castsi128_si256(
          _mm_loadu_si128(reinterpret_cast<const __m128i*>(a))),
      _mm_loadu_si128(reinterpret_cast<const __m128i*>(b)), 1);
}

}  // namespace
}  // namespace octet::kernels

#endif  // OCTET_KERNELS_EPILOGUE_FACTOR_AVX512_H_
