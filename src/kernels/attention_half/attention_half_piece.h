// How an attention is cut into pieces: rows of one head, with what they read.
#ifndef OCTET_KERNELS_ATTENTION_HALF_ATTENTION_HALF_PIECE_H_
#define OCTET_KERNELS_ATTENTION_HALF_ATTENTION_HALF_PIECE_H_

#include <cstdint>

#include "kernels/attention_half/attention_half.h"

namespace octet::kernels {

// A matrix of halves; either its rows or its columns lie without gaps between
// elements.
struct HalfMatrix {
  const uint16_t* at;
  int64_t rows, columns;
  int64_t row_stride, column_stride;
};

struct AttentionHalfPiece {
  int64_t rows;
  const uint16_t* a;
  HalfMatrix b, c;
  const float* residual;  // null: none
  uint16_t* y;
};

int64_t AttentionHalfPieces(const AttentionHalfParams& params);
// Copies what lies scattered to `gathered`, GatheredHalves elements.
AttentionHalfPiece AttentionHalfPieceAt(const AttentionHalfParams& params,
                                        int64_t i, uint16_t* gathered);
int64_t GatheredHalves(const AttentionHalfParams& params);

// Rows whose scores are kept at once: as many as there are `scores` for, but
// at least `least`.
int64_t AttentionHalfRows(const AttentionHalfParams& params, int64_t scores,
                          int64_t least);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_ATTENTION_HALF_ATTENTION_HALF_PIECE_H_
