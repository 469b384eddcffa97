// AVX2: extremes of eight neighbours at a time, whichever channels they are;
// the numbers of bins eight at a time, and then counted one by one in two
// tables, so that equal neighbours do not wait for each other. Zeros, which are
// many behind a ReLU, go round through sixteen spare bins.
#include <immintrin.h>

#include "kernels/histogram_f32/histogram_f32.h"

namespace octet::kernels {
namespace {

constexpr int kSpare = 16;
constexpr int kTables = 2;
// Counts of 32 bits are added up before they could overflow.
constexpr int64_t kMostAtOnce = int64_t{1} << 30;
// Fewer elements are not worth clearing and adding the tables.
constexpr int64_t kFew = 2048;

[[gnu::always_inline]] inline __m256 FiniteOr0(__m256 x, __m256& all_finite) {
  const __m256 magnitude = _mm256_andnot_ps(_mm256_set1_ps(-0.0f), x);
  const __m256 finite = _mm256_cmp_ps(
      magnitude, _mm256_set1_ps(3.40282346638528859811704183484516925e+38f),
      _CMP_LE_OQ);
  all_finite = _mm256_and_ps(all_finite, finite);
  return _mm256_and_ps(x, finite);
}

// Extremes of a row of `n` elements, n a multiple of eight, one pair for each.
[[gnu::always_inline]] inline void ExtremesOfRow(const float* x, int64_t n,
                                                 float* low, float* high,
                                                 __m256& all_finite) {
  for (int64_t c = 0; c < n; c += 8) {
    const __m256 v = FiniteOr0(_mm256_loadu_ps(x + c), all_finite);
    _mm256_storeu_ps(low + c, _mm256_min_ps(v, _mm256_loadu_ps(low + c)));
    _mm256_storeu_ps(high + c, _mm256_max_ps(v, _mm256_loadu_ps(high + c)));
  }
}

// Rows that together are as long as a multiple of eight are one row, whose
// elements are joined by channel at the end. For at most 64 channels.
constexpr int64_t kMostJoined = 64;

int64_t RowsToJoin(int64_t columns) {
  int64_t rows = 1;
  while (rows * columns % 8 != 0) rows *= 2;
  return rows;
}

// The numbers of eight elements' bins, zeros' among the spare ones.
[[gnu::always_inline]] inline __m256i BinsOf(__m256 x, __m256 inverse,
                                             __m256 rest, __m256i spare) {
  const __m256 zero = _mm256_setzero_ps();
  const __m256 steps = _mm256_mul_ps(_mm256_mul_ps(x, inverse), rest);
  const __m256i whole = _mm256_cvtps_epi32(_mm256_floor_ps(steps));
  const __m256 vanished = _mm256_and_ps(_mm256_cmp_ps(steps, zero, _CMP_EQ_OQ),
                                        _mm256_cmp_ps(x, zero, _CMP_LT_OQ));
  // A mask is -1.
  const __m256i bin =
      _mm256_add_epi32(_mm256_add_epi32(whole, _mm256_castps_si256(vanished)),
                       _mm256_set1_epi32(kHistogramHalf));
  const __m256 is_zero = _mm256_cmp_ps(x, zero, _CMP_EQ_OQ);
  return _mm256_blendv_epi8(bin, spare, _mm256_castps_si256(is_zero));
}

uint64_t CountSome(const float* x, int64_t n, BinScale scale,
                   uint64_t* counts) {
  alignas(64) uint32_t tables[kTables][kHistogramBins + kSpare] = {};
  const __m256 inverse = _mm256_set1_ps(scale.inverse);
  const __m256 rest = _mm256_set1_ps(scale.rest);
  const __m256i first_spare =
      _mm256_add_epi32(_mm256_set1_epi32(kHistogramBins),
                       _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
  alignas(32) uint32_t bins[8];
  for (int64_t i = 0; i < n; i += 8) {
    const __m256i spare =
        _mm256_add_epi32(first_spare, _mm256_set1_epi32(int(i) & 8));
    _mm256_store_si256(reinterpret_cast<__m256i*>(bins),
                       BinsOf(_mm256_loadu_ps(x + i), inverse, rest, spare));
    for (int k = 0; k < 8; ++k) ++tables[k % kTables][bins[k]];
  }
  uint64_t zeros = 0;
  for (int t = 0; t < kTables; ++t) {
    for (int b = 0; b < kHistogramBins; ++b) counts[b] += tables[t][b];
    for (int b = 0; b < kSpare; ++b) zeros += tables[t][kHistogramBins + b];
  }
  return zeros;
}

}  // namespace

bool ExtremesF32Avx2(const float* x, int64_t rows, int64_t columns, float* low,
                     float* high) {
  const int64_t joined = RowsToJoin(columns);
  const int64_t width = joined * columns;
  if (rows < joined || (joined > 1 && columns > kMostJoined)) {
    bool all_finite = true;
    for (int64_t r = 0; r < rows; ++r) {
      const int64_t whole = columns / 8 * 8;
      __m256 finite = _mm256_castsi256_ps(_mm256_set1_epi32(-1));
      ExtremesOfRow(x + r * columns, whole, low, high, finite);
      all_finite &= _mm256_movemask_ps(finite) == 255;
      for (int64_t c = whole; c < columns; ++c) {
        all_finite &=
            ExtremesF32Reference(x + r * columns + c, 1, 1, low + c, high + c);
      }
    }
    return all_finite;
  }
  float joined_low[8 * kMostJoined], joined_high[8 * kMostJoined];
  float* const to_low = joined == 1 ? low : joined_low;
  float* const to_high = joined == 1 ? high : joined_high;
  for (int64_t i = 0; joined > 1 && i < width; ++i) {
    joined_low[i] = low[i % columns];
    joined_high[i] = high[i % columns];
  }
  __m256 finite = _mm256_castsi256_ps(_mm256_set1_epi32(-1));
  int64_t r = 0;
  for (; r + joined <= rows; r += joined) {
    ExtremesOfRow(x + r * columns, width, to_low, to_high, finite);
  }
  for (int64_t i = 0; joined > 1 && i < width; ++i) {
    const int64_t c = i % columns;
    if (joined_low[i] < low[c]) low[c] = joined_low[i];
    if (joined_high[i] > high[c]) high[c] = joined_high[i];
  }
  const bool rest =
      ExtremesF32Reference(x + r * columns, rows - r, columns, low, high);
  return rest && _mm256_movemask_ps(finite) == 255;
}

uint64_t CountF32Avx2(const float* x, int64_t n, BinScale scale,
                      uint64_t* counts) {
  if (n < kFew) return CountF32Reference(x, n, scale, counts);
  uint64_t zeros = 0;
  const int64_t whole = n / 8 * 8;
  for (int64_t i = 0; i < whole; i += kMostAtOnce) {
    const int64_t rest = whole - i;
    zeros += CountSome(x + i, rest < kMostAtOnce ? rest : kMostAtOnce, scale,
                       counts);
  }
  return zeros + CountF32Reference(x + whole, n - whole, scale, counts);
}

}  // namespace octet::kernels
