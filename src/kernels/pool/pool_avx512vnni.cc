#include <immintrin.h>

#include <cstdint>

#include "kernels/elementary/lanes_avx512.h"
#include "kernels/first_avx512.h"
#include "kernels/pool/pool_f32_lanes.h"
#include "kernels/pool/pool_windows.h"

namespace octet::kernels {
namespace {

void MaxU8(const PoolWindow<uint8_t>& w) {
  for (int64_t c = 0; c < w.channels; c += 64) {
    const __mmask64 mask = FirstBytes(w.channels - c);
    __m512i largest = _mm512_setzero_si512();
    for (int64_t i = 0; i < w.rows; ++i) {
      const uint8_t* x = w.x + i * w.row_stride + c;
      for (int64_t j = 0; j < w.columns; ++j, x += w.column_stride) {
        largest = _mm512_max_epu8(largest, _mm512_maskz_loadu_epi8(mask, x));
      }
    }
    _mm512_mask_storeu_epi8(w.y + c, mask, largest);
  }
}

[[gnu::always_inline]] inline __m512i Integers(const int32_t* entries,
                                               int64_t step, int64_t c) {
  return step == 0 ? _mm512_set1_epi32(*entries)
                   : _mm512_loadu_si512(entries + c);
}

[[gnu::always_inline]] inline __m512 Reals(const float* entries, int64_t step,
                                           int64_t c) {
  return step == 0 ? _mm512_set1_ps(*entries) : _mm512_loadu_ps(entries + c);
}

// Sums of sixteen channels.
[[gnu::always_inline]] inline __m512i Sums(const PoolWindow<uint8_t>& w,
                                           int64_t c) {
  __m512i sum = _mm512_setzero_si512();
  for (int64_t i = 0; i < w.rows; ++i) {
    const uint8_t* x = w.x + i * w.row_stride + c;
    for (int64_t j = 0; j < w.columns; ++j, x += w.column_stride) {
      sum = _mm512_add_epi32(sum, _mm512_cvtepu8_epi32(_mm_loadu_si128(
                                      reinterpret_cast<const __m128i*>(x))));
    }
  }
  return sum;
}

void AverageU8(const PoolWindow<uint8_t>& w, const PoolQuant& q) {
  const __m512i taps = _mm512_set1_epi32(int(w.rows * w.columns));
  const __m512 count = _mm512_set1_ps(float(w.count));
  for (int64_t c = 0; c < w.channels; c += 16) {
    const __mmask16 mask = FirstLanes(w.channels - c);
    const __m512i offset =
        _mm512_mullo_epi32(taps, Integers(q.x_zero, q.x_step, c));
    const __m512 sum = _mm512_cvtepi32_ps(_mm512_sub_epi32(Sums(w, c), offset));
    const __m512 m =
        _mm512_div_ps(Reals(q.x_scale, q.x_step, c),
                      _mm512_mul_ps(Reals(q.y_scale, q.y_step, c), count));
    const __m512 v = _mm512_mul_ps(sum, m);
    const __m512 number =
        _mm512_maskz_mov_ps(_mm512_cmp_ps_mask(v, v, _CMP_ORD_Q), v);
    // Too large a number would become the smallest one.
    const __m512i mean =
        _mm512_cvtps_epi32(_mm512_min_ps(number, _mm512_set1_ps(65536.0f)));
    const __m512i code =
        _mm512_add_epi32(_mm512_max_epi32(mean, _mm512_set1_epi32(-65536)),
                         Integers(q.y_zero, q.y_step, c));
    _mm512_mask_cvtusepi32_storeu_epi8(
        w.y + c, mask, _mm512_max_epi32(code, _mm512_setzero_si512()));
  }
}

}  // namespace

const PoolU8Fns kPoolU8Avx512Vnni = {MaxU8, AverageU8};
const PoolF32Fns kPoolF32Avx512Vnni = {MaxF32<Avx512Lanes>,
                                       AverageF32<Avx512Lanes>};

}  // namespace octet::kernels
