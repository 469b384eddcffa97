#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "kernels/resize/resize_rows.h"

namespace octet::kernels {
namespace {

[[gnu::always_inline]] inline __m256 LoadF32(const void* x, int64_t i) {
  return _mm256_loadu_ps(static_cast<const float*>(x) + i);
}

[[gnu::always_inline]] inline __m256 LoadU8(const void* x, int64_t i) {
  const auto* codes = static_cast<const uint8_t*>(x) + i;
  return _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(
      _mm_loadl_epi64(reinterpret_cast<const __m128i*>(codes))));
}

[[gnu::always_inline]] inline __m256 Mixed(__m256 low, __m256 high,
                                           __m256 weight) {
  return _mm256_fmadd_ps(weight, _mm256_sub_ps(high, low), low);
}

void MixF32(const ResizeMix& m) {
  const __m256 down = _mm256_set1_ps(m.row_weight);
  const __m256 along = _mm256_set1_ps(m.column_weight);
  float* y = static_cast<float*>(m.y);
  for (int64_t i = 0; i < m.n; i += 8) {
    const __m256 left =
        Mixed(LoadF32(m.top_left, i), LoadF32(m.bottom_left, i), down);
    const __m256 right =
        Mixed(LoadF32(m.top_right, i), LoadF32(m.bottom_right, i), down);
    const __m256 v = Mixed(left, right, along);
    if (m.n - i >= 8) {
      _mm256_storeu_ps(y + i, v);
    } else {
      alignas(32) float all[8];
      _mm256_store_ps(all, v);
      for (int64_t j = 0; j < m.n - i; ++j) y[i + j] = all[j];
    }
  }
}

void MixU8(const ResizeMix& m) {
  const __m256 down = _mm256_set1_ps(m.row_weight);
  const __m256 along = _mm256_set1_ps(m.column_weight);
  auto* y = static_cast<uint8_t*>(m.y);
  for (int64_t i = 0; i < m.n; i += 8) {
    const __m256 left =
        Mixed(LoadU8(m.top_left, i), LoadU8(m.bottom_left, i), down);
    const __m256 right =
        Mixed(LoadU8(m.top_right, i), LoadU8(m.bottom_right, i), down);
    const __m256i codes = _mm256_cvtps_epi32(Mixed(left, right, along));
    const __m128i words = _mm_packs_epi32(_mm256_castsi256_si128(codes),
                                          _mm256_extracti128_si256(codes, 1));
    const __m128i bytes = _mm_packus_epi16(words, words);
    if (m.n - i >= 8) {
      _mm_storel_epi64(reinterpret_cast<__m128i*>(y + i), bytes);
    } else {
      alignas(16) uint8_t all[16];
      _mm_store_si128(reinterpret_cast<__m128i*>(all), bytes);
      for (int64_t j = 0; j < m.n - i; ++j) y[i + j] = all[j];
    }
  }
}

}  // namespace

const ResizeFns kResizeAvx2 = {MixF32, MixU8};

}  // namespace octet::kernels
