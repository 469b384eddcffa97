// Eight halves as floats and back, for AVX2. Internal linkage, so that files of
// any instruction set may include this.
#ifndef OCTET_KERNELS_CAST_HALVES_AVX2_H_
#define OCTET_KERNELS_CAST_HALVES_AVX2_H_

#include <immintrin.h>

#include <cstdint>

namespace octet::kernels {
namespace {

struct F16Avx2 {
  static __m256 Widen(__m128i x) { return _mm256_cvtph_ps(x); }
  static __m128i Narrow(__m256 x) {
    const __m128i bits =
        _mm256_cvtps_ph(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    const __m256i nan = _mm256_castps_si256(_mm256_cmp_ps(x, x, _CMP_UNORD_Q));
    const __m128i nan16 = _mm_packs_epi32(_mm256_castsi256_si128(nan),
                                          _mm256_extracti128_si256(nan, 1));
    return _mm_blendv_epi8(bits, _mm_set1_epi16(0x7e00), nan16);
  }
};

struct Bf16Avx2 {
  static __m256 Widen(__m128i x) {
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(x), 16));
  }
  // Half of a last place, less where the number is even already.
  static __m128i Narrow(__m256 x) {
    const __m256i bits = _mm256_castps_si256(x);
    const __m256i odd =
        _mm256_and_si256(_mm256_srli_epi32(bits, 16), _mm256_set1_epi32(1));
    const __m256i rounded = _mm256_srli_epi32(
        _mm256_add_epi32(_mm256_add_epi32(bits, _mm256_set1_epi32(0x7fff)),
                         odd),
        16);
    const __m256 nan = _mm256_cmp_ps(x, x, _CMP_UNORD_Q);
    const __m256i result = _mm256_blendv_epi8(
        rounded, _mm256_set1_epi32(0x7fc0), _mm256_castps_si256(nan));
    return _mm_packus_epi32(_mm256_castsi256_si128(result),
                            _mm256_extracti128_si256(result, 1));
  }
};

// Eight pairs: the first of each, then the second.
[[gnu::always_inline]] inline __m256i TakePairsApart(const uint16_t* x) {
  const __m256i pairs = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(x));
  return _mm256_permute4x64_epi64(
      _mm256_packus_epi32(_mm256_and_si256(pairs, _mm256_set1_epi32(0xffff)),
                          _mm256_srli_epi32(pairs, 16)),
      0xd8);
}

}  // namespace
}  // namespace octet::kernels

#endif  // OCTET_KERNELS_CAST_HALVES_AVX2_H_
