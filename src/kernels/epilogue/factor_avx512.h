// kFactor in AVX-512 registers. Internal linkage, as all of the level's parts.
#ifndef OCTET_KERNELS_EPILOGUE_FACTOR_AVX512_H_
#define OCTET_KERNELS_EPILOGUE_FACTOR_AVX512_H_

#include <immintrin.h>

#include "kernels/epilogue/factor_table.h"

namespace octet::kernels {
namespace {

// x * factor(x) in steps of codes + the zero points, of 32 int16: no larger than
// the steps, so that the sum needs no saturation, which Zen 4 has only where it
// multiplies. vpermw looks at five bits of an index only.
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

}  // namespace
}  // namespace octet::kernels

#endif  // OCTET_KERNELS_EPILOGUE_FACTOR_AVX512_H_
