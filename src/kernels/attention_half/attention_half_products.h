// Products of bf16 with vdpbf16ps, for attention_half: rows of halves times a
// packed operand, [panels][pairs][16][2], whose depth and columns are padded
// with zeros.
#ifndef OCTET_KERNELS_ATTENTION_HALF_ATTENTION_HALF_PRODUCTS_H_
#define OCTET_KERNELS_ATTENTION_HALF_ATTENTION_HALF_PRODUCTS_H_

#include <cstdint>

namespace octet::kernels {

// Columns of a panel.
inline constexpr int64_t kHalfPanel = 16;
// Rows that a tile takes: with four panels, the sums fill the registers.
inline constexpr int64_t kHalfTileRows = 6;

struct ProductOfBf16 {
  const uint16_t* x;  // rows of whole pairs
  int64_t x_stride;
  int64_t pairs;
  const uint16_t* w;
  int64_t rows, columns;
};

// `rows` rows of neighbours, `stride` apart, or as many columns of them.
void PackBf16RowsAvx512Bf16(const uint16_t* x, int64_t stride, int64_t rows,
                            int64_t columns, uint16_t* to);
void PackBf16ColumnsAvx512Bf16(const uint16_t* x, int64_t stride, int64_t rows,
                               int64_t columns, uint16_t* to);

// y = x w + residual in f32, in whole panels; columns behind the last mean
// nothing.
void ScoresOfBf16Avx512Bf16(const ProductOfBf16& p, const float* residual,
                            int64_t residual_stride, float* y,
                            int64_t y_stride);
// y = x w in bf16.
void ContextOfBf16Avx512Bf16(const ProductOfBf16& p, uint16_t* y,
                             int64_t y_stride);
// What softmax makes of rows of n scores, in bf16 and with zeros to a whole
// panel behind them; exponentials are within 2^-13 and take the scores' place.
// Both have rows of whole panels, `stride` apart.
void SharesOfBf16Avx512Bf16(float* scores, int64_t rows, int64_t n,
                            int64_t stride, uint16_t* shares);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_ATTENTION_HALF_ATTENTION_HALF_PRODUCTS_H_
