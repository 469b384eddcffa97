// Eight halves at a time. Whole vectors are read where rows end, which buffers
// allow (work.h); what is written stops at the end.
#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "kernels/cast/half_rows_levels.h"

namespace octet::kernels {
namespace {

constexpr int64_t kLanes = 8;

struct F16 {
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

struct Bf16 {
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

template <typename Half>
void WidenRow(const uint16_t* x, float* y, int64_t n) {
  const auto at = [&](int64_t i) {
    return Half::Widen(
        _mm_loadu_si128(reinterpret_cast<const __m128i*>(x + i)));
  };
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) _mm256_storeu_ps(y + i, at(i));
  if (i == n) return;
  alignas(32) float rest[kLanes];
  _mm256_store_ps(rest, at(i));
  for (int64_t j = 0; i < n; ++i, ++j) y[i] = rest[j];
}

template <typename Half>
void NarrowRow(const float* x, uint16_t* y, int64_t n) {
  const auto at = [&](int64_t i) {
    return Half::Narrow(_mm256_loadu_ps(x + i));
  };
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(y + i), at(i));
  }
  if (i == n) return;
  alignas(16) uint16_t rest[kLanes];
  _mm_store_si128(reinterpret_cast<__m128i*>(rest), at(i));
  for (int64_t j = 0; i < n; ++i, ++j) y[i] = rest[j];
}

template <typename Half>
void WidenPairRows(const uint16_t* x, float* y, int64_t n) {
  // Two vectors of eight pairs make a row.
  for (int64_t i = 0; i < 2 * n; ++i) {
    const __m256i pairs =
        _mm256_loadu_si256(reinterpret_cast<const __m256i*>(x + 16 * i));
    const __m256i apart = _mm256_permute4x64_epi64(
        _mm256_packus_epi32(_mm256_and_si256(pairs, _mm256_set1_epi32(0xffff)),
                            _mm256_srli_epi32(pairs, 16)),
        0xd8);
    float* row = y + i / 2 * 32 + i % 2 * kLanes;
    _mm256_storeu_ps(row, Half::Widen(_mm256_castsi256_si128(apart)));
    _mm256_storeu_ps(row + 16, Half::Widen(_mm256_extracti128_si256(apart, 1)));
  }
}

}  // namespace

void WidenF16Avx2(const uint16_t* x, float* y, int64_t n) {
  WidenRow<F16>(x, y, n);
}
void WidenBf16Avx2(const uint16_t* x, float* y, int64_t n) {
  WidenRow<Bf16>(x, y, n);
}
void NarrowF16Avx2(const float* x, uint16_t* y, int64_t n) {
  NarrowRow<F16>(x, y, n);
}
void NarrowBf16Avx2(const float* x, uint16_t* y, int64_t n) {
  NarrowRow<Bf16>(x, y, n);
}
void WidenF16PairsAvx2(const uint16_t* x, float* y, int64_t n) {
  WidenPairRows<F16>(x, y, n);
}
void WidenBf16PairsAvx2(const uint16_t* x, float* y, int64_t n) {
  WidenPairRows<Bf16>(x, y, n);
}

}  // namespace octet::kernels
