#include <algorithm>

#include "kernels/attention_half/attention_half_ways.h"
#include "kernels/cast/half_rows.h"
#include "kernels/scratch_dealer.h"
#include "kernels/softmax_f32/softmax_f32.h"

namespace octet::kernels {
namespace {

// As attention_f32: scores that stay in a small second-level cache, and rows
// that are worth packing b and c for.
constexpr int64_t kMostScores = int64_t{1} << 15;
constexpr int64_t kLeastRows = 48;

struct Scratch {
  float* b;
  float* c;
  float* a;          // some rows
  float* scores;     // of as many
  float* y;          // of as many
  uint16_t* shares;  // of one row
  std::byte* packed;
  int64_t bytes;
};

int64_t RowsAtOnce(const AttentionHalfParams& p) {
  return AttentionHalfRows(p, kMostScores, kLeastRows);
}

// A product of dense matrices; b as the widened operand lies.
MatMulF32Params ProductOf(int64_t rows, int64_t depth, int64_t columns,
                          const MatricesOfHalves& b) {
  MatMulF32Params product{};
  product.m = rows, product.k = depth, product.n = columns;
  product.a_row_stride = depth;
  const bool by_columns = b.row_stride == 1 && b.column_stride != 1;
  product.b_row_stride = by_columns ? 1 : columns;
  product.b_column_stride = by_columns ? depth : 1;
  product.y_row_stride = columns;
  return product;
}

Scratch LayOut(const AttentionHalfParams& p, std::byte* scratch) {
  const int64_t rows = RowsAtOnce(p);
  ScratchDealer deal{reinterpret_cast<uintptr_t>(scratch)};
  Scratch s{};
  deal.Place(&s.b, p.depth * p.keys);
  deal.Place(&s.c, p.keys * p.columns);
  deal.Place(&s.a, rows * p.depth);
  deal.Place(&s.scores, rows * p.keys);
  deal.Place(&s.y, rows * p.columns);
  deal.Place(&s.shares, p.keys);
  const MatMulF32Params scores = ProductOf(rows, p.depth, p.keys, p.b);
  const MatMulF32Params context = ProductOf(rows, p.keys, p.columns, p.c);
  deal.Place(&s.packed, std::max(PlanMatMulF32(scores, 1).scratch_bytes,
                                 PlanMatMulF32(context, 1).scratch_bytes));
  s.bytes = int64_t(deal.at - reinterpret_cast<uintptr_t>(scratch));
  return s;
}

// Line by line, whichever way they lie.
void WidenMatrix(const HalfRows& halves, const HalfMatrix& x, float* to) {
  const bool by_columns = x.row_stride == 1 && x.column_stride != 1;
  const int64_t lines = by_columns ? x.columns : x.rows;
  const int64_t length = by_columns ? x.rows : x.columns;
  const int64_t stride = by_columns ? x.column_stride : x.row_stride;
  for (int64_t i = 0; i < lines; ++i) {
    halves.widen(x.at + i * stride, to + i * length, length);
  }
}

// Rows from `first` on, b and c being widened.
void AttendRows(CpuLevel level, const AttentionHalfParams& p,
                const AttentionHalfPiece& piece, int64_t first, int64_t rows,
                const Scratch& s) {
  const HalfRows& halves = FindHalfRows(p.half, level);
  WidenMatrix(
      halves,
      {piece.a + first * p.a.row_stride, rows, p.depth, p.a.row_stride, 1},
      s.a);
  MatMulF32Params scores = ProductOf(rows, p.depth, p.keys, p.b);
  scores.a = s.a, scores.b = s.b, scores.y = s.scores;
  if (piece.residual != nullptr) {
    scores.residual = piece.residual + first * p.residual_row_stride;
    scores.residual_row_stride = p.residual_row_stride;
  }
  FindMatMulF32(level)(scores, 0, 1, s.packed);

  const SoftmaxF32Params softmax{rows, p.keys,   1,      s.scores, p.keys,
                                 1,    s.scores, p.keys, 1};
  FindSoftmaxF32(level)(softmax, 0, 1, s.packed);
  for (int64_t i = 0; i < rows; ++i) {
    halves.narrow(s.scores + i * p.keys, s.shares, p.keys);
    halves.widen(s.shares, s.scores + i * p.keys, p.keys);
  }

  MatMulF32Params context = ProductOf(rows, p.keys, p.columns, p.c);
  context.a = s.scores, context.b = s.c, context.y = s.y;
  FindMatMulF32(level)(context, 0, 1, s.packed);
  for (int64_t i = 0; i < rows; ++i) {
    halves.narrow(s.y + i * p.columns, piece.y + (first + i) * p.y_row_stride,
                  p.columns);
  }
}

}  // namespace

void AttendWidened(CpuLevel level, const AttentionHalfParams& p,
                   const AttentionHalfPiece& piece, std::byte* scratch) {
  const Scratch s = LayOut(p, scratch);
  const HalfRows& halves = FindHalfRows(p.half, level);
  WidenMatrix(halves, piece.b, s.b);
  WidenMatrix(halves, piece.c, s.c);
  const int64_t step = RowsAtOnce(p);
  for (int64_t first = 0; first < piece.rows; first += step) {
    AttendRows(level, p, piece, first, std::min(step, piece.rows - first), s);
  }
}

int64_t AttendWidenedScratch(const AttentionHalfParams& p) {
  return LayOut(p, nullptr).bytes;
}

}  // namespace octet::kernels
