#include "kernels/attention_u8/attention_u8_piece.h"

#include "kernels/batch.h"
#include "kernels/row_blocks.h"
#include "kernels/scratch_dealer.h"

namespace octet::kernels {
namespace {

int64_t OffsetOf(const AttentionU8Params& p, const int64_t* strides,
                 int64_t batch) {
  return BatchOffset(p.batch, p.batch_rank, strides, batch);
}

}  // namespace

AttentionU8Scratch LayOutAttentionU8(const AttentionU8Params& p,
                                     std::byte* scratch) {
  const int64_t keys = RoundUp(p.keys, kCodePanel);
  const int64_t columns = RoundUp(p.columns, kCodePanel);
  const int64_t depth = RoundUp(p.depth, 4);
  ScratchDealer deal{reinterpret_cast<uintptr_t>(scratch)};
  AttentionU8Scratch s{};
  deal.Place(&s.b, keys * depth);
  deal.Place(&s.c, columns * RoundUp(p.keys, 4));
  deal.Place(&s.b_base, keys);
  deal.Place(&s.c_base, columns);
  deal.Place(&s.a, kCodeTileRows * depth);
  deal.Place(&s.scores, kCodeTileRows * keys);
  deal.Place(&s.shares, kCodeTileRows * keys);
  deal.Place(&s.sums, kCodeTileRows * columns);
  s.bytes = int64_t(deal.at - reinterpret_cast<uintptr_t>(scratch));
  return s;
}

int64_t AttentionU8Pieces(const AttentionU8Params& p) {
  return RowBlocks(Batches(p.batch, p.batch_rank), p.rows);
}

AttentionU8Piece AttentionU8PieceAt(const AttentionU8Params& p, int64_t i) {
  const auto [batch, first, end] = RowBlockAt(p.rows, i);
  AttentionU8Piece piece{};
  piece.first = first;
  piece.end = end;
  piece.a = p.a.at + OffsetOf(p, p.a.batch_stride, batch);
  piece.b = p.b.at + OffsetOf(p, p.b.batch_stride, batch);
  piece.c = p.c.at + OffsetOf(p, p.c.batch_stride, batch);
  if (p.residual != nullptr) {
    piece.residual = p.residual + OffsetOf(p, p.residual_batch_stride, batch);
  }
  piece.y = p.y + OffsetOf(p, p.y_batch_stride, batch);
  return piece;
}

}  // namespace octet::kernels
