// kClamp and kTable of the epilogue in AVX-512 registers, for the kernels that
// fuse them.
#ifndef OCTET_KERNELS_EPILOGUE_ROUNDING_AVX512_H_
#define OCTET_KERNELS_EPILOGUE_ROUNDING_AVX512_H_

#include <immintrin.h>

#include <cstdint>

namespace octet::kernels {
namespace {

// rne(v) + zero. From 2^16 on, all is clamped anyway, and vcvtps2dq would turn
// what an int32 cannot hold into its smallest value: wrong only above.
[[gnu::always_inline]] inline __m512i RoundInts(__m512 v, __m512i zero) {
  const __m512 bounded = _mm512_min_ps(v, _mm512_set1_ps(65536.0f));
  return _mm512_add_epi32(_mm512_cvtps_epi32(bounded), zero);
}

// rne(fma(sum, multiplier, offset)) + zero of sixteen channels.
[[gnu::always_inline]] inline __m512i ScaleAndRound(__m512i sum,
                                                    const float* multiplier,
                                                    const float* offset,
                                                    const int32_t* zero) {
  const __m512 v =
      _mm512_fmadd_ps(_mm512_cvtepi32_ps(sum), _mm512_loadu_ps(multiplier),
                      _mm512_loadu_ps(offset));
  return RoundInts(v, _mm512_loadu_si512(zero));
}

// Four vectors of int32 to u8 with saturation, in order.
[[gnu::always_inline]] inline __m512i PackBytes(__m512i a, __m512i b, __m512i c,
                                                __m512i d) {
  // The packs work inside lanes of 128 bits; this puts the lanes' quarters
  // back where they belong.
  const __m512i order =
      _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  const __m512i bytes =
      _mm512_packus_epi16(_mm512_packs_epi32(a, b), _mm512_packs_epi32(c, d));
  return _mm512_permutexvar_epi32(order, bytes);
}

// table[i] for 64 indices.
[[gnu::always_inline]] inline __m512i LookUp(__m512i index,
                                             const uint8_t* table) {
  const __m512i low = _mm512_permutex2var_epi8(_mm512_loadu_si512(table), index,
                                               _mm512_loadu_si512(table + 64));
  const __m512i high = _mm512_permutex2var_epi8(
      _mm512_loadu_si512(table + 128), index, _mm512_loadu_si512(table + 192));
  return _mm512_mask_blend_epi8(_mm512_movepi8_mask(index), low, high);
}

// Ones for the first n of 64 or 16.
[[gnu::always_inline]] inline __mmask64 FirstBytes(int64_t n) {
  return n >= 64 ? ~0ull : (1ull << n) - 1;
}
[[gnu::always_inline]] inline __mmask16 FirstLanes(int64_t n) {
  return n >= 16 ? __mmask16(0xffff) : __mmask16((1u << n) - 1);
}

}  // namespace
}  // namespace octet::kernels

#endif  // OCTET_KERNELS_EPILOGUE_ROUNDING_AVX512_H_
