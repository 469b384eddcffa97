#include <algorithm>

#include "kernels/attention_half/attention_half_products.h"
#include "kernels/attention_half/attention_half_ways.h"
#include "kernels/scratch_dealer.h"

namespace octet::kernels {
namespace {

// Scores of some rows, their shares and some panels of b or c stay in the
// first two levels of cache.
constexpr int64_t kMostScores = int64_t{1} << 13;
constexpr int64_t kLeastRows = 4 * kHalfTileRows;

struct Scratch {
  uint16_t* b;       // packed
  uint16_t* c;       // packed
  uint16_t* a;       // some rows, of whole pairs
  float* scores;     // of as many
  uint16_t* shares;  // of as many
  int64_t bytes;
};

int64_t RowsAtOnce(const AttentionHalfParams& p) {
  return AttentionHalfRows(p, kMostScores, kLeastRows);
}

int64_t PackedHalves(int64_t rows, int64_t columns) {
  return RoundUp(rows, 2) * RoundUp(columns, kHalfPanel);
}

Scratch LayOut(const AttentionHalfParams& p, std::byte* scratch) {
  const int64_t rows = RowsAtOnce(p), keys = RoundUp(p.keys, kHalfPanel);
  ScratchDealer deal{reinterpret_cast<uintptr_t>(scratch)};
  Scratch s{};
  deal.Place(&s.b, PackedHalves(p.depth, p.keys));
  deal.Place(&s.c, PackedHalves(p.keys, p.columns));
  deal.Place(&s.a, rows * RoundUp(p.depth, 2));
  deal.Place(&s.scores, rows * keys);
  deal.Place(&s.shares, rows * keys);
  s.bytes = int64_t(deal.at - reinterpret_cast<uintptr_t>(scratch));
  return s;
}

void Pack(const HalfMatrix& x, uint16_t* to) {
  if (x.column_stride == 1) {
    PackBf16RowsAvx512Bf16(x.at, x.row_stride, x.rows, x.columns, to);
  } else {
    PackBf16ColumnsAvx512Bf16(x.at, x.column_stride, x.rows, x.columns, to);
  }
}

// Rows of a as pairs. Where the depth is odd, what lies behind a row would be
// multiplied by zeros, and it may be infinite.
const uint16_t* PairsOf(const AttentionHalfParams& p, const uint16_t* a,
                        int64_t rows, uint16_t* pairs) {
  if (p.depth % 2 == 0) return a;
  for (int64_t i = 0; i < rows; ++i, pairs += p.depth + 1) {
    std::copy_n(a + i * p.a.row_stride, p.depth, pairs);
    pairs[p.depth] = 0;
  }
  return pairs - rows * (p.depth + 1);
}

// Rows from `first` on, b and c being packed.
void AttendRows(const AttentionHalfParams& p, const AttentionHalfPiece& piece,
                int64_t first, int64_t rows, const Scratch& s) {
  const int64_t keys = RoundUp(p.keys, kHalfPanel);
  const uint16_t* a = PairsOf(p, piece.a + first * p.a.row_stride, rows, s.a);
  const int64_t a_stride = p.depth % 2 == 0 ? p.a.row_stride : p.depth + 1;
  const float* residual = piece.residual;
  if (residual != nullptr) residual += first * p.residual_row_stride;
  ScoresOfBf16Avx512Bf16({a, a_stride, DivideUp(p.depth, 2), s.b, rows, p.keys},
                         residual, p.residual_row_stride, s.scores, keys);

  SharesOfBf16Avx512Bf16(s.scores, rows, p.keys, keys, s.shares);
  ContextOfBf16Avx512Bf16(
      {s.shares, keys, DivideUp(p.keys, 2), s.c, rows, p.columns},
      piece.y + first * p.y_row_stride, p.y_row_stride);
}

}  // namespace

void AttendByDots(const AttentionHalfParams& p, const AttentionHalfPiece& piece,
                  std::byte* scratch) {
  const Scratch s = LayOut(p, scratch);
  Pack(piece.b, s.b);
  Pack(piece.c, s.c);
  const int64_t step = RowsAtOnce(p);
  for (int64_t first = 0; first < piece.rows; first += step) {
    AttendRows(p, piece, first, std::min(step, piece.rows - first), s);
  }
}

int64_t AttendByDotsScratch(const AttentionHalfParams& p) {
  return LayOut(p, nullptr).bytes;
}

}  // namespace octet::kernels
