// attention_u8 over a set of instructions. Internal linkage, so that files of
// any instruction set may include this.
//
// L gives what products of codes need (kernels/products_of_codes) and
//
//   Total           of a vector's 32-bit integers
//   StoreShares     such a vector as Codes
//   KeepFirst       the first lanes of a vector; -inf behind
//   Largest         of its lanes
#ifndef OCTET_KERNELS_ATTENTION_U8_ATTENTION_U8_ROWS_H_
#define OCTET_KERNELS_ATTENTION_U8_ATTENTION_U8_ROWS_H_

#include <cstddef>
#include <cstdint>

#include "kernels/attention_u8/attention_u8.h"
#include "kernels/attention_u8/attention_u8_piece.h"
#include "kernels/elementary/functions.h"
#include "kernels/products_of_codes/products_lanes.h"
#include "kernels/split.h"

namespace octet::kernels {
namespace {

template <typename L>
struct ScoreRow {
  const int32_t* sums;
  int64_t keys;
  float scale;
  const float* residual;  // null: none
};

template <typename L, bool kResidual>
[[gnu::always_inline]] inline typename L::F ScoresAt(const ScoreRow<L>& row,
                                                     int64_t j) {
  const typename L::F add = kResidual ? L::Load(row.residual + j) : L::Set(0);
  return L::Fma(L::ToFloat(row.sums + j), L::Set(row.scale), add);
}

// The last vector of a row.
template <typename L, bool kResidual>
[[gnu::always_inline]] inline typename L::F LastScores(const ScoreRow<L>& row,
                                                       int64_t j) {
  return L::KeepFirst(ScoresAt<L, kResidual>(row, j), row.keys - j);
}

template <typename L, bool kResidual>
[[gnu::always_inline]] inline float LargestScore(const ScoreRow<L>& row) {
  // The operands' order lets no NaN through.
  typename L::F largest = L::Set(-__builtin_inff());
  int64_t j = 0;
  for (; j + L::kLanes < row.keys; j += L::kLanes) {
    largest = L::Max(ScoresAt<L, kResidual>(row, j), largest);
  }
  return L::Largest(L::Max(LastScores<L, kResidual>(row, j), largest));
}

template <typename L>
[[gnu::always_inline]] inline typename L::I SharesOf(typename L::F scores,
                                                     typename L::F largest) {
  const typename L::F power =
      L::Mul(L::Sub(scores, largest), L::Set(1.44269502f));
  const typename L::F bounded = L::Max(power, L::Set(-125.0f));
  return L::ToCodes(L::Mul(CoarseExp2<L>(bounded), L::Set(255.0f)));
}

// Writes a row of p, up to a whole vector, and returns its sum.
template <typename L, bool kResidual>
[[gnu::always_inline]] inline int32_t MakeShares(const ScoreRow<L>& row,
                                                 float largest,
                                                 typename L::Code* shares) {
  const typename L::F most = L::Set(largest);
  typename L::I total = L::Zero();
  int64_t j = 0;
  for (; j + L::kLanes < row.keys; j += L::kLanes) {
    const typename L::I codes =
        SharesOf<L>(ScoresAt<L, kResidual>(row, j), most);
    total = L::Add(total, codes);
    L::StoreShares(shares + j, codes);
  }
  const typename L::I codes =
      SharesOf<L>(LastScores<L, kResidual>(row, j), most);
  L::StoreShares(shares + j, codes);
  return L::Total(L::Add(total, codes));
}

// Rows of p, `stride` apart, and their sums. All maxima come first: nothing
// waits for one that way.
template <typename L, bool kResidual>
void MakeRowsOfShares(ScoreRow<L> row, int64_t residual_stride, int64_t rows,
                      int64_t stride, typename L::Code* shares,
                      int32_t* totals) {
  float largest[kCodeTileRows];
  ScoreRow<L> at = row;
  for (int64_t r = 0; r < rows; ++r) {
    largest[r] = LargestScore<L, kResidual>(at);
    at.sums += stride;
    at.residual += residual_stride;
  }
  for (int64_t r = 0; r < rows; ++r) {
    totals[r] = MakeShares<L, kResidual>(row, largest[r], shares + r * stride);
    row.sums += stride;
    row.residual += residual_stride;
  }
}

template <typename L>
void RunTile(const AttentionU8Params& p, const AttentionU8Piece& piece,
             int64_t first, int64_t rows, const AttentionU8Scratch& s) {
  using Code = typename L::Code;
  using Weight = typename L::Weight;
  const int64_t keys = RoundUp(p.keys, kCodePanel);
  const int64_t columns = RoundUp(p.columns, kCodePanel);
  MultiplyCodes<L>(p.a, {piece.a + first * p.a.row_stride, rows, p.depth, s.a},
                   {s.b, s.b_base, p.b.zero, keys}, s.scores);
  Code* shares = reinterpret_cast<Code*>(s.shares);
  int32_t totals[kCodeTileRows] = {}, start[kCodeTileRows];
  ScoreRow<L> row = {s.scores, p.keys, p.score_scale, piece.residual};
  if (p.keys > 0 && piece.residual == nullptr) {
    MakeRowsOfShares<L, false>(row, 0, rows, keys, shares, totals);
  } else if (p.keys > 0) {
    row.residual += first * p.residual_row_stride;
    MakeRowsOfShares<L, true>(row, p.residual_row_stride, rows, keys, shares,
                              totals);
  }
  for (int64_t r = 0; r < rows; ++r) {
    start[r] = L::Start(totals[r], p.c.zero);
  }
  L::Multiply(
      {shares, keys, DivideUp(p.keys, L::kGroup),
       reinterpret_cast<const Weight*>(s.c), s.c_base, start, s.sums, columns},
      rows, columns);
  for (int64_t r = 0; r < rows; ++r) {
    const float factor = totals[r] > 0 ? p.scale / float(totals[r]) : 0;
    WriteCodes<L>(s.sums + r * columns, p.columns, factor, p.y_zero,
                  piece.y + (first + r) * p.y_row_stride);
  }
}

template <typename L>
void RunAttentionU8(const AttentionU8Params& p, int64_t part, int64_t parts,
                    std::byte* scratch) {
  using Weight = typename L::Weight;
  const AttentionU8Scratch s = LayOutAttentionU8(p, scratch);
  const Piece pieces = PieceOf(AttentionU8Pieces(p), part, parts);
  for (int64_t i = pieces.begin; i < pieces.end; ++i) {
    const AttentionU8Piece piece = AttentionU8PieceAt(p, i);
    L::Pack(piece.b, p.b, p.depth, p.keys, p.a.zero,
            reinterpret_cast<Weight*>(s.b), s.b_base);
    L::Pack(piece.c, p.c, p.keys, p.columns, 0, reinterpret_cast<Weight*>(s.c),
            s.c_base);
    const int64_t rows = piece.end - piece.first;
    const int64_t tiles = DivideUp(rows, kCodeTileRows);
    for (int64_t t = 0; t < tiles; ++t) {
      const int64_t first = PartBegin(rows, t, tiles);
      const int64_t end = PartBegin(rows, t + 1, tiles);
      RunTile<L>(p, piece, piece.first + first, end - first, s);
    }
  }
}

}  // namespace
}  // namespace octet::kernels

#endif  // OCTET_KERNELS_ATTENTION_U8_ATTENTION_U8_ROWS_H_
