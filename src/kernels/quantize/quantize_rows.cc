#include "kernels/quantize/quantize_rows.h"

#include <algorithm>

#include "kernels/split.h"

namespace octet::kernels {
namespace {

// Elements of a strip: its floats stay in the first-level cache.
constexpr int64_t kStrip = 1024;
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
  // Codes, floats and table; or the strip.
  return UsesTable(p) ? kCodes * 6 : kStrip * int64_t{sizeof(float)};
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
  auto* reals = reinterpret_cast<float*>(scratch);
  if (UsesTable(p)) {
    auto* codes = reinterpret_cast<uint8_t*>(reals + kCodes);
    uint8_t* table = codes + kCodes;
    for (int64_t i = 0; i < kCodes; ++i) codes[i] = uint8_t(i);
    fns.dequantize(codes, reals, kCodes, SliceAt(p.x_quant, 0));
    fns.quantize(reals, table, kCodes, SliceAt(p.y_quant, 0));
    return table_u8(
        {p.rows, p.columns, p.x, p.x_stride, p.y, p.y_stride, table}, part,
        parts, scratch);
  }
  VisitRuns(p, true, part, parts,
            [&](int64_t x, int64_t y, int64_t column, int64_t n) {
              for (int64_t i = 0; i < n; i += kStrip) {
                const int64_t strip = std::min(kStrip, n - i);
                fns.dequantize(p.x + x + i, reals, strip,
                               SliceAt(p.x_quant, column + i));
                fns.quantize(reals, p.y + y + i, strip,
                             SliceAt(p.y_quant, column + i));
              }
            });
}

}  // namespace octet::kernels
