#include <immintrin.h>

#include <cstdint>

#include "kernels/quantize/quantize_rows.h"

namespace octet::kernels {
namespace {

struct Quant {
  __m512 scale;
  __m512i zero_point;
};

[[gnu::always_inline]] inline Quant QuantAt(const QuantSlice& quant,
                                            int64_t i) {
  if (quant.step == 0) {
    return {_mm512_set1_ps(*quant.scale), _mm512_set1_epi32(*quant.zero_point)};
  }
  return {_mm512_loadu_ps(quant.scale + i),
          _mm512_loadu_si512(quant.zero_point + i)};
}

__mmask16 FirstLanes(int64_t n) {
  return n >= 16 ? __mmask16(0xffff) : __mmask16((1u << n) - 1);
}

void Quantize(const float* x, uint8_t* y, int64_t n, const QuantSlice& quant) {
  for (int64_t i = 0; i < n; i += 16) {
    const __mmask16 mask = FirstLanes(n - i);
    const Quant q = QuantAt(quant, i);
    __m512 steps = _mm512_div_ps(_mm512_maskz_loadu_ps(mask, x + i), q.scale);
    // NaN becomes 0 steps.
    steps = _mm512_maskz_mov_ps(_mm512_cmp_ps_mask(steps, steps, _CMP_ORD_Q),
                                steps);
    // Bounds are integers, so that clamping before rounding is the same, and
    // the conversion cannot overflow.
    const __m512i low = _mm512_sub_epi32(_mm512_setzero_si512(), q.zero_point);
    const __m512i high = _mm512_add_epi32(low, _mm512_set1_epi32(255));
    steps = _mm512_min_ps(_mm512_max_ps(steps, _mm512_cvtepi32_ps(low)),
                          _mm512_cvtepi32_ps(high));
    const __m512i codes =
        _mm512_add_epi32(_mm512_cvtps_epi32(steps), q.zero_point);
    _mm512_mask_cvtepi32_storeu_epi8(y + i, mask, codes);
  }
}

void Dequantize(const uint8_t* x, float* y, int64_t n,
                const QuantSlice& quant) {
  for (int64_t i = 0; i < n; i += 16) {
    const Quant q = QuantAt(quant, i);
    const __m512i codes = _mm512_cvtepu8_epi32(
        _mm_loadu_si128(reinterpret_cast<const __m128i*>(x + i)));
    _mm512_mask_storeu_ps(
        y + i, FirstLanes(n - i),
        _mm512_mul_ps(_mm512_cvtepi32_ps(_mm512_sub_epi32(codes, q.zero_point)),
                      q.scale));
  }
}

}  // namespace

const QuantizeRowFns kQuantizeRowsAvx512Vnni = {Quantize, Dequantize};

}  // namespace octet::kernels
