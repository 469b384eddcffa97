// The definition of table_u8: one element at a time.
#include "kernels/split.h"
#include "kernels/table_u8/table_u8.h"

namespace octet::kernels {

void TableU8Reference(const TableU8Params& p, int64_t part, int64_t parts,
                      std::byte*) {
  const Piece piece = PieceOf(p.rows * p.columns, part, parts);
  for (int64_t i = piece.begin; i < piece.end; ++i) {
    const int64_t row = i / p.columns, column = i % p.columns;
    p.y[row * p.y_stride + column] = p.table[p.x[row * p.x_stride + column]];
  }
}

}  // namespace octet::kernels
