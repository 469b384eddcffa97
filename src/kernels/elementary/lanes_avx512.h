// Sixteen lanes of AVX-512, for functions.h.
#ifndef OCTET_KERNELS_ELEMENTARY_LANES_AVX512_H_
#define OCTET_KERNELS_ELEMENTARY_LANES_AVX512_H_

#include <immintrin.h>

#include <cstdint>

namespace octet::kernels {
namespace {

struct Avx512Lanes {
  using F = __m512;
  using M = __mmask16;
  static constexpr int64_t kLanes = 16;

  static F Load(const float* p) { return _mm512_loadu_ps(p); }
  static void Store(float* p, F a) { _mm512_storeu_ps(p, a); }
  static void StoreFirst(float* p, F a, int64_t n) {
    _mm512_mask_storeu_ps(p, __mmask16((1u << n) - 1), a);
  }
  static F Set(float a) { return _mm512_set1_ps(a); }
  static F Add(F a, F b) { return _mm512_add_ps(a, b); }
  static F Sub(F a, F b) { return _mm512_sub_ps(a, b); }
  static F Mul(F a, F b) { return _mm512_mul_ps(a, b); }
  static F Div(F a, F b) { return _mm512_div_ps(a, b); }
  static F Fma(F a, F b, F c) { return _mm512_fmadd_ps(a, b, c); }
  static F Min(F a, F b) { return _mm512_min_ps(a, b); }
  static F Max(F a, F b) { return _mm512_max_ps(a, b); }
  static F Sqrt(F a) { return _mm512_sqrt_ps(a); }
  static F Round(F a) {
    return _mm512_roundscale_ps(a,
                                _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  }
  static F Floor(F a) {
    return _mm512_roundscale_ps(a, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC);
  }
  static F Ceil(F a) {
    return _mm512_roundscale_ps(a, _MM_FROUND_TO_POS_INF | _MM_FROUND_NO_EXC);
  }
  static F Abs(F a) { return _mm512_andnot_ps(Set(-0.0f), a); }
  static F Neg(F a) { return _mm512_xor_ps(Set(-0.0f), a); }
  static F CopySign(F a, F sign) {
    return _mm512_or_ps(Abs(a), _mm512_and_ps(Set(-0.0f), sign));
  }
  static M Less(F a, F b) { return _mm512_cmp_ps_mask(a, b, _CMP_LT_OQ); }
  static M IsNan(F a) { return _mm512_cmp_ps_mask(a, a, _CMP_UNORD_Q); }
  static F Select(M m, F a, F b) { return _mm512_mask_blend_ps(m, b, a); }

  // Rounds a * 2^n once, as the products of the other lanes do.
  static F Scale(F a, F n) { return _mm512_scalef_ps(a, n); }
  static F AddExponent(F a, F n) { return _mm512_scalef_ps(a, n); }
  static F PowerOfLastBits(const uint32_t* eighths, F a) {
    const __m512i bits = _mm512_castps_si512(a);
    // The fourth bit of an index chooses between two equal halves.
    const __m512i table = _mm512_broadcast_i32x8(
        _mm256_load_si256(reinterpret_cast<const __m256i*>(eighths)));
    return _mm512_castsi512_ps(_mm512_add_epi32(
        _mm512_slli_epi32(bits, 20), _mm512_permutexvar_epi32(bits, table)));
  }
  static F SplitExponent(F a, F* k) {
    const __m512i bits = _mm512_castps_si512(a);
    const __m512i exponent = _mm512_srai_epi32(
        _mm512_sub_epi32(bits, _mm512_set1_epi32(0x3f3504f3)), 23);
    *k = _mm512_cvtepi32_ps(exponent);
    return _mm512_castsi512_ps(
        _mm512_sub_epi32(bits, _mm512_slli_epi32(exponent, 23)));
  }

  static F Pick(const float* table, F selector) {
    // The fourth bit of an index chooses between two equal halves.
    const __m512i index = _mm512_srli_epi32(_mm512_castps_si512(selector), 22);
    return _mm512_permutexvar_ps(index,
                                 _mm512_broadcast_f32x8(_mm256_load_ps(table)));
  }
};

}  // namespace
}  // namespace octet::kernels

#endif  // OCTET_KERNELS_ELEMENTARY_LANES_AVX512_H_
