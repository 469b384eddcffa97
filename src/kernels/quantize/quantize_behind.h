// Rows that a float kernel makes as codes: some at a time, which are quantized
// while they are in the first-level cache.
#ifndef OCTET_KERNELS_QUANTIZE_QUANTIZE_BEHIND_H_
#define OCTET_KERNELS_QUANTIZE_QUANTIZE_BEHIND_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "kernels/quantize/quantize.h"
#include "kernels/split.h"

namespace octet::kernels {

struct RowsOfCodes {
  int64_t rows, columns;
  uint8_t* y;
  int64_t y_stride;
  ChannelQuant quant;
  int64_t at_once;  // rows that are made together
};

// Bytes of scratch that QuantizeBehind needs: kernels may read beyond the end.
inline int64_t QuantizeBehindScratch(const RowsOfCodes& rows) {
  return rows.at_once * rows.columns * int64_t(sizeof(float)) + 64;
}

// Part `part` of `parts`. make(first, n, y) writes rows [first, first + n) to
// y, without gaps, and their bits do not depend on n.
template <typename Make>
void QuantizeBehind(const RowsOfCodes& rows, KernelFn<QuantizeParams> quantize,
                    int64_t part, int64_t parts, std::byte* scratch,
                    const Make& make) {
  float* const floats = reinterpret_cast<float*>(scratch);
  const Piece piece = PieceOf(rows.rows, part, parts, rows.at_once);
  for (int64_t row = piece.begin; row < piece.end; row += rows.at_once) {
    const int64_t n = std::min(rows.at_once, piece.end - row);
    make(row, n, floats);
    quantize({n, rows.columns, floats, rows.columns,
              rows.y + row * rows.y_stride, rows.y_stride, rows.quant},
             0, 1, nullptr);
  }
}

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_QUANTIZE_QUANTIZE_BEHIND_H_
