// The definition of quantize, dequantize and requantize: one element at a time.
#include "base/quant.h"
#include "kernels/quantize/quantize.h"
#include "kernels/split.h"

namespace octet::kernels {

void QuantizeReference(const QuantizeParams& p, int64_t part, int64_t parts,
                       std::byte*) {
  const Piece piece = PieceOf(p.rows * p.columns, part, parts);
  for (int64_t i = piece.begin; i < piece.end; ++i) {
    const int64_t row = i / p.columns, column = i % p.columns;
    const int64_t c = p.y_quant.per_channel ? column : 0;
    p.y[row * p.y_stride + column] =
        QuantizeU8(p.x[row * p.x_stride + column], p.y_quant.scale[c],
                   p.y_quant.zero_point[c]);
  }
}

void DequantizeReference(const DequantizeParams& p, int64_t part, int64_t parts,
                         std::byte*) {
  const Piece piece = PieceOf(p.rows * p.columns, part, parts);
  for (int64_t i = piece.begin; i < piece.end; ++i) {
    const int64_t row = i / p.columns, column = i % p.columns;
    const int64_t c = p.x_quant.per_channel ? column : 0;
    p.y[row * p.y_stride + column] =
        Dequantize(p.x[row * p.x_stride + column], p.x_quant.scale[c],
                   p.x_quant.zero_point[c]);
  }
}

void RequantizeReference(const RequantizeParams& p, int64_t part, int64_t parts,
                         std::byte*) {
  const Piece piece = PieceOf(p.rows * p.columns, part, parts);
  for (int64_t i = piece.begin; i < piece.end; ++i) {
    const int64_t row = i / p.columns, column = i % p.columns;
    const int64_t cx = p.x_quant.per_channel ? column : 0;
    const int64_t cy = p.y_quant.per_channel ? column : 0;
    const float real =
        Dequantize(p.x[row * p.x_stride + column], p.x_quant.scale[cx],
                   p.x_quant.zero_point[cx]);
    p.y[row * p.y_stride + column] =
        QuantizeU8(real, p.y_quant.scale[cy], p.y_quant.zero_point[cy]);
  }
}

}  // namespace octet::kernels
