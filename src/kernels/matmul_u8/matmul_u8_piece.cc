#include "kernels/matmul_u8/matmul_u8_piece.h"

#include <algorithm>

#include "kernels/batch.h"
#include "kernels/row_blocks.h"
#include "kernels/scratch_dealer.h"
#include "kernels/split.h"

namespace octet::kernels {
namespace {

// Packed codes of a piece: they are to stay in a cache of the second level.
constexpr int64_t kMostPacked = 1 << 18;
// Columns of the widest tile.
constexpr int64_t kTileColumns = 4 * kCodePanel;

// At most, in whole tiles.
int64_t ColumnsOfPiece(const MatMulU8Params& p) {
  const int64_t fit = kMostPacked / std::max<int64_t>(p.depth, 1);
  return std::max<int64_t>(fit / kTileColumns, 1) * kTileColumns;
}

int64_t ColumnBlocks(const MatMulU8Params& p) {
  return DivideUp(p.columns, ColumnsOfPiece(p));
}

}  // namespace

MatMulU8Scratch LayOutMatMulU8(const MatMulU8Params& p, std::byte* scratch) {
  const int64_t columns =
      std::min(ColumnsOfPiece(p), RoundUp(p.columns, kCodePanel));
  const int64_t depth = RoundUp(p.depth, 4);
  ScratchDealer deal{reinterpret_cast<uintptr_t>(scratch)};
  MatMulU8Scratch s{};
  deal.Place(&s.b, columns * depth);
  deal.Place(&s.b_base, columns);
  deal.Place(&s.a, kCodeTileRows * depth);
  deal.Place(&s.sums, kCodeTileRows * columns);
  s.bytes = int64_t(deal.at - reinterpret_cast<uintptr_t>(scratch));
  return s;
}

int64_t MatMulU8Pieces(const MatMulU8Params& p) {
  return RowBlocks(Batches(p.batch, p.batch_rank), p.rows) * ColumnBlocks(p);
}

MatMulU8Piece MatMulU8PieceAt(const MatMulU8Params& p, int64_t i) {
  const int64_t blocks = ColumnBlocks(p);
  const RowBlock rows = RowBlockAt(p.rows, i / blocks);
  const Piece columns = PieceOf(p.columns, i % blocks, blocks, kTileColumns);
  const auto offset = [&](const int64_t* strides) {
    return BatchOffset(p.batch, p.batch_rank, strides, rows.batch);
  };
  MatMulU8Piece piece{};
  piece.rows = rows.end - rows.first;
  piece.columns = columns.end - columns.begin;
  piece.a = p.a.at + offset(p.a.batch_stride) + rows.first * p.a.row_stride;
  piece.b =
      p.b.at + offset(p.b.batch_stride) + columns.begin * p.b.column_stride;
  piece.y = p.y + offset(p.y_batch_stride) + rows.first * p.y_row_stride +
            columns.begin;
  return piece;
}

}  // namespace octet::kernels
