#include <immintrin.h>

#include <cstdint>

#include "kernels/binary_u8/binary_u8_rows.h"

namespace octet::kernels {
namespace {

[[gnu::always_inline]] inline __m256i Codes(const uint8_t* codes,
                                            const int32_t* zero) {
  const __m256i wide = _mm256_cvtepu8_epi32(
      _mm_loadl_epi64(reinterpret_cast<const __m128i*>(codes)));
  return _mm256_sub_epi32(
      wide, _mm256_loadu_si256(reinterpret_cast<const __m256i*>(zero)));
}

// Eight results as int32, not yet clamped; element i of the row.
template <BinaryU8Op kOp>
[[gnu::always_inline]] inline __m256i Apply(const BinaryU8Row& r, int64_t i) {
  const int64_t c = i * r.step;
  const __m256i a = Codes(r.a + i, r.a_zero + c);
  const __m256i b = Codes(r.b + i, r.b_zero + c);
  const __m256 m_a = _mm256_loadu_ps(r.m_a + c);
  __m256 v;
  if constexpr (kOp == BinaryU8Op::kMul) {
    v = _mm256_mul_ps(_mm256_cvtepi32_ps(_mm256_mullo_epi32(a, b)), m_a);
  } else {
    const __m256 term =
        _mm256_mul_ps(_mm256_cvtepi32_ps(b), _mm256_loadu_ps(r.m_b + c));
    v = kOp == BinaryU8Op::kAdd
            ? _mm256_fmadd_ps(_mm256_cvtepi32_ps(a), m_a, term)
            : _mm256_fmsub_ps(_mm256_cvtepi32_ps(a), m_a, term);
  }
  v = _mm256_and_ps(v, _mm256_cmp_ps(v, v, _CMP_ORD_Q));  // NaN becomes 0
  // Too large a number would become the smallest one; too small a one does so
  // rightly, and the packs saturate both.
  const __m256i q =
      _mm256_cvtps_epi32(_mm256_min_ps(v, _mm256_set1_ps(65536.0f)));
  return _mm256_add_epi32(
      _mm256_max_epi32(q, _mm256_set1_epi32(-65536)),
      _mm256_loadu_si256(reinterpret_cast<const __m256i*>(r.y_zero + c)));
}

template <BinaryU8Op kOp>
void ApplyRow(const BinaryU8Row& r) {
  const __m256i low = _mm256_set1_epi8(char(r.low));
  const __m256i high = _mm256_set1_epi8(char(r.high));
  const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
  int64_t i = 0;
  for (; i + 32 <= r.n; i += 32) {
    __m256i codes[4];
#pragma GCC unroll 4
    for (int j = 0; j < 4; ++j) codes[j] = Apply<kOp>(r, i + 8 * j);
    const __m256i bytes = _mm256_permutevar8x32_epi32(
        _mm256_packus_epi16(_mm256_packs_epi32(codes[0], codes[1]),
                            _mm256_packs_epi32(codes[2], codes[3])),
        order);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(r.y + i),
                        _mm256_min_epu8(_mm256_max_epu8(bytes, low), high));
  }
  for (; i < r.n; i += 8) {
    const __m256i codes = Apply<kOp>(r, i);
    const __m128i words = _mm_packs_epi32(_mm256_castsi256_si128(codes),
                                          _mm256_extracti128_si256(codes, 1));
    const __m128i bytes =
        _mm_min_epu8(_mm_max_epu8(_mm_packus_epi16(words, words),
                                  _mm256_castsi256_si128(low)),
                     _mm256_castsi256_si128(high));
    if (r.n - i >= 8) {
      _mm_storel_epi64(reinterpret_cast<__m128i*>(r.y + i), bytes);
    } else {
      alignas(16) uint8_t all[16];
      _mm_store_si128(reinterpret_cast<__m128i*>(all), bytes);
      for (int64_t j = 0; j < r.n - i; ++j) r.y[i + j] = all[j];
    }
  }
}

}  // namespace

void BinaryU8RowAvx2(const BinaryU8Row& row) {
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
