// Eight halves at a time. Whole vectors are read where rows end, which buffers
// allow (work.h); what is written stops at the end.
#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "kernels/cast/half_rows_levels.h"
#include "kernels/cast/halves_avx2.h"

namespace octet::kernels {
namespace {

constexpr int64_t kLanes = 8;

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
    const __m256i apart = TakePairsApart(x + 16 * i);
    float* row = y + i / 2 * 32 + i % 2 * kLanes;
    _mm256_storeu_ps(row, Half::Widen(_mm256_castsi256_si128(apart)));
    _mm256_storeu_ps(row + 16, Half::Widen(_mm256_extracti128_si256(apart, 1)));
  }
}

}  // namespace

void WidenF16Avx2(const uint16_t* x, float* y, int64_t n) {
  WidenRow<F16Avx2>(x, y, n);
}
void WidenBf16Avx2(const uint16_t* x, float* y, int64_t n) {
  WidenRow<Bf16Avx2>(x, y, n);
}
void NarrowF16Avx2(const float* x, uint16_t* y, int64_t n) {
  NarrowRow<F16Avx2>(x, y, n);
}
void NarrowBf16Avx2(const float* x, uint16_t* y, int64_t n) {
  NarrowRow<Bf16Avx2>(x, y, n);
}
void WidenF16PairsAvx2(const uint16_t* x, float* y, int64_t n) {
  WidenPairRows<F16Avx2>(x, y, n);
}
void WidenBf16PairsAvx2(const uint16_t* x, float* y, int64_t n) {
  WidenPairRows<Bf16Avx2>(x, y, n);
}

}  // namespace octet::kernels
