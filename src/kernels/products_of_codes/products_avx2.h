// Products of codes with vpmaddwd. Packed operands are q - zero point in 16
// bits, two of them to a product instruction; rows of a are brought to the
// same.
#ifndef OCTET_KERNELS_PRODUCTS_OF_CODES_PRODUCTS_AVX2_H_
#define OCTET_KERNELS_PRODUCTS_OF_CODES_PRODUCTS_AVX2_H_

#include <immintrin.h>

#include <cstdint>

#include "kernels/conv_u8/dot_avx2.h"
#include "kernels/elementary/lanes_avx2.h"
#include "kernels/products_of_codes/products_lanes.h"

namespace octet::kernels {
namespace {

constexpr int64_t kGroupElements = 32;  // of a panel

// Sixteen codes less their zero point.
[[gnu::always_inline]] inline __m256i WideCodes(const uint8_t* x,
                                                __m256i zero) {
  const __m128i codes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(x));
  return _mm256_sub_epi16(_mm256_cvtepu8_epi16(codes), zero);
}

struct Avx2Products : Avx2Lanes {
  using Code = int16_t;
  using Weight = int16_t;
  using I = __m256i;
  static constexpr int64_t kGroup = 2;

  static I Zero() { return _mm256_setzero_si256(); }
  static F ToFloat(const int32_t* p) {
    return _mm256_cvtepi32_ps(LoadVector(p));
  }
  static I ToCodes(F a) { return _mm256_cvtps_epi32(a); }
  static I Add(I a, I b) { return _mm256_add_epi32(a, b); }
  using Avx2Lanes::Add;
  static __m128i Narrow(I a) {
    return _mm_packs_epi32(_mm256_castsi256_si128(a),
                           _mm256_extracti128_si256(a, 1));
  }
  static void StoreBytes(uint8_t* p, I codes, int32_t zero, int64_t n) {
    const __m128i words = Narrow(Add(codes, _mm256_set1_epi32(zero)));
    const int64_t bytes = _mm_cvtsi128_si64(_mm_packus_epi16(words, words));
    __builtin_memcpy(p, &bytes, size_t(n < 8 ? n : 8));
  }

  static void StoreFour(uint8_t* p, const I (&codes)[4], int32_t zero) {
    const I low = _mm256_packs_epi32(codes[0], codes[1]);
    const I high = _mm256_packs_epi32(codes[2], codes[3]);
    const I offset = _mm256_set1_epi16(int16_t(zero));
    // Halves of the four stand beside one another.
    const I bytes = _mm256_packus_epi16(_mm256_add_epi16(low, offset),
                                        _mm256_add_epi16(high, offset));
    const I order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
    StoreVector(p, _mm256_permutevar8x32_epi32(bytes, order));
  }

  static int32_t Start(int32_t, int32_t) { return 0; }
  static int32_t RowSum(const uint8_t*, int64_t) { return 0; }
  static const int16_t* Rows(const uint8_t* a, const MatricesOfCodes& operand,
                             int64_t rows, int64_t depth, int16_t* to,
                             int64_t* stride) {
    const int64_t width = RoundUp(depth, 4);
    const __m256i zero = _mm256_set1_epi16(int16_t(operand.zero));
    for (int64_t r = 0; r < rows; ++r) {
      const uint8_t* x = a + r * *stride;
      int16_t* wide = to + r * width;
      int64_t k = 0;
      for (; k + 16 <= depth; k += 16)
        StoreVector(wide + k, WideCodes(x + k, zero));
      for (; k < depth; ++k) wide[k] = int16_t(x[k] - operand.zero);
      for (; k < width; ++k) wide[k] = 0;
    }
    *stride = width;
    return to;
  }

