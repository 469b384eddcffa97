// The definition of unary_f32: ElementaryReference on every row.
#include <algorithm>

#include "kernels/elementary/elementary.h"
#include "kernels/split.h"
#include "kernels/unary_f32/unary_f32.h"

namespace octet::kernels {

void UnaryF32Reference(const UnaryF32Params& p, int64_t part, int64_t parts,
                       std::byte*) {
  const Piece piece = PieceOf(p.rows * p.columns, part, parts);
  for (int64_t i = piece.begin; i < piece.end;) {
    const int64_t row = i / p.columns, column = i % p.columns;
    const int64_t n = std::min(p.columns - column, piece.end - i);
    ElementaryReference(p.function, p.x + row * p.x_stride + column,
                        p.y + row * p.y_stride + column, n);
    i += n;
  }
}

}  // namespace octet::kernels
