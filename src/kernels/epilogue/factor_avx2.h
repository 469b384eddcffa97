// kFactor in AVX2 registers. Internal linkage, as all of the level's parts.
#ifndef OCTET_KERNELS_EPILOGUE_FACTOR_AVX2_H_
#define OCTET_KERNELS_EPILOGUE_FACTOR_AVX2_H_

#include <immintrin.h>

#include <cstdint>

#include "kernels/epilogue/factor_table.h"

namespace octet::kernels {
namespace {

// Two vectors of sixteen int16.
struct TwoWords {
  __m256i at[2];
};

// table[i] for 32 indices below 32, of which bit 4 chooses a half.
[[gnu::always_inline]] inline __m256i PickBytes(const uint8_t* table,
                                                __m256i index,
                                                __m256i is_second) {
  const __m256i first = _mm256_broadcastsi128_si256(
      _mm_load_si128(reinterpret_cast<const __m128i*>(table)));
  const __m256i second = _mm256_broadcastsi128_si256(
      _mm_load_si128(reinterpret_cast<const __m128i*>(table + 16)));
  return _mm256_blendv_epi8(_mm256_shuffle_epi8(first, index),
                            _mm256_shuffle_epi8(second, index), is_second);
}

// x * factor(x) in steps of codes. The segments' coefficients are looked up
// byte by byte, for both vectors at once.
[[gnu::always_inline]] inline TwoWords TimesFactor(const FactorTable& table,
                                                   const TwoWords& x,
                                                   __m256i steps) {
  const __m256i segment = _mm256_packus_epi16(_mm256_srli_epi16(x.at[0], 11),
                                              _mm256_srli_epi16(x.at[1], 11));
  const __m256i is_second = _mm256_slli_epi16(segment, 3);
  TwoWords factor;
#pragma GCC unroll 3
  for (int power = 2; power >= 0; --power) {
    const __m256i low = PickBytes(table.bytes[power][0], segment, is_second);
    const __m256i high = PickBytes(table.bytes[power][1], segment, is_second);
    const __m256i words[2] = {_mm256_unpacklo_epi8(low, high),
                              _mm256_unpackhi_epi8(low, high)};
#pragma GCC unroll 2
    for (int i = 0; i < 2; ++i) {
      factor.at[i] =
          power == 2
              ? words[i]
              : _mm256_add_epi16(
                    words[i], _mm256_mulhrs_epi16(_mm256_slli_epi16(x.at[i], 4),
                                                  factor.at[i]));
    }
  }
#pragma GCC unroll 2
  for (int i = 0; i < 2; ++i) {
    factor.at[i] =
        _mm256_mulhrs_epi16(_mm256_mulhrs_epi16(x.at[i], factor.at[i]), steps);
  }
  return factor;
}

}  // namespace
}  // namespace octet::kernels

#endif  // OCTET_KERNELS_EPILOGUE_FACTOR_AVX2_H_
