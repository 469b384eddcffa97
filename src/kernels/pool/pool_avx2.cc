#include <immintrin.h>

#include <cstdint>

#include "kernels/elementary/lanes_avx2.h"
#include "kernels/pool/pool_f32_lanes.h"
#include "kernels/pool/pool_windows.h"

namespace octet::kernels {
namespace {

void StoreFirst(uint8_t* y, __m256i bytes, int64_t n) {
  alignas(32) uint8_t all[32];
  _mm256_store_si256(reinterpret_cast<__m256i*>(all), bytes);
  for (int64_t i = 0; i < n; ++i) y[i] = all[i];
}

void MaxU8(const PoolWindow<uint8_t>& w) {
  for (int64_t c = 0; c < w.channels; c += 32) {
    __m256i largest = _mm256_setzero_si256();
    for (int64_t i = 0; i < w.rows; ++i) {
      const uint8_t* x = w.x + i * w.row_stride + c;
      for (int64_t j = 0; j < w.columns; ++j, x += w.column_stride) {
        largest = _mm256_max_epu8(
            largest, _mm256_loadu_si256(reinterpret_cast<const __m256i*>(x)));
      }
    }
    if (w.channels - c >= 32) {
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(w.y + c), largest);
    } else {
      StoreFirst(w.y + c, largest, w.channels - c);
    }
  }
}

[[gnu::always_inline]] inline __m256i Integers(const int32_t* entries,
                                               int64_t step, int64_t c) {
  return step == 0 ? _mm256_set1_epi32(*entries)
                   : _mm256_loadu_si256(
                         reinterpret_cast<const __m256i*>(entries + c));
}

[[gnu::always_inline]] inline __m256 Reals(const float* entries, int64_t step,
                                           int64_t c) {
  return step == 0 ? _mm256_set1_ps(*entries) : _mm256_loadu_ps(entries + c);
}

// Sums of eight channels.
[[gnu::always_inline]] inline __m256i Sums(const PoolWindow<uint8_t>& w,
                                           int64_t c) {
  __m256i sum = _mm256_setzero_si256();
  for (int64_t i = 0; i < w.rows; ++i) {
    const uint8_t* x = w.x + i * w.row_stride + c;
    for (int64_t j = 0; j < w.columns; ++j, x += w.column_stride) {
      sum = _mm256_add_epi32(sum, _mm256_cvtepu8_epi32(_mm_loadl_epi64(
                                      reinterpret_cast<const __m128i*>(x))));
    }
  }
  return sum;
}

void AverageU8(const PoolWindow<uint8_t>& w, const PoolQuant& q) {
  const __m256i taps = _mm256_set1_epi32(int(w.rows * w.columns));
  const __m256 count = _mm256_set1_ps(float(w.count));
  for (int64_t c = 0; c < w.channels; c += 8) {
    const __m256i offset =
        _mm256_mullo_epi32(taps, Integers(q.x_zero, q.x_step, c));
    const __m256 sum = _mm256_cvtepi32_ps(_mm256_sub_epi32(Sums(w, c), offset));
    const __m256 m =
        _mm256_div_ps(Reals(q.x_scale, q.x_step, c),
                      _mm256_mul_ps(Reals(q.y_scale, q.y_step, c), count));
    const __m256 v = _mm256_mul_ps(sum, m);
    const __m256 number = _mm256_and_ps(v, _mm256_cmp_ps(v, v, _CMP_ORD_Q));
    // Too large a number would become the smallest one.
    const __m256i mean =
        _mm256_cvtps_epi32(_mm256_min_ps(number, _mm256_set1_ps(65536.0f)));
    const __m256i code =
        _mm256_add_epi32(_mm256_max_epi32(mean, _mm256_set1_epi32(-65536)),
                         Integers(q.y_zero, q.y_step, c));
    const __m128i words = _mm_packs_epi32(_mm256_castsi256_si128(code),
                                          _mm256_extracti128_si256(code, 1));
    const __m128i bytes = _mm_packus_epi16(words, words);
    if (w.channels - c >= 8) {
      _mm_storel_epi64(reinterpret_cast<__m128i*>(w.y + c), bytes);
    } else {
      StoreFirst(w.y + c, _mm256_castsi128_si256(bytes), w.channels - c);
    }
  }
}

}  // namespace

const PoolU8Fns kPoolU8Avx2 = {MaxU8, AverageU8};
const PoolF32Fns kPoolF32Avx2 = {MaxF32<Avx2Lanes>, AverageF32<Avx2Lanes>};

}  // namespace octet::kernels
