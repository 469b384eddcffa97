#include <cmath>

#include "kernels/matmul_u8/matmul_u8.h"
#include "kernels/matmul_u8/matmul_u8_piece.h"
#include "kernels/split.h"

namespace octet::kernels {
namespace {

uint8_t Element(const MatMulU8Params& p, const uint8_t* a, const uint8_t* b) {
  int32_t sum = 0;
  for (int64_t k = 0; k < p.depth; ++k) {
    sum += (a[k] - p.a.zero) * (b[k * p.b.row_stride] - p.b.zero);
  }
  float steps = float(sum) * p.scale;
  const float low = float(-p.y_zero), high = float(255 - p.y_zero);
  steps = steps > low ? steps : low;
  steps = steps < high ? steps : high;
  return uint8_t(int32_t(std::nearbyint(steps)) + p.y_zero);
}

}  // namespace

void MatMulU8Reference(const MatMulU8Params& p, int64_t part, int64_t parts,
                       std::byte*) {
  const Piece pieces = PieceOf(MatMulU8Pieces(p), part, parts);
  for (int64_t i = pieces.begin; i < pieces.end; ++i) {
    const MatMulU8Piece piece = MatMulU8PieceAt(p, i);
    for (int64_t row = 0; row < piece.rows; ++row) {
      for (int64_t n = 0; n < piece.columns; ++n) {
        piece.y[row * p.y_row_stride + n] = Element(
            p, piece.a + row * p.a.row_stride, piece.b + n * p.b.column_stride);
      }
    }
  }
}

}  // namespace octet::kernels
