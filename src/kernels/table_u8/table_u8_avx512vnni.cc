// AVX-512 VBMI: vpermi2b looks up 128 entries; two of them and a blend by the
// codes' high bit are the table.
#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "kernels/split.h"
#include "kernels/table_u8/table_u8.h"

namespace octet::kernels {
namespace {

void LookUpRow(const uint8_t* table, const uint8_t* x, uint8_t* y, int64_t n) {
  const __m512i quarter0 = _mm512_loadu_si512(table);
  const __m512i quarter1 = _mm512_loadu_si512(table + 64);
  const __m512i quarter2 = _mm512_loadu_si512(table + 128);
  const __m512i quarter3 = _mm512_loadu_si512(table + 192);
  for (int64_t i = 0; i < n; i += 64) {
    const __mmask64 mask =
        n - i >= 64 ? ~__mmask64{0} : (__mmask64{1} << (n - i)) - 1;
    const __m512i codes = _mm512_maskz_loadu_epi8(mask, x + i);
    const __m512i low = _mm512_permutex2var_epi8(quarter0, codes, quarter1);
    const __m512i high = _mm512_permutex2var_epi8(quarter2, codes, quarter3);
    _mm512_mask_storeu_epi8(
        y + i, mask,
        _mm512_mask_blend_epi8(_mm512_movepi8_mask(codes), low, high));
  }
}

}  // namespace

void TableU8Avx512Vnni(const TableU8Params& p, int64_t part, int64_t parts,
                       std::byte*) {
  const bool is_dense = p.x_stride == p.columns && p.y_stride == p.columns;
  const Piece piece = PieceOf(p.rows * p.columns, part, parts, 64);
  for (int64_t i = piece.begin; i < piece.end;) {
    const int64_t row = i / p.columns, column = i % p.columns;
    int64_t n = piece.end - i;
    if (!is_dense && n > p.columns - column) n = p.columns - column;
    LookUpRow(p.table, p.x + row * p.x_stride + column,
              p.y + row * p.y_stride + column, n);
    i += n;
  }
}

}  // namespace octet::kernels
