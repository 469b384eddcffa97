// An operand of products of computed codes, and how large their tiles are.
#ifndef OCTET_KERNELS_PRODUCTS_OF_CODES_MATRICES_OF_CODES_H_
#define OCTET_KERNELS_PRODUCTS_OF_CODES_MATRICES_OF_CODES_H_

#include <cstdint>

#include "kernels/matmul_f32/matmul_f32.h"

namespace octet::kernels {

// Matrices of codes, one for each batch. Distances in elements.
struct MatricesOfCodes {
  const uint8_t* at;
  int64_t batch_stride[kMaxMatMulBatchRank];
  int64_t row_stride;
  int64_t column_stride = 1;
  int32_t zero;
};

// Rows that a tile takes: with four panels, the sums fill the vector registers.
inline constexpr int64_t kCodeTileRows = 6;
// Columns of an operand that are packed side by side.
inline constexpr int64_t kCodePanel = 16;

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_PRODUCTS_OF_CODES_MATRICES_OF_CODES_H_
