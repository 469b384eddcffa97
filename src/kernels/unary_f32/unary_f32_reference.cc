// The definition of unary_f32: one element at a time.
#include "kernels/split.h"
#include "kernels/unary_f32/unary_f32.h"

namespace octet::kernels {

void UnaryF32Reference(const UnaryF32Params& p, int64_t part, int64_t parts,
                       std::byte*) {
  const Piece piece = PieceOf(p.rows * p.columns, part, parts);
  for (int64_t i = piece.begin; i < piece.end; ++i) {
    const int64_t row = i / p.columns, column = i % p.columns;
    p.y[row * p.y_stride + column] =
        float(Evaluate(p.function, p.x[row * p.x_stride + column]));
  }
}

}  // namespace octet::kernels
