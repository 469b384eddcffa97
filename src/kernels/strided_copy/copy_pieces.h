// The pieces of a copy that a level of instructions does faster than portable
// code: strided_copy_blocked's loops call them.
#ifndef OCTET_KERNELS_STRIDED_COPY_COPY_PIECES_H_
#define OCTET_KERNELS_STRIDED_COPY_COPY_PIECES_H_

#include <cstddef>
#include <cstdint>

#include "kernels/strided_copy/strided_copy.h"

namespace octet::kernels {

// Sides of the blocks that a transpose is cut into.
inline constexpr int64_t kCopyBlock = 16;

// Null: portable code.
struct CopyPieces {
  // y[i * y_step + j] = x[j * x_step + i], i < columns, j < rows, neither more
  // than kCopyBlock.
  void (*transpose_words)(const uint32_t* x, int64_t x_step, uint32_t* y,
                          int64_t y_step, int64_t rows, int64_t columns);
  // Three planes x_step apart to pixels: y[3 * i + j] = x[j * x_step + i].
  void (*interleave_bytes)(const uint8_t* x, int64_t x_step, uint8_t* y,
                           int64_t pixels);
  void (*interleave_words)(const uint32_t* x, int64_t x_step, uint32_t* y,
                           int64_t pixels);
};
extern const CopyPieces kCopyPiecesAvx2;
extern const CopyPieces kCopyPiecesAvx512Vnni;

// Works on what Simplified leaves: whole runs, square blocks of a transpose, or
// the reference's loops.
void RunStridedCopy(const CopyPieces& pieces, const StridedCopyParams& params,
                    int64_t part, int64_t parts);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_STRIDED_COPY_COPY_PIECES_H_