  static void Pack(const uint8_t* x, const MatricesOfCodes& operand,
                   int64_t rows, int64_t columns, int32_t other_zero,
                   int16_t* to, int32_t* base);
  static void Multiply(const TileProduct<Avx2Products>& p, int64_t rows,
                       int64_t columns);
};

// A pair of rows of sixteen neighbouring codes.
[[gnu::always_inline]] inline void PackTwoRows(const uint8_t* x, int64_t stride,
                                               __m256i zero, int16_t* to) {
  const __m256i even = WideCodes(x, zero), odd = WideCodes(x + stride, zero);
  const __m256i low = _mm256_unpacklo_epi16(even, odd);
  const __m256i high = _mm256_unpackhi_epi16(even, odd);
  StoreVector(to, _mm256_permute2x128_si256(low, high, 0x20));
  StoreVector(to + 16, _mm256_permute2x128_si256(low, high, 0x31));
}

// A pair of rows of up to sixteen codes, wherever they lie.
void PackTwoScattered(const uint8_t* x, const MatricesOfCodes& operand,
                      int64_t rows, int64_t columns, int16_t* to) {
  for (int64_t n = 0; n < 16; ++n) {
    for (int64_t k = 0; k < 2; ++k) {
      const bool is_code = n < columns && k < rows;
      to[2 * n + k] =
          is_code
              ? int16_t(x[k * operand.row_stride + n * operand.column_stride] -
                        operand.zero)
              : int16_t(0);
    }
  }
}

// Sixteen pairs of rows of sixteen columns, in each of which codes are
// neighbours: the pairs are dealt out.
void PackColumnsOf(const uint8_t* x, int64_t stride, int64_t pairs,
                   __m256i zero, int16_t* to) {
  for (int64_t n = 0; n < 16; ++n) {
    for (int64_t g = 0; g < pairs; g += 8) {
      int32_t dealt[8];
      StoreVector(dealt, WideCodes(x + n * stride + 2 * g, zero));
      for (int64_t i = 0; i < 8; ++i) {
        __builtin_memcpy(to + (g + i) * kGroupElements + 2 * n, &dealt[i], 4);
      }
    }
  }
}

void Avx2Products::Pack(const uint8_t* x, const MatricesOfCodes& operand,
                        int64_t rows, int64_t columns, int32_t, int16_t* to,
                        int32_t* base) {
  const __m256i zero = _mm256_set1_epi16(int16_t(operand.zero));
  const int64_t groups = DivideUp(rows, 2);
  for (int64_t n = 0; n < columns; n += 16, to += groups * kGroupElements) {
    const uint8_t* panel = x + n * operand.column_stride;
    const int64_t some = columns - n;
    int64_t g = 0;
    if (some >= 16 && operand.column_stride == 1) {
      for (; 2 * g + 2 <= rows; ++g) {
        PackTwoRows(panel + 2 * g * operand.row_stride, operand.row_stride,
                    zero, to + g * kGroupElements);
      }
    } else if (some >= 16 && operand.row_stride == 1) {
      g = rows / 16 * 8;
      PackColumnsOf(panel, operand.column_stride, g, zero, to);
    }
    for (; g < groups; ++g) {
      PackTwoScattered(panel + 2 * g * operand.row_stride, operand,
                       rows - 2 * g, some, to + g * kGroupElements);
    }
    StoreVector(base + n, Zero());
    StoreVector(base + n + 8, Zero());
  }
}

template <int kRows>
void Tile(const TileProduct<Avx2Products>& p) {
  __m256i sums[kRows][2];
#pragma GCC unroll 6
  for (int r = 0; r < kRows; ++r) {
    sums[r][0] = sums[r][1] = _mm256_setzero_si256();
  }
  const int16_t* x = p.x;
  const int16_t* w = p.w;
  for (int64_t g = 0; g < p.groups; ++g, x += 2, w += kGroupElements) {
#pragma GCC unroll 6
    for (int r = 0; r < kRows; ++r) {
      int32_t pair;
      __builtin_memcpy(&pair, x + r * p.stride, sizeof pair);
      const __m256i codes = _mm256_set1_epi32(pair);
#pragma GCC unroll 2
      for (int v = 0; v < 2; ++v) {
        sums[r][v] =
            _mm256_add_epi32(sums[r][v], MultiplyWidePairs(codes, w + 16 * v));
      }
    }
  }
#pragma GCC unroll 6
  for (int r = 0; r < kRows; ++r) {
    StoreVector(p.sums + r * p.sums_stride, sums[r][0]);
    StoreVector(p.sums + r * p.sums_stride + 8, sums[r][1]);
  }
}

void Avx2Products::Multiply(const TileProduct<Avx2Products>& whole,
                            int64_t rows, int64_t columns) {
  constexpr void (*kTiles[])(const TileProduct<Avx2Products>&) = {
      Tile<1>, Tile<2>, Tile<3>, Tile<4>, Tile<5>, Tile<6>};
  TileProduct<Avx2Products> p = whole;
  for (int64_t n = 0; n < columns; n += 16) {
    kTiles[rows - 1](p);
    p.w += p.groups * kGroupElements;
    p.sums += 16;
  }
}

}  // namespace
}  // namespace octet::kernels

#endif  // OCTET_KERNELS_PRODUCTS_OF_CODES_PRODUCTS_AVX2_H_
