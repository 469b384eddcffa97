// kClamp and kTable of the epilogue in AVX-512 registers, for the kernels that
// fuse them.
#ifndef OCTET_KERNELS_EPILOGUE_ROUNDING_AVX512_H_
#define OCTET_KERNELS_EPILOGUE_ROUNDING_AVX512_H_

#include <immintrin.h>

#include <cstdint>

#include "kernels/epilogue/epilogue.h"

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

// True if fma(sum, multiplier, offset) of these channels is below 2^31 in
// magnitude for sums up to `products` away from `comp`, as it is wherever the
// constants mean anything. Then it becomes an int32 without being bounded
// first.
[[gnu::always_inline]] inline bool FitsInt32(const EpilogueU8& e,
                                             int64_t channel, int64_t channels,
                                             float products) {
  constexpr float kMostProduct = 1879048192.0f;  // 7/8 of 2^31
  constexpr float kMostOffset = 134217728.0f;    // 1/16 of it
  const int32_t* const comp = e.comp + channel;
  const float* const multiplier = e.multiplier + channel;
  const float* const offset = e.offset + channel;
  const __m256 sign = _mm256_set1_ps(-0.0f);
  int64_t c = 0;
  for (; c + 8 <= channels; c += 8) {
    const __m256i start =
        _mm256_loadu_si256(reinterpret_cast<const __m256i*>(comp + c));
    const __m256 sum =
        _mm256_add_ps(_mm256_andnot_ps(sign, _mm256_cvtepi32_ps(start)),
                      _mm256_set1_ps(products));
    const __m256 m = _mm256_andnot_ps(sign, _mm256_loadu_ps(multiplier + c));
    const __m256 b = _mm256_andnot_ps(sign, _mm256_loadu_ps(offset + c));
    const __m256 fits = _mm256_and_ps(
        _mm256_cmp_ps(_mm256_mul_ps(m, sum), _mm256_set1_ps(kMostProduct),
                      _CMP_LE_OQ),
        _mm256_cmp_ps(b, _mm256_set1_ps(kMostOffset), _CMP_LE_OQ));
    if (_mm256_movemask_ps(fits) != 0xff) return false;
  }
  for (; c < channels; ++c) {
    const float sum = __builtin_fabsf(float(comp[c])) + products;
    if (!(__builtin_fabsf(multiplier[c]) * sum <= kMostProduct &&
          __builtin_fabsf(offset[c]) <= kMostOffset)) {
      return false;
    }
  }
  return true;
}

// rne(fma(sum, multiplier, offset)), where that FitsInt32.
[[gnu::always_inline]] inline __m512i ScaleAndRound(__m512i sum,
                                                    const float* multiplier,
                                                    const float* offset) {
  return _mm512_cvtps_epi32(_mm512_fmadd_ps(_mm512_cvtepi32_ps(sum),
                                            _mm512_loadu_ps(multiplier),
                                            _mm512_loadu_ps(offset)));
}

// Zero points as AddZeros wants them: those of `a` and `b`.
[[gnu::always_inline]] inline __m512i PackZeros(__m512i a, __m512i b) {
  return _mm512_packs_epi32(a, b);
}

// a + zero and b + zero, as int16 with saturation. Both saturations are right:
// zeros are 0 to 255, and what comes of it is clamped to that too.
[[gnu::always_inline]] inline __m512i AddZeros(__m512i a, __m512i b,
                                               __m512i zeros) {
  return _mm512_adds_epi16(_mm512_packs_epi32(a, b), zeros);
}

// The packs work inside lanes of 128 bits; this puts the lanes' quarters back
// where they belong.
alignas(64) constexpr int32_t kPackOrder[16] = {0, 4, 8,  12, 1, 5, 9,  13,
                                                2, 6, 10, 14, 3, 7, 11, 15};

// The same in a register, loaded where it is asked for: not taken out of a loop
// whose sums need all registers.
[[gnu::always_inline]] inline __m512i LoadPackOrder() {
  const int32_t* order = kPackOrder;
  asm volatile("" : "+r"(order));
  return _mm512_load_si512(order);
}

// Two vectors of int16, packed from four of int32, to u8 with saturation, in
// the order of the four.
[[gnu::always_inline]] inline __m512i PackBytes(__m512i order, __m512i ab,
                                                __m512i cd) {
  return _mm512_permutexvar_epi32(order, _mm512_packus_epi16(ab, cd));
}

// Zero points of kVectors vectors of sixteen channels for AddZeros of the first
// and the second two of four vectors: of one pixel, or of two or four.
template <int kVectors>
[[gnu::always_inline]] inline void LoadZeros(const int32_t* zero,
                                             __m512i (&zeros)[2]) {
  constexpr int kSecond = kVectors > 1 ? 1 : 0;
  constexpr int kThird = kVectors > 2 ? 2 : 0;
  constexpr int kFourth = kVectors > 3 ? 3 : kVectors == 2 ? 1 : kThird;
  zeros[0] = PackZeros(_mm512_loadu_si512(zero),
                       _mm512_loadu_si512(zero + 16 * kSecond));
  zeros[1] = PackZeros(_mm512_loadu_si512(zero + 16 * kThird),
                       _mm512_loadu_si512(zero + 16 * kFourth));
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
