#include "kernels/matmul_f32/matmul_f32_driver.h"

#include <algorithm>
#include <cstring>

#include "kernels/split.h"

namespace octet::kernels {
namespace {

// Packs columns [column, column + columns) of one b into panels [k][16]; the
// columns of the last panel that do not exist hold zeros.
void PackColumns(const MatMulF32Params& p, const float* b, int64_t column,
                 int64_t columns, float* packed) {
  for (int64_t first = 0; first < columns; first += 16) {
    const int64_t used = std::min<int64_t>(16, columns - first);
    const float* from = b + column + first;
    for (int64_t i = 0; i < p.k; ++i, packed += 16) {
      std::memcpy(packed, from + i * p.b_row_stride,
                  size_t(used) * sizeof(float));
      std::memset(packed + used, 0, size_t(16 - used) * sizeof(float));
    }
  }
}

// Rows [rows.begin, rows.end) of one product times the packed columns.
void RunRows(const ConvF32Tiles& tiles, const MatMulF32Params& p,
             const float* a, float* y, const Piece& rows, int64_t panels,
             ConvF32Tile tile) {
  const int64_t most = tiles.max_rows[panels];
  const int64_t count = (rows.end - rows.begin + most - 1) / most;
  for (int64_t i = 0; i < count; ++i) {
    const int64_t height = rows.end - rows.begin;
    const int64_t first = rows.begin + PartBegin(height, i, count);
    const int64_t end = rows.begin + PartBegin(height, i + 1, count);
    for (int64_t row = first; row < end; ++row) {
      tile.pixels[row - first] = a + row * p.a_row_stride;
    }
    tile.y = y + first * p.y_row_stride;
    tiles.run(int(end - first), int(panels), tile);
  }
}

// One block of columns of one product of the batch.
void RunBlock(const ConvF32Tiles& tiles, const MatMulF32Params& p,
              int64_t batch, int64_t column, const Piece& rows, float* packed) {
  const float* a = p.a;
  const float* b = p.b;
  for (int64_t d = p.batch_rank - 1, rest = batch; d >= 0; --d) {
    a += rest % p.batch[d] * p.a_batch_stride[d];
    b += rest % p.batch[d] * p.b_batch_stride[d];
    rest /= p.batch[d];
  }
  const int64_t columns = std::min(kMatMulBlock, p.n - column);
  PackColumns(p, b, column, columns, packed);
  float* y = p.y + batch * p.m * p.y_row_stride + column;

  ConvF32Tile tile{};
  tile.window_rows = tile.window_columns = 1;
  tile.run = p.k;
  tile.panel_floats = p.k * 16;
  tile.y_stride = p.y_row_stride;
  if (IsTileClamp(p.before)) tile.before = TileClampOf(p.before);
  for (int64_t first = 0; first < columns; first += 16 * tiles.max_panels) {
    tile.outputs = std::min<int64_t>(16 * tiles.max_panels, columns - first);
    tile.weight = packed + first * p.k;
    tile.bias = p.bias == nullptr ? kNoTileBias : p.bias + column + first;
    RunRows(tiles, p, a, y + first, rows, (tile.outputs + 15) / 16, tile);
  }
  FinishRows({p.before, {}, nullptr, 0, y, p.y_row_stride}, tiles.elementary,
             rows.begin, rows.end, 0, columns);
}

}  // namespace

void RunMatMulF32(const ConvF32Tiles& tiles, const MatMulF32Params& p,
                  int64_t part, int64_t parts, std::byte* scratch) {
  int64_t batches = 1;
  for (int d = 0; d < p.batch_rank; ++d) batches *= p.batch[d];
  const int64_t blocks = (p.n + kMatMulBlock - 1) / kMatMulBlock;
  if (batches * blocks == 0) return;
  // Blocks first: parts that share one pack it once each.
  const int64_t block_parts = std::min(parts, batches * blocks);
  const int64_t row_parts = parts / block_parts;
  if (part >= block_parts * row_parts) return;
  const Piece piece = PieceOf(batches * blocks, part / row_parts, block_parts);
  const Piece rows = PieceOf(p.m, part % row_parts, row_parts, 6);
  if (rows.begin == rows.end) return;
  for (int64_t i = piece.begin; i < piece.end; ++i) {
    RunBlock(tiles, p, i / blocks, i % blocks * kMatMulBlock, rows,
             reinterpret_cast<float*>(scratch));
  }
}

}  // namespace octet::kernels
