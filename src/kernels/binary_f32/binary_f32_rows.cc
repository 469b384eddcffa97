#include "kernels/binary_f32/binary_f32_rows.h"

#include "kernels/split.h"

namespace octet::kernels {
namespace {

// Elements of a row between codes and codes that are floats at a time: they
// stay in the first-level cache.
constexpr int64_t kPieceOfCodes = 1024;
// From one piece to the next in scratch: kernels read beyond the end, and what
// is a page apart takes loads for what was just stored.
constexpr int64_t kApart = kPieceOfCodes + 256;

bool HasCodes(const BinaryF32Params& p) {
  return p.a_codes != nullptr || p.b_codes != nullptr || p.y_codes != nullptr;
}

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

// Computes rows of floats.
void Compute(const BinaryF32Level& level, TileFunctionFn elementary,
             const Function& after, const BinaryF32Rows& r) {
  level.rows(r);
  if (IsTileClamp(after)) return;
  // Rows without gaps are one.
  const bool is_one = r.columns == r.y_row_stride;
  const int64_t rows = is_one ? 1 : r.rows;
  const int64_t columns = is_one ? r.rows * r.columns : r.columns;
  for (int64_t row = 0; row < rows; ++row) {
    float* const y = r.y + row * r.y_row_stride;
    elementary(after, y, y, columns);
  }
}

// Where a row begins in a, b and y, or in their codes.
struct BinaryF32Offsets {
  int64_t a, b, y;
};

// n neighbours of an operand, or one that is repeated, as floats.
const float* AsFloats(const BinaryF32Level& level, const float* floats,
                      const uint8_t* codes, const ChannelQuant& quant,
                      int64_t offset, int64_t n, float* scratch) {
  if (codes == nullptr) return floats + offset;
  level.conversions.dequantize(codes + offset, scratch, n,
                               {quant.scale, quant.zero_point, 0});
  return scratch;
}

// The same where there are codes, row by row and piece by piece.
void ComputeCodes(const BinaryF32Level& level, const BinaryF32Params& p,
                  const BinaryF32Rows& rows, const BinaryF32Offsets& first,
                  float* scratch) {
  float* const a = scratch;
  float* const b = a + kApart;
  float* const y = b + kApart;
  for (int64_t row = 0; row < rows.rows; ++row) {
    for (int64_t i = 0; i < rows.columns; i += kPieceOfCodes) {
      const int64_t rest = rows.columns - i;
      const int64_t n = rest < kPieceOfCodes ? rest : kPieceOfCodes;
      const BinaryF32Offsets at = {
          first.a + row * rows.a_row_stride + i * rows.a_step,
          first.b + row * rows.b_row_stride + i * rows.b_step,
          first.y + row * rows.y_row_stride + i};
      BinaryF32Rows piece = rows;
      piece.rows = 1;
      piece.columns = piece.y_row_stride = n;
      piece.a = AsFloats(level, p.a, p.a_codes, p.a_quant, at.a,
                         rows.a_step == 0 ? 1 : n, a);
      piece.b = AsFloats(level, p.b, p.b_codes, p.b_quant, at.b,
                         rows.b_step == 0 ? 1 : n, b);
      if (p.y_codes == nullptr) {
        piece.y = p.y + at.y;
        Compute(level, level.elementary, p.after, piece);
        continue;
      }
      piece.y = y;
      Compute(level, level.elementary_for_codes, p.after, piece);
      level.conversions.quantize(y, p.y_codes + at.y, n,
                                 {p.y_quant.scale, p.y_quant.zero_point, 0});
    }
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

int64_t BinaryF32Scratch(const BinaryF32Params& p) {
  const int64_t bytes = 3 * kApart * int64_t(sizeof(float));
  return HasCodes(p) ? bytes : 0;
}

void RunBinaryF32(const BinaryF32Level& level, const BinaryF32Params& params,
                  int64_t part, int64_t parts, std::byte* scratch) {
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
    BinaryF32Offsets at = {columns.begin * r.a_step, columns.begin * r.b_step,
                           columns.begin};
    for (int64_t d = p.rank - 3, rest = line / plane_rows; d >= 0; --d) {
      at.a += rest % p.dims[d] * p.a_strides[d];
      at.b += rest % p.dims[d] * p.b_strides[d];
      at.y += rest % p.dims[d] * p.y_strides[d];
      rest /= p.dims[d];
    }
    const int64_t first = line % plane_rows;
    const int64_t rest_of_plane = plane_rows - first;
    r.rows =
        rest_of_plane < lines.end - line ? rest_of_plane : lines.end - line;
    at.a += first * r.a_row_stride;
    at.b += first * r.b_row_stride;
    at.y += first * r.y_row_stride;
    line += r.rows;
    if (HasCodes(p)) {
      ComputeCodes(level, p, r, at, reinterpret_cast<float*>(scratch));
      continue;
    }
    r.a = p.a + at.a;
    r.b = p.b + at.b;
    r.y = p.y + at.y;
    Compute(level, level.elementary, p.after, r);
  }
}

}  // namespace octet::kernels
