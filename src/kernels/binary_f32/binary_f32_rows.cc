#include "kernels/binary_f32/binary_f32_rows.h"

#include "kernels/split.h"

namespace octet::kernels {
namespace {

// Drops axes of one element and joins neighbours that all operands step through
// evenly; what is left has at least two axes.
BinaryF32Params Simplified(const BinaryF32Params& params) {
  BinaryF32Params p = params;
  p.rank = 0;
  for (int d = 0; d < params.rank; ++d) {
    const int64_t n = params.dims[d];
    if (n == 1) continue;
    const int last = p.rank - 1;
    if (p.rank > 0 && p.a_strides[last] == n * params.a_strides[d] &&
        p.b_strides[last] == n * params.b_strides[d] &&
        p.y_strides[last] == n * params.y_strides[d]) {
      p.dims[last] *= n;
    } else {
      p.dims[p.rank++] = n;
    }
    p.a_strides[p.rank - 1] = params.a_strides[d];
    p.b_strides[p.rank - 1] = params.b_strides[d];
    p.y_strides[p.rank - 1] = params.y_strides[d];
  }
  for (; p.rank < 2; ++p.rank) {
    for (int d = p.rank; d > 0; --d) {
      p.dims[d] = p.dims[d - 1];
      p.a_strides[d] = p.a_strides[d - 1];
      p.b_strides[d] = p.b_strides[d - 1];
      p.y_strides[d] = p.y_strides[d - 1];
    }
    // One element in a row of its own is a row of one.
    p.dims[0] = 1;
    p.a_strides[0] = p.b_strides[0] = p.y_strides[0] = p.rank == 0 ? 1 : 0;
  }
  return p;
}

bool HasRows(const BinaryF32Params& p) {
  const int last = p.rank - 1;
  return p.op != BinaryOp::kPow && p.y_strides[last] == 1 &&
         (p.a_strides[last] == 0 || p.a_strides[last] == 1) &&
         (p.b_strides[last] == 0 || p.b_strides[last] == 1);
}

// Applies a function to all results.
void CallRows(TileFunctionFn elementary, const Function& function,
              const BinaryF32Rows& r) {
  // Rows without gaps are one.
  const bool is_one = r.columns == r.y_row_stride;
  const int64_t rows = is_one ? 1 : r.rows;
  const int64_t columns = is_one ? r.rows * r.columns : r.columns;
  for (int64_t row = 0; row < rows; ++row) {
    float* const y = r.y + row * r.y_row_stride;
    elementary(function, y, y, columns);
  }
}

BinaryF32Rows RowsOf(const BinaryF32Params& p) {
  const int row = p.rank - 2, column = p.rank - 1;
  BinaryF32Rows r{};
  r.op = p.op;
  if (IsTileClamp(p.after)) r.after = TileClampOf(p.after);
  r.rows = p.dims[row];
  r.columns = p.dims[column];
  r.a_row_stride = p.a_strides[row];
  r.b_row_stride = p.b_strides[row];
  r.y_row_stride = p.y_strides[row];
  r.a_step = p.a_strides[column];
  r.b_step = p.b_strides[column];
  return r;
}

}  // namespace

void RunBinaryF32(void (*rows)(const BinaryF32Rows& rows),
                  TileFunctionFn elementary, const BinaryF32Params& params,
                  int64_t part, int64_t parts) {
  const BinaryF32Params p = Simplified(params);
  if (!HasRows(p)) return BinaryF32Reference(params, part, parts, nullptr);
  BinaryF32Rows r = RowsOf(p);
  int64_t planes = 1;
  for (int d = 0; d < p.rank - 2; ++d) planes *= p.dims[d];
  // Parts are whole rows where there are enough, else pieces of every row.
  const bool splits_rows = planes * r.rows >= parts;
  const Piece lines = splits_rows ? PieceOf(planes * r.rows, part, parts)
                                  : Piece{0, planes * r.rows};
  const Piece columns =
      splits_rows ? Piece{0, r.columns} : PieceOf(r.columns, part, parts, 16);
  const int64_t plane_rows = r.rows;
  r.columns = columns.end - columns.begin;
  for (int64_t line = lines.begin; line < lines.end;) {
    int64_t a = columns.begin * r.a_step, b = columns.begin * r.b_step;
    int64_t y = columns.begin;
    for (int64_t d = p.rank - 3, rest = line / plane_rows; d >= 0; --d) {
      a += rest % p.dims[d] * p.a_strides[d];
      b += rest % p.dims[d] * p.b_strides[d];
      y += rest % p.dims[d] * p.y_strides[d];
      rest /= p.dims[d];
    }
    const int64_t first = line % plane_rows;
    const int64_t rest_of_plane = plane_rows - first;
    r.rows =
        rest_of_plane < lines.end - line ? rest_of_plane : lines.end - line;
    r.a = p.a + a + first * r.a_row_stride;
    r.b = p.b + b + first * r.b_row_stride;
    r.y = p.y + y + first * r.y_row_stride;
    rows(r);
    if (!IsTileClamp(p.after)) CallRows(elementary, p.after, r);
    line += r.rows;
  }
}

}  // namespace octet::kernels
