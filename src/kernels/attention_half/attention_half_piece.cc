#include "kernels/attention_half/attention_half_piece.h"

#include <algorithm>

#include "kernels/batch.h"
#include "kernels/row_blocks.h"

namespace octet::kernels {
namespace {

int64_t GatheredOf(const MatricesOfHalves& operand, int64_t elements) {
  const bool lies_in_lines =
      operand.row_stride == 1 || operand.column_stride == 1;
  return lies_in_lines ? 0 : elements;
}

HalfMatrix MatrixOf(const MatricesOfHalves& operand, int64_t offset,
                    int64_t rows, int64_t columns, uint16_t* gathered) {
  const HalfMatrix matrix{operand.at + offset, rows, columns,
                          operand.row_stride, operand.column_stride};
  if (GatheredOf(operand, rows * columns) == 0) return matrix;
  for (int64_t i = 0; i < rows; ++i) {
    for (int64_t j = 0; j < columns; ++j) {
      gathered[i * columns + j] =
          matrix.at[i * matrix.row_stride + j * matrix.column_stride];
    }
  }
  return {gathered, rows, columns, columns, 1};
}

}  // namespace

int64_t AttentionHalfPieces(const AttentionHalfParams& p) {
  return RowBlocks(Batches(p.batch, p.batch_rank), p.rows);
}

int64_t GatheredHalves(const AttentionHalfParams& p) {
  return GatheredOf(p.b, p.depth * p.keys) +
         GatheredOf(p.c, p.keys * p.columns);
}

AttentionHalfPiece AttentionHalfPieceAt(const AttentionHalfParams& p, int64_t i,
                                        uint16_t* gathered) {
  const auto [batch, first, end] = RowBlockAt(p.rows, i);
  const auto offset = [&](const int64_t* strides) {
    return BatchOffset(p.batch, p.batch_rank, strides, batch);
  };
  AttentionHalfPiece piece{};
  piece.rows = end - first;
  piece.a = p.a.at + offset(p.a.batch_stride) + first * p.a.row_stride;
  piece.b = MatrixOf(p.b, offset(p.b.batch_stride), p.depth, p.keys, gathered);
  piece.c = MatrixOf(p.c, offset(p.c.batch_stride), p.keys, p.columns,
                     gathered + GatheredOf(p.b, p.depth * p.keys));
  if (p.residual != nullptr) {
    piece.residual = p.residual + offset(p.residual_batch_stride) +
                     first * p.residual_row_stride;
  }
  piece.y = p.y + offset(p.y_batch_stride) + first * p.y_row_stride;
  return piece;
}

int64_t AttentionHalfRows(const AttentionHalfParams& p, int64_t scores,
                          int64_t least) {
  const int64_t most = scores / std::max<int64_t>(1, p.keys);
  return std::min(std::max<int64_t>(1, p.rows), std::max(least, most));
}

}  // namespace octet::kernels
