// matmul_u8 over a set of instructions, given as L what products of codes need
// (kernels/products_of_codes). Internal linkage, so that files of any
// instruction set may include this.
#ifndef OCTET_KERNELS_MATMUL_U8_MATMUL_U8_ROWS_H_
#define OCTET_KERNELS_MATMUL_U8_MATMUL_U8_ROWS_H_

#include <cstddef>
#include <cstdint>

#include "kernels/matmul_u8/matmul_u8.h"
#include "kernels/matmul_u8/matmul_u8_piece.h"
#include "kernels/products_of_codes/products_lanes.h"
#include "kernels/split.h"

namespace octet::kernels {
namespace {

template <typename L>
void RunPiece(const MatMulU8Params& p, const MatMulU8Piece& piece,
              const MatMulU8Scratch& s) {
  L::Pack(piece.b, p.b, p.depth, piece.columns, p.a.zero,
          reinterpret_cast<typename L::Weight*>(s.b), s.b_base);
  const int64_t columns = RoundUp(piece.columns, kCodePanel);
  const PackedCodes b = {s.b, s.b_base, p.b.zero, columns};
  const int64_t tiles = DivideUp(piece.rows, kCodeTileRows);
  for (int64_t t = 0; t < tiles; ++t) {
    const int64_t first = PartBegin(piece.rows, t, tiles);
    const int64_t end = PartBegin(piece.rows, t + 1, tiles);
    MultiplyCodes<L>(
        p.a, {piece.a + first * p.a.row_stride, end - first, p.depth, s.a}, b,
        s.sums);
    for (int64_t r = first; r < end; ++r) {
      WriteCodes<L>(s.sums + (r - first) * columns, piece.columns, p.scale,
                    p.y_zero, piece.y + r * p.y_row_stride);
    }
  }
}

template <typename L>
void RunMatMulU8(const MatMulU8Params& p, int64_t part, int64_t parts,
                 std::byte* scratch) {
  const MatMulU8Scratch s = LayOutMatMulU8(p, scratch);
  const Piece pieces = PieceOf(MatMulU8Pieces(p), part, parts);
  for (int64_t i = pieces.begin; i < pieces.end; ++i) {
    RunPiece<L>(p, MatMulU8PieceAt(p, i), s);
  }
}

}  // namespace
}  // namespace octet::kernels

#endif  // OCTET_KERNELS_MATMUL_U8_MATMUL_U8_ROWS_H_
