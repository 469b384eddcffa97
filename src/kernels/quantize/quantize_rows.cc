#include "kernels/quantize/quantize_rows.h"

#include <algorithm>

#include "kernels/split.h"

namespace octet::kernels {
namespace {

constexpr int64_t kCodes = 256;

QuantSlice SliceAt(const ChannelQuant& quant, int64_t column) {
  if (!quant.per_channel) return {quant.scale, quant.zero_point, 0};
  return {quant.scale + column, quant.zero_point + column, 1};
}

// Calls visit(x offset, y offset, first column, n) for the runs of a part. Rows
// without gaps are one run where no channel needs to be told apart.
template <typename Params, typename Visit>
void VisitRuns(const Params& p, bool per_channel, int64_t part, int64_t parts,
               const Visit& visit) {
  const bool is_dense =
      !per_channel && p.x_stride == p.columns && p.y_stride == p.columns;
  const Piece piece = PieceOf(p.rows * p.columns, part, parts, 64);
  for (int64_t i = piece.begin; i < piece.end;) {
    const int64_t row = i / p.columns, column = i % p.columns;
    const int64_t rest = piece.end - i;
    const int64_t n = is_dense ? rest : std::min(p.columns - column, rest);
    visit(row * p.x_stride + column, row * p.y_stride + column, column, n);
    i += n;
  }
}

bool UsesTable(const RequantizeParams& p) {
  return !p.x_quant.per_channel && !p.y_quant.per_channel;
}

}  // namespace

int64_t RequantizeScratch(const RequantizeParams& p) {
  return UsesTable(p) ? kCodes : 0;
}

void RunQuantize(const QuantizeRowFns& fns, const QuantizeParams& p,
                 int64_t part, int64_t parts) {
  VisitRuns(p, p.y_quant.per_channel, part, parts,
            [&](int64_t x, int64_t y, int64_t column, int64_t n) {
              fns.quantize(p.x + x, p.y + y, n, SliceAt(p.y_quant, column));
            });
}

void RunDequantize(const QuantizeRowFns& fns, const DequantizeParams& p,
                   int64_t part, int64_t parts) {
  VisitRuns(p, p.x_quant.per_channel, part, parts,
            [&](int64_t x, int64_t y, int64_t column, int64_t n) {
              fns.dequantize(p.x + x, p.y + y, n, SliceAt(p.x_quant, column));
            });
}

void RunRequantize(const QuantizeRowFns& fns, KernelFn<TableU8Params> table_u8,
                   const RequantizeParams& p, int64_t part, int64_t parts,
                   std::byte* scratch) {
  if (UsesTable(p)) {
    auto* const table = reinterpret_cast<uint8_t*>(scratch);
    for (int64_t i = 0; i < kCodes; ++i) table[i] = uint8_t(i);
    fns.requantize(table, table, kCodes, SliceAt(p.x_quant, 0),
                   SliceAt(p.y_quant, 0));
    return table_u8(
        {p.rows, p.columns, p.x, p.x_stride, p.y, p.y_stride, table}, part,
        parts, scratch);
  }
  VisitRuns(p, true, part, parts,
            [&](int64_t x, int64_t y, int64_t column, int64_t n) {
              fns.requantize(p.x + x, p.y + y, n, SliceAt(p.x_quant, column),
                             SliceAt(p.y_quant, column));
            });
}

}  // namespace octet::kernels
