// How a product is cut into pieces, and where a worker keeps what.
#ifndef OCTET_KERNELS_MATMUL_U8_MATMUL_U8_PIECE_H_
#define OCTET_KERNELS_MATMUL_U8_MATMUL_U8_PIECE_H_

#include <cstddef>
#include <cstdint>

#include "kernels/matmul_u8/matmul_u8.h"

namespace octet::kernels {

// A worker's scratch; b is packed as in products_of_codes.
struct MatMulU8Scratch {
  int16_t* b;       // packed columns of a piece
  int32_t* b_base;  // by column: what its sums start with
  int16_t* a;       // tile rows of codes
  int32_t* sums;    // tile rows of columns
  int64_t bytes;
};
MatMulU8Scratch LayOutMatMulU8(const MatMulU8Params& params,
                               std::byte* scratch);

// One piece: some rows by some columns of a batch, whose matrices begin here.
struct MatMulU8Piece {
  int64_t rows, columns;
  const uint8_t* a;
  const uint8_t* b;
  uint8_t* y;
};
int64_t MatMulU8Pieces(const MatMulU8Params& params);
MatMulU8Piece MatMulU8PieceAt(const MatMulU8Params& params, int64_t i);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_MATMUL_U8_MATMUL_U8_PIECE_H_
