// All kinds of epilogue but kFloat in AVX-512 registers, for the kernels that
// fuse them.
#ifndef OCTET_KERNELS_EPILOGUE_ROUNDING_AVX512_H_
#define OCTET_KERNELS_EPILOGUE_ROUNDING_AVX512_H_

#include <immintrin.h>

#include <cstdint>

#include "kernels/epilogue/epilogue.h"
#include "kernels/first_avx512.h"

namespace octet::kernels {
namespace {

// rne(v) + zero. From 2^16 on, all is clamped anyway, and vcvtps2dq would turn
// what an int32 cannot hold into its smallest value: wrong only above.
[[gnu::always_inline]] inline __m512i RoundInts(__m512 v, __m512i zero) {
  const __m512 bounded = _mm512_min_ps(v, _mm512_set1_ps(65536.0f));
  return _mm512_add_epi32(_mm512_cvtps_epi32(bounded), zero);
}

// fma(sum, multiplier, offset) of sixteen channels.
[[gnu::always_inline]] inline __m512 ScaleSum(__m512i sum,
                                              const float* multiplier,
                                              const float* offset) {
  return _mm512_fmadd_ps(_mm512_cvtepi32_ps(sum), _mm512_loadu_ps(multiplier),
                         _mm512_loadu_ps(offset));
}

// v + the residual of kAdd.
[[gnu::always_inline]] inline __m512 AddResidual(__m512 v, const uint8_t* codes,
                                                 const float* scale) {
  const __m512i wide = _mm512_cvtepu8_epi32(
      _mm_loadu_si128(reinterpret_cast<const __m128i*>(codes)));
  return _mm512_fmadd_ps(_mm512_cvtepi32_ps(wide), _mm512_loadu_ps(scale), v);
}

// True if what these channels round stays below 2^31 in magnitude for sums up
// to `products` away from `comp`, as it does wherever the constants mean
// anything. Then it becomes an int32 without being bounded first. A kFloat has
// to be one of FindInRegisters, whose functions make nothing larger but
// below 1; an f32 output is not rounded, and does not fit.
[[gnu::always_inline]] inline bool FitsInt32(const EpilogueU8& e,
                                             int64_t channel, int64_t channels,
                                             float products) {
  if (e.y_u8 == nullptr) return false;
  // A sixteenth is for what rounding loses here.
  constexpr float kMost = 2013265920.0f;
  const bool is_float = e.kind == EpilogueKind::kFloat;
  for (int64_t c = channel; c < channel + channels; c += 16) {
    const __m512 start = _mm512_cvtepi32_ps(_mm512_loadu_si512(e.comp + c));
    const __m512 sum =
        _mm512_add_ps(_mm512_abs_ps(start), _mm512_set1_ps(products));
    __m512 most =
        _mm512_fmadd_ps(_mm512_abs_ps(_mm512_loadu_ps(e.multiplier + c)), sum,
                        _mm512_abs_ps(_mm512_loadu_ps(e.offset + c)));
    if (e.residual_u8 != nullptr) {
      most =
          _mm512_fmadd_ps(_mm512_abs_ps(_mm512_loadu_ps(e.residual_scale + c)),
                          _mm512_set1_ps(255.0f), most);
    }
    if (is_float) {
      // A sigmoid is at most 1, whatever it is of.
      most = _mm512_mul_ps(_mm512_add_ps(most, _mm512_set1_ps(1.0f)),
                           _mm512_abs_ps(_mm512_loadu_ps(e.inv_scale + c)));
    }
    const __mmask16 fits =
        _mm512_cmp_ps_mask(most, _mm512_set1_ps(kMost), _CMP_LE_OQ);
    if ((FirstLanes(channel + channels - c) & ~fits) != 0) return false;
  }
  return true;
}

// Two vectors of int32 as int16 with saturation. What follows is clamped to a
// u8, or saturates by its definition.
[[gnu::always_inline]] inline __m512i PackWords(__m512i a, __m512i b) {
  return _mm512_packs_epi32(a, b);
}

// Words + zero points, with saturation, which is right: zeros are 0 to 255, and
// what comes of it is clamped to that too.
[[gnu::always_inline]] inline __m512i AddZeros(__m512i words, __m512i zeros) {
  return _mm512_adds_epi16(words, zeros);
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

// Zero points, or other constants that fit an int16, of kVectors vectors of
// sixteen channels, for the words of the first and the second two of four
// vectors: of one pixel, or of two or four.
template <int kVectors>
[[gnu::always_inline]] inline void LoadWords(const int32_t* from,
                                             __m512i (&words)[2]) {
  constexpr int kSecond = kVectors > 1 ? 1 : 0;
  constexpr int kThird = kVectors > 2 ? 2 : 0;
  constexpr int kFourth = kVectors > 3 ? 3 : kVectors == 2 ? 1 : kThird;
  words[0] = PackWords(_mm512_loadu_si512(from),
                       _mm512_loadu_si512(from + 16 * kSecond));
  words[1] = PackWords(_mm512_loadu_si512(from + 16 * kThird),
                       _mm512_loadu_si512(from + 16 * kFourth));
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

}  // namespace
}  // namespace octet::kernels

#endif  // OCTET_KERNELS_EPILOGUE_ROUNDING_AVX512_H_
