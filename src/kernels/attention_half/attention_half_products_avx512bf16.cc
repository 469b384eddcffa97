#include <immintrin.h>

#include "kernels/attention_half/attention_half_products.h"
#include "kernels/elementary/lanes_avx512bf16.h"
#include "kernels/first_avx512.h"
#include "kernels/strided_copy/transpose_avx512.h"
#include "kernels/work.h"

namespace octet::kernels {
namespace {

using Lanes = Avx512Bf16Lanes;

constexpr int64_t kPairPanel = 2 * kHalfPanel;  // halves of a pair of rows

// Where a tile's sums go: to y with the residual added, or to halves.
struct Tile {
  const uint16_t* x;
  int64_t x_stride;
  int64_t pairs;
  const uint16_t* w;
  const float* residual;  // null: none
  int64_t residual_stride;
  float* y;  // null: halves
  int64_t y_stride;
  uint16_t* halves;
  int64_t halves_stride;
  int64_t columns;  // of halves that are left
};

[[gnu::always_inline]] inline void StoreColumns(uint16_t* y, __m512 sums,
                                                int64_t columns) {
  if (columns >= kHalfPanel) {
    Lanes::StoreHalves(y, sums);
  } else {
    Lanes::StoreFirstHalves(y, sums, columns);
  }
}

template <int kRows, int kPanels>
void Multiply(const Tile& tile) {
  const Tile t = tile;  // which stores below do not change
  __m512 sums[kRows][kPanels];
#pragma GCC unroll 6
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 4
    for (int v = 0; v < kPanels; ++v) sums[r][v] = _mm512_setzero_ps();
  }
  const int64_t panel = t.pairs * kPairPanel;
  const uint16_t* x = t.x;
  const uint16_t* w = t.w;
  for (int64_t i = 0; i < t.pairs; ++i, x += 2, w += kPairPanel) {
    __m512i weights[kPanels];
#pragma GCC unroll 4
    for (int v = 0; v < kPanels; ++v) {
      weights[v] = Lanes::LoadPairs(w + v * panel);
    }
#pragma GCC unroll 6
    for (int r = 0; r < kRows; ++r) {
      const __m512i pair = Lanes::Repeat(x + r * t.x_stride);
#pragma GCC unroll 4
      for (int v = 0; v < kPanels; ++v) {
        Lanes::AddDots(sums[r][v], pair, weights[v]);
      }
    }
  }
#pragma GCC unroll 6
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 4
    for (int v = 0; v < kPanels; ++v) {
      const int64_t n = v * kHalfPanel;
      if (t.y == nullptr) {
        StoreColumns(t.halves + r * t.halves_stride + n, sums[r][v],
                     t.columns - n);
        continue;
      }
      if (t.residual != nullptr) {
        sums[r][v] = _mm512_add_ps(
            sums[r][v],
            _mm512_loadu_ps(t.residual + r * t.residual_stride + n));
      }
      _mm512_storeu_ps(t.y + r * t.y_stride + n, sums[r][v]);
    }
  }
}

using TileFn = void (*)(const Tile&);
template <int kPanels>
constexpr TileFn kTiles[] = {Multiply<1, kPanels>, Multiply<2, kPanels>,
                             Multiply<3, kPanels>, Multiply<4, kPanels>,
                             Multiply<5, kPanels>, Multiply<6, kPanels>};

// Panels outside, so that a few stay in the first-level cache while all rows
// go by; rows in tiles of nearly one size.
void MultiplyAll(const ProductOfBf16& p, Tile whole) {
  const int64_t tiles = DivideUp(p.rows, kHalfTileRows);
  for (int64_t n = 0; n < p.columns;) {
    const int64_t panels = p.columns - n > 48 ? 4 : p.columns - n > 16 ? 2 : 1;
    const TileFn* fns = panels == 4   ? kTiles<4>
                        : panels == 2 ? kTiles<2>
                                      : kTiles<1>;
    for (int64_t i = 0; i < tiles; ++i) {
      const int64_t r = PartBegin(p.rows, i, tiles);
      Tile t = whole;
      t.x += r * t.x_stride;
      t.w += n * 2 * t.pairs;
      if (t.residual != nullptr) t.residual += r * t.residual_stride + n;
      if (t.y != nullptr) {
        t.y += r * t.y_stride + n;
      } else {
        t.halves += r * t.halves_stride + n;
      }
      t.columns -= n;
      fns[PartBegin(p.rows, i + 1, tiles) - r - 1](t);
    }
    n += panels * kHalfPanel;
  }
}

// Ones for the first n of 32.
[[gnu::always_inline]] inline __mmask32 FirstHalves(int64_t n) {
  return n >= 32 ? ~0u : (1u << n) - 1;
}

// As many as exist of sixteen neighbours, each as a 32-bit integer.
[[gnu::always_inline]] inline __m512i RowOf(const uint16_t* x, bool exists,
                                            __mmask16 some) {
  return _mm512_cvtepu16_epi32(
      _mm256_maskz_loadu_epi16(exists ? some : __mmask16(0), x));
}

