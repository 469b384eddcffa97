// AVX2: vpshufb looks up 16 entries, so the table is 16 of those; a code takes
// part in the one that its high nibble names. Adding 0x70 with saturation to
// code ^ (16 * k) leaves the high bit clear for exactly those, and vpshufb
// gives 0 for the others. 64 operations for 32 codes.
#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "kernels/split.h"
#include "kernels/table_u8/table_u8.h"

namespace octet::kernels {
namespace {

struct Tables {
  __m256i sixteenth[16];
};

[[gnu::always_inline]] inline __m256i LookUp(const Tables& tables, __m256i x) {
  const __m256i limit = _mm256_set1_epi8(0x70);
  __m256i y = _mm256_setzero_si256();
#pragma GCC unroll 16
  for (int k = 0; k < 16; ++k) {
    const __m256i low = _mm256_xor_si256(x, _mm256_set1_epi8(char(16 * k)));
    y = _mm256_or_si256(y, _mm256_shuffle_epi8(tables.sixteenth[k],
                                               _mm256_adds_epu8(low, limit)));
  }
  return y;
}

// Elements [0, n) of a row.
void LookUpRow(const Tables& tables, const uint8_t* table, const uint8_t* x,
               uint8_t* y, int64_t n) {
  int64_t i = 0;
  for (; i + 32 <= n; i += 32) {
    const __m256i codes =
        _mm256_loadu_si256(reinterpret_cast<const __m256i*>(x + i));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(y + i),
                        LookUp(tables, codes));
  }
  for (; i < n; ++i) y[i] = table[x[i]];
}

// Two rows of 16 bytes make a vector.
[[gnu::always_inline]] inline void LookUpTwoRows(const Tables& tables,
                                                 const uint8_t* x,
                                                 int64_t x_stride, uint8_t* y,
                                                 int64_t y_stride) {
  const auto row = [&](int64_t i) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(x + i * x_stride));
  };
  const __m256i codes = LookUp(tables, _mm256_setr_m128i(row(0), row(1)));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(y),
                   _mm256_castsi256_si128(codes));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(y + y_stride),
                   _mm256_extracti128_si256(codes, 1));
}

}  // namespace

void TableU8Avx2(const TableU8Params& p, int64_t part, int64_t parts,
                 std::byte*) {
  Tables tables;
  for (int k = 0; k < 16; ++k) {
    tables.sixteenth[k] = _mm256_broadcastsi128_si256(
        _mm_loadu_si128(reinterpret_cast<const __m128i*>(p.table + 16 * k)));
  }
  const bool is_dense = p.x_stride == p.columns && p.y_stride == p.columns;
  if (!is_dense && p.columns == 16) {
    const Piece rows = PieceOf(p.rows, part, parts);
    int64_t row = rows.begin;
    for (; row + 2 <= rows.end; row += 2) {
      LookUpTwoRows(tables, p.x + row * p.x_stride, p.x_stride,
                    p.y + row * p.y_stride, p.y_stride);
    }
    if (row == rows.end) return;
    return LookUpRow(tables, p.table, p.x + row * p.x_stride,
                     p.y + row * p.y_stride, p.columns);
  }
  const Piece piece = PieceOf(p.rows * p.columns, part, parts, 64);
  for (int64_t i = piece.begin; i < piece.end;) {
    const int64_t row = i / p.columns, column = i % p.columns;
    int64_t n = piece.end - i;
    if (!is_dense && n > p.columns - column) n = p.columns - column;
    LookUpRow(tables, p.table, p.x + row * p.x_stride + column,
              p.y + row * p.y_stride + column, n);
    i += n;
  }
}

}  // namespace octet::kernels
