// Eight lanes of AVX2 and FMA, for functions.h.
#ifndef OCTET_KERNELS_ELEMENTARY_LANES_AVX2_H_
#define OCTET_KERNELS_ELEMENTARY_LANES_AVX2_H_

#include <immintrin.h>

#include <cstdint>

namespace octet::kernels {
namespace {

struct Avx2Lanes {
  using F = __m256;
  using M = __m256;
  static constexpr int64_t kLanes = 8;

  static F Load(const float* p) { return _mm256_loadu_ps(p); }
  static void Store(float* p, F a) { _mm256_storeu_ps(p, a); }
  static void StoreFirst(float* p, F a, int64_t n) {
    const __m256i index = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    const __m256i mask = _mm256_cmpgt_epi32(_mm256_set1_epi32(int(n)), index);
    _mm256_maskstore_ps(p, mask, a);
  }
  static F Set(float a) { return _mm256_set1_ps(a); }
  static F Add(F a, F b) { return _mm256_add_ps(a, b); }
  static F Sub(F a, F b) { return _mm256_sub_ps(a, b); }
  static F Mul(F a, F b) { return _mm256_mul_ps(a, b); }
  static F Div(F a, F b) { return _mm256_div_ps(a, b); }
  static F Fma(F a, F b, F c) { return _mm256_fmadd_ps(a, b, c); }
  static F Min(F a, F b) { return _mm256_min_ps(a, b); }
  static F Max(F a, F b) { return _mm256_max_ps(a, b); }
  static F Sqrt(F a) { return _mm256_sqrt_ps(a); }
  static F Round(F a) {
    return _mm256_round_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  }
  static F Floor(F a) { return _mm256_floor_ps(a); }
  static F Ceil(F a) { return _mm256_ceil_ps(a); }
  static F Abs(F a) { return _mm256_andnot_ps(Set(-0.0f), a); }
  static F Neg(F a) { return _mm256_xor_ps(Set(-0.0f), a); }
  static F CopySign(F a, F sign) {
    return _mm256_or_ps(Abs(a), _mm256_and_ps(Set(-0.0f), sign));
  }
  static M Less(F a, F b) { return _mm256_cmp_ps(a, b, _CMP_LT_OQ); }
  static M IsNan(F a) { return _mm256_cmp_ps(a, a, _CMP_UNORD_Q); }
  static F Select(M m, F a, F b) { return _mm256_blendv_ps(b, a, m); }

  static F Scale(F a, F n) {
    const __m256i whole = _mm256_cvtps_epi32(n);
    const __m256i half = _mm256_srai_epi32(whole, 1);
    const __m256i rest = _mm256_sub_epi32(whole, half);
    return Mul(Mul(a, Power(half)), Power(rest));
  }
  static F AddExponent(F a, F n) {
    const __m256i power = _mm256_slli_epi32(_mm256_cvtps_epi32(n), 23);
    return _mm256_castsi256_ps(_mm256_add_epi32(_mm256_castps_si256(a), power));
  }
  static F PowerOfLastBits(const uint32_t* eighths, F a) {
    const __m256i bits = _mm256_castps_si256(a);
    const __m256i table =
        _mm256_load_si256(reinterpret_cast<const __m256i*>(eighths));
    return _mm256_castsi256_ps(_mm256_add_epi32(
        _mm256_slli_epi32(bits, 20), _mm256_permutevar8x32_epi32(table, bits)));
  }
  static F SplitExponent(F a, F* k) {
    const __m256i bits = _mm256_castps_si256(a);
    const __m256i exponent = _mm256_srai_epi32(
        _mm256_sub_epi32(bits, _mm256_set1_epi32(0x3f3504f3)), 23);
    *k = _mm256_cvtepi32_ps(exponent);
    return _mm256_castsi256_ps(
        _mm256_sub_epi32(bits, _mm256_slli_epi32(exponent, 23)));
  }

  static F Pick(const float* table, F selector) {
    const __m256i index = _mm256_srli_epi32(_mm256_castps_si256(selector), 22);
    return _mm256_permutevar8x32_ps(_mm256_load_ps(table), index);
  }

 private:
  static F Power(__m256i n) {
    return _mm256_castsi256_ps(
        _mm256_slli_epi32(_mm256_add_epi32(n, _mm256_set1_epi32(127)), 23));
  }
};

}  // namespace
}  // namespace octet::kernels

#endif  // OCTET_KERNELS_ELEMENTARY_LANES_AVX2_H_