// Rows side by side, so that one does not wait for what another adds up. What
// lies behind a row is made -inf, whose exponential is 0.
template <int kRows>
void NormalizeRows(float* x, int64_t n, int64_t stride, uint16_t* shares) {
  const __m512 none = Lanes::Set(-__builtin_inff());
  const __mmask16 behind = __mmask16(~FirstLanes((n - 1) % kHalfPanel + 1));
  __m512 largest[kRows], sum[kRows], factor[kRows];
#pragma GCC unroll 4
  for (int r = 0; r < kRows; ++r) {
    float* last = x + r * stride + (n - 1) / kHalfPanel * kHalfPanel;
    _mm512_mask_storeu_ps(last, behind, none);
    largest[r] = none;
    sum[r] = _mm512_setzero_ps();
  }
  for (int64_t i = 0; i < n; i += kHalfPanel) {
#pragma GCC unroll 4
    for (int r = 0; r < kRows; ++r) {
      largest[r] = Lanes::Max(largest[r], Lanes::Load(x + r * stride + i));
    }
  }
#pragma GCC unroll 4
  for (int r = 0; r < kRows; ++r) {
    largest[r] = Lanes::Set(_mm512_reduce_max_ps(largest[r]));
  }
  const __m512 log2e = Lanes::Set(-Lanes::kConstants[0]);
  for (int64_t i = 0; i < n; i += kHalfPanel) {
#pragma GCC unroll 4
    for (int r = 0; r < kRows; ++r) {
      float* at = x + r * stride + i;
      const __m512 e = Lanes::ExpForHalves(
          Lanes::Mul(Lanes::Sub(Lanes::Load(at), largest[r]), log2e));
      sum[r] = Lanes::Add(sum[r], e);
      Lanes::Store(at, e);
    }
  }
#pragma GCC unroll 4
  for (int r = 0; r < kRows; ++r) {
    factor[r] =
        Lanes::Div(Lanes::Set(1), Lanes::Set(_mm512_reduce_add_ps(sum[r])));
  }
  for (int64_t i = 0; i < n; i += kHalfPanel) {
#pragma GCC unroll 4
    for (int r = 0; r < kRows; ++r) {
      Lanes::StoreHalves(
          shares + r * stride + i,
          Lanes::Mul(Lanes::Load(x + r * stride + i), factor[r]));
    }
  }
}

}  // namespace

void PackBf16RowsAvx512Bf16(const uint16_t* x, int64_t stride, int64_t rows,
                            int64_t columns, uint16_t* to) {
  for (int64_t n = 0; n < columns; n += kHalfPanel) {
    const __mmask16 some = FirstLanes(columns - n);
    for (int64_t k = 0; k < rows; k += 2, to += kPairPanel) {
      const uint16_t* row = x + k * stride + n;
      const __m512i first = RowOf(row, true, some);
      const __m512i second = RowOf(row + stride, k + 1 < rows, some);
      _mm512_storeu_si512(
          to, _mm512_or_si512(first, _mm512_slli_epi32(second, 16)));
    }
  }
}

void PackBf16ColumnsAvx512Bf16(const uint16_t* x, int64_t stride, int64_t rows,
                               int64_t columns, uint16_t* to) {
  const int64_t pairs = DivideUp(rows, 2);
  for (int64_t n = 0; n < columns; n += kHalfPanel, to += pairs * kPairPanel) {
    for (int64_t k = 0; k < pairs; k += 16) {
      const __mmask32 some = FirstHalves(rows - 2 * k);
      __m512 block[16];
#pragma GCC unroll 16
      for (int64_t i = 0; i < 16; ++i) {
        const uint16_t* column = x + (n + i) * stride + 2 * k;
        block[i] = _mm512_castsi512_ps(_mm512_maskz_loadu_epi16(
            n + i < columns ? some : __mmask32(0), column));
      }
      TransposeLanes(block);
      const int64_t count = pairs - k < 16 ? pairs - k : 16;
#pragma GCC unroll 16
      for (int64_t i = 0; i < 16; ++i) {
        if (i < count) _mm512_storeu_ps(to + (k + i) * kPairPanel, block[i]);
      }
    }
  }
}

void ScoresOfBf16Avx512Bf16(const ProductOfBf16& p, const float* residual,
                            int64_t residual_stride, float* y,
                            int64_t y_stride) {
  Tile t{};
  t.x = p.x, t.x_stride = p.x_stride, t.pairs = p.pairs, t.w = p.w;
  t.residual = residual, t.residual_stride = residual_stride;
  t.y = y, t.y_stride = y_stride;
  MultiplyAll(p, t);
}

void ContextOfBf16Avx512Bf16(const ProductOfBf16& p, uint16_t* y,
                             int64_t y_stride) {
  Tile t{};
  t.x = p.x, t.x_stride = p.x_stride, t.pairs = p.pairs, t.w = p.w;
  t.halves = y, t.halves_stride = y_stride;
  t.columns = p.columns;
  MultiplyAll(p, t);
}

void SharesOfBf16Avx512Bf16(float* scores, int64_t rows, int64_t n,
                            int64_t stride, uint16_t* shares) {
  if (n == 0) return;
  int64_t r = 0;
  for (; r + 4 <= rows; r += 4) {
    NormalizeRows<4>(scores + r * stride, n, stride, shares + r * stride);
  }
  for (; r < rows; ++r) {
    NormalizeRows<1>(scores + r * stride, n, stride, shares + r * stride);
  }
}

}  // namespace octet::kernels
