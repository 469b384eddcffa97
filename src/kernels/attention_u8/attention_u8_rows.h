// attention_u8 over a set of instructions. Internal linkage, so that files of
// any instruction set may include this.
//
// L gives lanes of floats (kernels/elementary) and
//
//   Code, Weight    elements of a left and of a packed operand
//   kGroup          products that one instruction adds up in a lane
//   Pack            an operand to Weights, and what its columns' sums start
//                   with, given the zero point of what they are multiplied by
//   Rows            a tile's rows of a as Codes, `stride` apart
//   Start           what the sums of a row of codes start with, given their sum
//   Multiply        a tile's sums
//   ToFloat, ToCodes, Add, Total, StoreShares, StoreBytes
//                   vectors of 32-bit integers, from memory and to it
//   KeepFirst       what it keeps of a vector; -inf behind
#ifndef OCTET_KERNELS_ATTENTION_U8_ATTENTION_U8_ROWS_H_
#define OCTET_KERNELS_ATTENTION_U8_ATTENTION_U8_ROWS_H_

#include <cstddef>
#include <cstdint>

#include "kernels/attention_u8/attention_u8.h"
#include "kernels/attention_u8/attention_u8_piece.h"
#include "kernels/elementary/functions.h"
#include "kernels/split.h"

namespace octet::kernels {
namespace {

// Sixteen columns of a product: `rows` rows of codes, each `stride` elements
// behind the one before, times panels.
template <typename L>
struct TileProduct {
  const typename L::Code* x;
  int64_t stride;
  int64_t groups;
  const typename L::Weight* w;
  const int32_t* base;   // by column
  const int32_t* start;  // by row
  int32_t* sums;
  int64_t sums_stride;
};

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
  const typename L::F sums = L::ToFloat(row.sums + j);
  const typename L::F add = kResidual ? L::Load(row.residual + j) : L::Set(0);
  const typename L::F scores = L::Fma(sums, L::Set(row.scale), add);
  const int64_t left = row.keys - j;
  return left >= L::kLanes ? scores : L::KeepFirst(scores, left);
}

// Writes a row of p, up to a whole vector, and returns its sum.
template <typename L, bool kResidual>
int32_t MakeShares(const ScoreRow<L>& row, typename L::Code* shares) {
  using F = typename L::F;
  // The operands' order lets no NaN through.
  F largest = L::Set(-__builtin_inff());
  for (int64_t j = 0; j < row.keys; j += L::kLanes) {
    largest = L::Max(ScoresAt<L, kResidual>(row, j), largest);
  }
  float lanes[L::kLanes];
  L::Store(lanes, largest);
  for (int64_t i = 1; i < L::kLanes; ++i) {
    if (lanes[i] > lanes[0]) lanes[0] = lanes[i];
  }
  largest = L::Set(lanes[0]);
  typename L::I total = L::Zero();
  for (int64_t j = 0; j < row.keys; j += L::kLanes) {
    const F below = L::Sub(ScoresAt<L, kResidual>(row, j), largest);
    const F power = L::Mul(below, L::Set(1.44269502f));
    const F bounded = L::Max(power, L::Set(-125.0f));
    const typename L::I codes =
        L::ToCodes(L::Mul(CoarseExp2<L>(bounded), L::Set(255.0f)));
    total = L::Add(total, codes);
    L::StoreShares(shares + j, codes);
  }
  return L::Total(total);
}

template <typename L>
void WriteRow(const AttentionU8Params& p, const int32_t* sums, int32_t total,
              uint8_t* y) {
  const float factor = total > 0 ? p.scale / float(total) : 0;
  const typename L::F low = L::Set(float(-p.y_zero));
  const typename L::F high = L::Set(float(255 - p.y_zero));
  for (int64_t n = 0; n < p.columns; n += L::kLanes) {
    const typename L::F steps = L::Mul(L::ToFloat(sums + n), L::Set(factor));
    const typename L::I codes = L::ToCodes(L::Min(L::Max(steps, low), high));
    L::StoreBytes(y + n, codes, p.y_zero, p.columns - n);
  }
}

template <typename L>
void RunTile(const AttentionU8Params& p, const AttentionU8Piece& piece,
             int64_t first, int64_t rows, const AttentionU8Scratch& s) {
  using Code = typename L::Code;
  using Weight = typename L::Weight;
  constexpr int64_t kRows = kAttentionTileRows;
  const int64_t keys = RoundUp(p.keys, kAttentionPanel);
  const int64_t columns = RoundUp(p.columns, kAttentionPanel);
  int64_t stride = p.a.row_stride;
  const uint8_t* a = piece.a + first * stride;
  int32_t start[kRows];
  for (int64_t r = 0; r < rows; ++r) {
    start[r] = L::Start(L::RowSum(a + r * stride, p.depth), p.b.zero);
  }
  const Code* x = L::Rows(a, p.a, rows, p.depth, s.a, &stride);
  L::Multiply(
      {x, stride, DivideUp(p.depth, L::kGroup),
       reinterpret_cast<const Weight*>(s.b), s.b_base, start, s.scores, keys},
      rows, keys);
  Code* shares = reinterpret_cast<Code*>(s.shares);
  int32_t totals[kRows];
  for (int64_t r = 0; r < rows; ++r) {
    const float* residual = nullptr;
    if (piece.residual != nullptr) {
      residual = piece.residual + (first + r) * p.residual_row_stride;
    }
    const ScoreRow<L> row = {s.scores + r * keys, p.keys, p.score_scale,
                             residual};
    Code* to = shares + r * keys;
    totals[r] = residual == nullptr ? MakeShares<L, false>(row, to)
                                    : MakeShares<L, true>(row, to);
    start[r] = L::Start(totals[r], p.c.zero);
  }
  L::Multiply(
      {shares, keys, DivideUp(p.keys, L::kGroup),
       reinterpret_cast<const Weight*>(s.c), s.c_base, start, s.sums, columns},
      rows, columns);
  for (int64_t r = 0; r < rows; ++r) {
    WriteRow<L>(p, s.sums + r * columns, totals[r],
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
    const int64_t tiles = DivideUp(rows, kAttentionTileRows);
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
