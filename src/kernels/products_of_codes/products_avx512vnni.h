// Products of codes with vpdpbusd. Packed operands are s8, q - 128: what that
// leaves out of the sums is 128 less the zero point, times the sum of the other
// side's codes.
#ifndef OCTET_KERNELS_PRODUCTS_OF_CODES_PRODUCTS_AVX512VNNI_H_
#define OCTET_KERNELS_PRODUCTS_OF_CODES_PRODUCTS_AVX512VNNI_H_

#include <immintrin.h>

#include <cstdint>

#include "kernels/conv_u8/dot_avx512.h"
#include "kernels/elementary/lanes_avx512.h"
#include "kernels/first_avx512.h"
#include "kernels/products_of_codes/products_lanes.h"
#include "kernels/strided_copy/transpose_avx512.h"

namespace octet::kernels {
namespace {

constexpr int64_t kGroupBytes = 64;  // of a panel

struct VnniProducts : Avx512Lanes {
  using Code = uint8_t;
  using Weight = int8_t;
  using I = __m512i;
  static constexpr int64_t kGroup = 4;

  static I Zero() { return _mm512_setzero_si512(); }
  static F ToFloat(const int32_t* p) {
    return _mm512_cvtepi32_ps(_mm512_loadu_si512(p));
  }
  static I ToCodes(F a) { return _mm512_cvtps_epi32(a); }
  static I Add(I a, I b) { return _mm512_add_epi32(a, b); }
  using Avx512Lanes::Add;
  static void StoreBytes(uint8_t* p, I codes, int32_t zero, int64_t n) {
    const __m128i bytes =
        _mm512_cvtepi32_epi8(_mm512_add_epi32(codes, _mm512_set1_epi32(zero)));
    if (n >= 16) {
      _mm_storeu_si128(reinterpret_cast<__m128i*>(p), bytes);
    } else {
      _mm_mask_storeu_epi8(p, FirstLanes(n), bytes);
    }
  }

  static void StoreFour(uint8_t* p, const I (&codes)[4], int32_t zero) {
    const I low = _mm512_packs_epi32(codes[0], codes[1]);
    const I high = _mm512_packs_epi32(codes[2], codes[3]);
    const I offset = _mm512_set1_epi16(int16_t(zero));
    // Quarters of the four stand beside one another.
    const I bytes = _mm512_packus_epi16(_mm512_add_epi16(low, offset),
                                        _mm512_add_epi16(high, offset));
    const I order =
        _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
    _mm512_storeu_si512(p, _mm512_permutexvar_epi32(order, bytes));
  }

  static int32_t Start(int32_t sum, int32_t zero) { return (128 - zero) * sum; }
  static int32_t RowSum(const uint8_t* x, int64_t n) {
    __m512i sum = Zero();
    for (int64_t i = 0; i < n; i += 64) {
      const __m512i codes = _mm512_maskz_loadu_epi8(FirstBytes(n - i), x + i);
      sum = _mm512_add_epi32(sum, _mm512_sad_epu8(codes, Zero()));
    }
    return _mm512_reduce_add_epi32(sum);
  }
  static const uint8_t* Rows(const uint8_t* a, const MatricesOfCodes&, int64_t,
                             int64_t, int16_t*, int64_t*) {
    return a;
  }

