#include <immintrin.h>

#include <cstdint>

#include "kernels/binary_u8/binary_u8_rows.h"

namespace octet::kernels {
namespace {

[[gnu::always_inline]] inline __m512i Codes(const uint8_t* codes,
                                            const int32_t* zero) {
  const __m512i wide = _mm512_cvtepu8_epi32(
      _mm_loadu_si128(reinterpret_cast<const __m128i*>(codes)));
  return _mm512_sub_epi32(wide, _mm512_loadu_si512(zero));
}

// Sixteen results as int32, within [-65536, 65536 + 255]; element i of the row.
template <BinaryU8Op kOp>
[[gnu::always_inline]] inline __m512i Apply(const BinaryU8Row& r, int64_t i) {
  const int64_t c = i * r.step;
  const __m512i a = Codes(r.a + i, r.a_zero + c);
  const __m512i b = Codes(r.b + i, r.b_zero + c);
  const __m512 m_a = _mm512_loadu_ps(r.m_a + c);
  __m512 v;
  if constexpr (kOp == BinaryU8Op::kMul) {
    v = _mm512_mul_ps(_mm512_cvtepi32_ps(_mm512_mullo_epi32(a, b)), m_a);
  } else {
    const __m512 term =
        _mm512_mul_ps(_mm512_cvtepi32_ps(b), _mm512_loadu_ps(r.m_b + c));
    v = kOp == BinaryU8Op::kAdd
            ? _mm512_fmadd_ps(_mm512_cvtepi32_ps(a), m_a, term)
            : _mm512_fmsub_ps(_mm512_cvtepi32_ps(a), m_a, term);
  }
  // NaN becomes 0; too large a number would become the smallest one.
  v = _mm512_maskz_mov_ps(_mm512_cmp_ps_mask(v, v, _CMP_ORD_Q), v);
  const __m512i q =
      _mm512_cvtps_epi32(_mm512_min_ps(v, _mm512_set1_ps(65536.0f)));
  return _mm512_add_epi32(_mm512_max_epi32(q, _mm512_set1_epi32(-65536)),
                          _mm512_loadu_si512(r.y_zero + c));
}

template <BinaryU8Op kOp>
void ApplyRow(const BinaryU8Row& r) {
  const __m512i zero = _mm512_setzero_si512();
  const __m128i low = _mm_set1_epi8(char(r.low));
  const __m128i high = _mm_set1_epi8(char(r.high));
  for (int64_t i = 0; i < r.n; i += 16) {
    __m128i bytes =
        _mm512_cvtusepi32_epi8(_mm512_max_epi32(Apply<kOp>(r, i), zero));
    bytes = _mm_min_epu8(_mm_max_epu8(bytes, low), high);
    // Stores under a mask of bytes are slow on Zen 4.
    if (r.n - i >= 16) {
      _mm_storeu_si128(reinterpret_cast<__m128i*>(r.y + i), bytes);
    } else {
      _mm_mask_storeu_epi8(r.y + i, __mmask16((1u << (r.n - i)) - 1), bytes);
    }
  }
}

}  // namespace

void BinaryU8RowAvx512Vnni(const BinaryU8Row& row) {
  switch (row.op) {
    case BinaryU8Op::kAdd:
      return ApplyRow<BinaryU8Op::kAdd>(row);
    case BinaryU8Op::kSub:
      return ApplyRow<BinaryU8Op::kSub>(row);
    case BinaryU8Op::kMul:
      return ApplyRow<BinaryU8Op::kMul>(row);
  }
}

}  // namespace octet::kernels
