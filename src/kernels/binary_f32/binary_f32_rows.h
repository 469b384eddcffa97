// The inner loops of binary_f32, and the loops around them.
#ifndef OCTET_KERNELS_BINARY_F32_BINARY_F32_ROWS_H_
#define OCTET_KERNELS_BINARY_F32_BINARY_F32_ROWS_H_

#include <cstddef>
#include <cstdint>

#include "kernels/binary_f32/binary_f32.h"
#include "kernels/float_epilogue/float_epilogue.h"
#include "kernels/quantize/quantize_rows.h"

namespace octet::kernels {

// Rows of neighbouring results: y[i] = after(op(a[i * a_step], b[i * b_step])),
// a step being 1 or 0.
struct BinaryF32Rows {
  BinaryOp op;  // not kPow
  TileClamp after;
  int64_t rows, columns;
  const float* a;
  int64_t a_row_stride, a_step;
  const float* b;
  int64_t b_row_stride, b_step;
  float* y;
  int64_t y_row_stride;
};

void BinaryF32RowsAvx2(const BinaryF32Rows& rows);
void BinaryF32RowsAvx512Vnni(const BinaryF32Rows& rows);

// What one level computes with.
struct BinaryF32Level {
  void (*rows)(const BinaryF32Rows& rows);
  TileFunctionFn elementary, elementary_for_codes;
  const QuantizeRowFns& conversions;
};

// Bytes of scratch that RunBinaryF32 needs.
int64_t BinaryF32Scratch(const BinaryF32Params& params);

// Part `part` of `parts` by one level's functions; by the reference where the
// operands' last axes have gaps, or for kPow.
void RunBinaryF32(const BinaryF32Level& level, const BinaryF32Params& params,
                  int64_t part, int64_t parts, std::byte* scratch);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_BINARY_F32_BINARY_F32_ROWS_H_
