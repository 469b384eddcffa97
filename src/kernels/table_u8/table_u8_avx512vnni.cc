// AVX-512 VBMI: vpermi2b looks up 128 entries; two of them and a blend by the
// codes' high bit are the table.
#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "kernels/split.h"
#include "kernels/table_u8/table_u8.h"

namespace octet::kernels {
namespace {

struct Table {
  __m512i quarter[4];
};

[[gnu::always_inline]] inline Table LoadTable(const uint8_t* table) {
  return {{_mm512_loadu_si512(table), _mm512_loadu_si512(table + 64),
           _mm512_loadu_si512(table + 128), _mm512_loadu_si512(table + 192)}};
}

[[gnu::always_inline]] inline __m512i LookUp(const Table& t, __m512i codes) {
  const __m512i low =
      _mm512_permutex2var_epi8(t.quarter[0], codes, t.quarter[1]);
  const __m512i high =
      _mm512_permutex2var_epi8(t.quarter[2], codes, t.quarter[3]);
  return _mm512_mask_blend_epi8(_mm512_movepi8_mask(codes), low, high);
}

// The first n < 64 bytes. Stores under a mask of bytes are slow on Zen 4, so
// they are left for what whole registers do not cover.
[[gnu::always_inline]] inline void StoreFirst(uint8_t* y, __m512i codes,
                                              int64_t n) {
  if (n & 32) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(y),
                        _mm512_castsi512_si256(codes));
    codes = _mm512_shuffle_i64x2(codes, codes, 0x0e);
    y += 32;
  }
  if (n & 16) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(y),
                     _mm512_castsi512_si128(codes));
    codes = _mm512_shuffle_i64x2(codes, codes, 0x01);
    y += 16;
  }
  __m128i rest = _mm512_castsi512_si128(codes);
  if (n & 8) {
    _mm_storel_epi64(reinterpret_cast<__m128i*>(y), rest);
    rest = _mm_unpackhi_epi64(rest, rest);
    y += 8;
  }
  auto last = uint64_t(_mm_cvtsi128_si64(rest));
  for (int64_t i = 0; i < (n & 7); ++i, last >>= 8) y[i] = uint8_t(last);
}

void LookUpRow(const Table& table, const uint8_t* x, uint8_t* y, int64_t n) {
  int64_t i = 0;
  for (; i + 64 <= n; i += 64) {
    _mm512_storeu_si512(y + i, LookUp(table, _mm512_loadu_si512(x + i)));
  }
  if (i < n) {
    StoreFirst(y + i, LookUp(table, _mm512_loadu_si512(x + i)), n - i);
  }
}

// Four rows of 16 bytes make a vector.
[[gnu::always_inline]] inline void LookUpFourRows(const Table& table,
                                                  const uint8_t* x,
                                                  int64_t x_stride, uint8_t* y,
                                                  int64_t y_stride) {
  const auto row = [&](int64_t i) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(x + i * x_stride));
  };
  __m512i codes = _mm512_castsi128_si512(row(0));
  codes = _mm512_inserti32x4(codes, row(1), 1);
  codes = _mm512_inserti32x4(codes, row(2), 2);
  codes = _mm512_inserti32x4(codes, row(3), 3);
  codes = LookUp(table, codes);
  const auto store = [&](int64_t i, __m128i found) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(y + i * y_stride), found);
  };
  store(0, _mm512_castsi512_si128(codes));
  store(1, _mm512_extracti32x4_epi32(codes, 1));
  store(2, _mm512_extracti32x4_epi32(codes, 2));
  store(3, _mm512_extracti32x4_epi32(codes, 3));
}

// Rows of so few columns that a vector takes longer.
template <int kColumns>
void LookUpFew(const TableU8Params& p, const Piece& piece) {
  for (int64_t row = piece.begin; row < piece.end; ++row) {
    const uint8_t* x = p.x + row * p.x_stride;
    uint8_t codes[kColumns + 1];
#pragma GCC unroll 8
    for (int i = 0; i < kColumns; ++i) codes[i] = p.table[x[i]];
    uint8_t* y = p.y + row * p.y_stride;
#pragma GCC unroll 8
    for (int i = 0; i < kColumns; ++i) y[i] = codes[i];
  }
}

constexpr void (*kLookUpFew[])(const TableU8Params&, const Piece&) = {
    LookUpFew<0>, LookUpFew<1>, LookUpFew<2>,
    LookUpFew<3>, LookUpFew<4>, LookUpFew<5>,
};
constexpr int64_t kFewColumns = 5;

}  // namespace

void TableU8Avx512Vnni(const TableU8Params& p, int64_t part, int64_t parts,
                       std::byte*) {
  const Table table = LoadTable(p.table);
  if (p.x_stride == p.columns && p.y_stride == p.columns) {
    const Piece piece = PieceOf(p.rows * p.columns, part, parts, 64);
    return LookUpRow(table, p.x + piece.begin, p.y + piece.begin,
                     piece.end - piece.begin);
  }
  const Piece piece = PieceOf(p.rows, part, parts);
  int64_t row = piece.begin;
  if (p.columns == 16) {
    for (; row + 4 <= piece.end; row += 4) {
      LookUpFourRows(table, p.x + row * p.x_stride, p.x_stride,
                     p.y + row * p.y_stride, p.y_stride);
    }
  }
  if (p.columns <= kFewColumns) {
    return kLookUpFew[p.columns](p, piece);
  }
  for (; row < piece.end; ++row) {
    LookUpRow(table, p.x + row * p.x_stride, p.y + row * p.y_stride, p.columns);
  }
}

}  // namespace octet::kernels