  static void Pack(const uint8_t* x, const MatricesOfCodes& operand,
                   int64_t rows, int64_t columns, int32_t other_zero,
                   int8_t* to, int32_t* base);
  static void Multiply(const TileProduct<VnniProducts>& p, int64_t rows,
                       int64_t columns);
};

// Four rows of sixteen neighbouring codes: of each column its four codes.
[[gnu::always_inline]] inline __m512i JoinRows(const uint8_t* x, int64_t stride,
                                               int64_t rows, __mmask16 some) {
  const __m128i none = _mm_set1_epi8(-128);
  __m128i row[4];
#pragma GCC unroll 4
  for (int64_t i = 0; i < 4; ++i) {
    row[i] = i < rows ? _mm_mask_loadu_epi8(none, some, x + i * stride) : none;
  }
  const __m128i low01 = _mm_unpacklo_epi8(row[0], row[1]);
  const __m128i low23 = _mm_unpacklo_epi8(row[2], row[3]);
  const __m128i high01 = _mm_unpackhi_epi8(row[0], row[1]);
  const __m128i high23 = _mm_unpackhi_epi8(row[2], row[3]);
  __m512i all = _mm512_castsi128_si512(_mm_unpacklo_epi16(low01, low23));
  all = _mm512_inserti32x4(all, _mm_unpackhi_epi16(low01, low23), 1);
  all = _mm512_inserti32x4(all, _mm_unpacklo_epi16(high01, high23), 2);
  return _mm512_inserti32x4(all, _mm_unpackhi_epi16(high01, high23), 3);
}

void PackRows(const uint8_t* x, int64_t stride, int64_t rows, int64_t columns,
              int8_t* to) {
  const int64_t groups = DivideUp(rows, 4);
  for (int64_t n = 0; n < columns; n += 16) {
    const __mmask16 some = FirstLanes(columns - n);
    for (int64_t g = 0; g < groups; ++g, to += kGroupBytes) {
      const __m512i codes =
          JoinRows(x + 4 * g * stride + n, stride, rows - 4 * g, some);
      _mm512_storeu_si512(to, _mm512_xor_si512(codes, _mm512_set1_epi8(-128)));
    }
  }
}

// The same where the codes of a column are neighbours.
void PackColumns(const uint8_t* x, int64_t stride, int64_t rows,
                 int64_t columns, int8_t* to) {
  const __m512i none = _mm512_set1_epi8(-128);
  const int64_t groups = DivideUp(rows, 4);
  for (int64_t n = 0; n < columns; n += 16, to += groups * kGroupBytes) {
    for (int64_t g = 0; g < groups; g += 16) {
      const __mmask64 some = FirstBytes(rows - 4 * g);
      __m512 block[16];
#pragma GCC unroll 16
      for (int64_t i = 0; i < 16; ++i) {
        const uint8_t* column = x + (n + i) * stride + 4 * g;
        const __m512i codes =
            n + i < columns ? _mm512_mask_loadu_epi8(none, some, column) : none;
        block[i] = _mm512_castsi512_ps(_mm512_xor_si512(codes, none));
      }
      TransposeLanes(block);
      const int64_t count = groups - g < 16 ? groups - g : 16;
#pragma GCC unroll 16
      for (int64_t i = 0; i < 16; ++i) {
        if (i < count) _mm512_storeu_ps(to + (g + i) * kGroupBytes, block[i]);
      }
    }
  }
}

// The same wherever the codes lie.
void PackScattered(const uint8_t* x, const MatricesOfCodes& operand,
                   int64_t rows, int64_t columns, int8_t* to) {
  const int64_t groups = DivideUp(rows, 4);
  for (int64_t n = 0; n < RoundUp(columns, 16); ++n) {
    for (int64_t k = 0; k < 4 * groups; ++k) {
      const bool is_code = n < columns && k < rows;
      const uint8_t code =
          is_code ? x[k * operand.row_stride + n * operand.column_stride] : 128;
      to[(n / 16 * groups + k / 4) * kGroupBytes + n % 16 * 4 + k % 4] =
          int8_t(code ^ 128);
    }
  }
}

// What the sums of packed columns start with; `rest` is what their Weights add
// up to less than codes without the zero point. A function of its own: g++ 12
// inlines it among so many constants that it spills the ones.
[[gnu::noinline]] void SetBase(const int8_t* packed, int64_t groups,
                               int64_t columns, int32_t rest,
                               int32_t other_zero, int32_t* base) {
  const __m512i ones = _mm512_set1_epi8(1);
  for (int64_t n = 0; n < columns; n += 16, packed += groups * kGroupBytes) {
    __m512i sum = _mm512_setzero_si512();
    if (other_zero != 0) {
      for (int64_t g = 0; g < groups; ++g) {
        DotMemory(sum, ones, packed + g * kGroupBytes);
      }
      sum = _mm512_mullo_epi32(_mm512_add_epi32(sum, _mm512_set1_epi32(rest)),
                               _mm512_set1_epi32(-other_zero));
    }
    _mm512_storeu_si512(base + n, sum);
  }
}

void VnniProducts::Pack(const uint8_t* x, const MatricesOfCodes& operand,
                        int64_t rows, int64_t columns, int32_t other_zero,
                        int8_t* to, int32_t* base) {
  if (operand.column_stride == 1) {
    PackRows(x, operand.row_stride, rows, columns, to);
  } else if (operand.row_stride == 1) {
    PackColumns(x, operand.column_stride, rows, columns, to);
  } else {
    PackScattered(x, operand, rows, columns, to);
  }
  SetBase(to, DivideUp(rows, 4), columns, int32_t(rows) * (128 - operand.zero),
          other_zero, base);
}

template <int kRows, int kPanels>
void Tile(const TileProduct<VnniProducts>& p) {
  __m512i sums[kRows][kPanels];
#pragma GCC unroll 6
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 4
    for (int v = 0; v < kPanels; ++v) {
      sums[r][v] = _mm512_add_epi32(_mm512_loadu_si512(p.base + 16 * v),
                                    _mm512_set1_epi32(p.start[r]));
    }
  }
  const int64_t panel = p.groups * kGroupBytes;
  const uint8_t* x = p.x;
  const int8_t* w = p.w;
  for (int64_t g = 0; g < p.groups; ++g, x += 4, w += kGroupBytes) {
    __m512i weights[kPanels];
#pragma GCC unroll 4
    for (int v = 0; v < kPanels; ++v) {
      weights[v] = _mm512_loadu_si512(w + v * panel);
    }
#pragma GCC unroll 6
    for (int r = 0; r < kRows; ++r) {
      const __m512i codes = RepeatFour(x + r * p.stride);
#pragma GCC unroll 4
      for (int v = 0; v < kPanels; ++v) Dot(sums[r][v], codes, weights[v]);
    }
  }
#pragma GCC unroll 6
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 4
    for (int v = 0; v < kPanels; ++v) {
      _mm512_storeu_si512(p.sums + r * p.sums_stride + 16 * v, sums[r][v]);
    }
  }
}

using TileFn = void (*)(const TileProduct<VnniProducts>&);
template <int kPanels>
constexpr TileFn kTiles[] = {Tile<1, kPanels>, Tile<2, kPanels>,
                             Tile<3, kPanels>, Tile<4, kPanels>,
                             Tile<5, kPanels>, Tile<6, kPanels>};

void VnniProducts::Multiply(const TileProduct<VnniProducts>& whole,
                            int64_t rows, int64_t columns) {
  TileProduct<VnniProducts> p = whole;
  for (int64_t n = 0; n < columns;) {
    const int64_t panels = columns - n >= 64 ? 4 : columns - n >= 32 ? 2 : 1;
    (panels == 4   ? kTiles<4>
     : panels == 2 ? kTiles<2>
                   : kTiles<1>)[rows - 1](p);
    n += 16 * panels;
    p.w += panels * p.groups * kGroupBytes;
    p.base += 16 * panels;
    p.sums += 16 * panels;
  }
}

}  // namespace
}  // namespace octet::kernels

#endif  // OCTET_KERNELS_PRODUCTS_OF_CODES_PRODUCTS_AVX512VNNI_H_
