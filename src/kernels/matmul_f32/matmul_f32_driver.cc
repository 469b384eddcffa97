#include "kernels/matmul_f32/matmul_f32_driver.h"

#include <algorithm>
#include <cstring>

#include "kernels/batch.h"
#include "kernels/split.h"

namespace octet::kernels {
namespace {

using Float4 [[gnu::vector_size(16)]] = float;

Float4 Load4(const float* x) {
  Float4 v;
  std::memcpy(&v, x, sizeof(v));
  return v;
}

// Four rows of four floats, `step` apart, into four rows `y_step` apart.
void Transpose4x4(const float* x, int64_t step, float* y, int64_t y_step) {
  const Float4 a = Load4(x), b = Load4(x + step);
  const Float4 c = Load4(x + 2 * step), d = Load4(x + 3 * step);
  const Float4 ab_low = __builtin_shufflevector(a, b, 0, 4, 1, 5);
  const Float4 ab_high = __builtin_shufflevector(a, b, 2, 6, 3, 7);
  const Float4 cd_low = __builtin_shufflevector(c, d, 0, 4, 1, 5);
  const Float4 cd_high = __builtin_shufflevector(c, d, 2, 6, 3, 7);
  const Float4 columns[] = {
      __builtin_shufflevector(ab_low, cd_low, 0, 1, 4, 5),
      __builtin_shufflevector(ab_low, cd_low, 2, 3, 6, 7),
      __builtin_shufflevector(ab_high, cd_high, 0, 1, 4, 5),
      __builtin_shufflevector(ab_high, cd_high, 2, 3, 6, 7)};
  for (int64_t i = 0; i < 4; ++i) {
    std::memcpy(y + i * y_step, &columns[i], sizeof(Float4));
  }
}

// A whole panel of a b whose columns are contiguous.
void PackTransposed(const float* b, int64_t column_stride, int64_t k,
                    float* packed) {
  int64_t i = 0;
  for (; i + 4 <= k; i += 4) {
    for (int64_t j = 0; j < 16; j += 4) {
      Transpose4x4(b + j * column_stride + i, column_stride,
                   packed + i * 16 + j, 16);
    }
  }
  for (; i < k; ++i) {
    for (int64_t j = 0; j < 16; ++j) {
      packed[i * 16 + j] = b[j * column_stride + i];
    }
  }
}

// Packs columns [column, column + columns) of one b into panels [k][16]; the
// columns of the last panel that do not exist hold zeros.
void PackColumns(const MatMulF32Params& p, const float* b, int64_t column,
                 int64_t columns, float* packed) {
  const int64_t row = p.b_row_stride, step = p.b_column_stride;
  for (int64_t first = 0; first < columns; first += 16, packed += p.k * 16) {
    const int64_t used = std::min<int64_t>(16, columns - first);
    const float* from = b + (column + first) * step;
    if (used == 16 && step == 1) {
      for (int64_t i = 0; i < p.k; ++i) {
        std::memcpy(packed + i * 16, from + i * row, 16 * sizeof(float));
      }
    } else if (used == 16 && row == 1) {
      PackTransposed(from, step, p.k, packed);
    } else {
      for (int64_t i = 0; i < p.k * 16; ++i) {
        const int64_t j = i % 16;
        packed[i] = j < used ? from[i / 16 * row + j * step] : 0;
      }
    }
  }
}

// One block of columns of one product of the batch.
void RunBlock(const ConvF32Tiles& tiles, const MatMulF32Params& p,
              int64_t batch, int64_t column, const Piece& rows, float* packed) {
  const float* a = p.a + MatMulBatchOffset(p, p.a_batch_stride, batch);
  const float* b = p.b + MatMulBatchOffset(p, p.b_batch_stride, batch);
  const int64_t columns = std::min(kMatMulBlock, p.n - column);
  PackColumns(p, b, column, columns, packed);
  float* y = p.y + MatMulBatchOffset(p, p.y_batch_stride, batch) + column;
  const float* residual = p.residual;
  if (residual != nullptr) {
    residual += MatMulBatchOffset(p, p.residual_batch_stride, batch) + column;
  }

  ConvF32Tile tile{};
  tile.window_rows = tile.window_columns = 1;
  tile.run = p.k;
  tile.panel_floats = p.k * 16;
  tile.y_stride = p.y_row_stride;
  tile.residual_stride = p.residual_row_stride;
  tile.epilogue = TileEpilogueOf(p.before, p.after, tiles.elementary);
  for (int64_t first = 0; first < columns; first += 16 * tiles.max_panels) {
    tile.outputs = std::min<int64_t>(16 * tiles.max_panels, columns - first);
    tile.weight = tile.ahead = packed + first * p.k;
    tile.bias = p.bias == nullptr ? kNoTileBias : p.bias + column + first;
    tile.residual = residual != nullptr ? residual + first : nullptr;
    tile.y = y + first + rows.begin * p.y_row_stride;
    if (tile.residual != nullptr) {
      tile.residual += rows.begin * p.residual_row_stride;
    }
    const float* row = a + rows.begin * p.a_row_stride;
    RunTiles(tiles, int((tile.outputs + 15) / 16), rows.end - rows.begin, tile,
             [&] {
               const float* const x = row;
               row += p.a_row_stride;
               return x;
             });
  }
}

}  // namespace

void RunMatMulF32(const ConvF32Tiles& tiles, const MatMulF32Params& p,
                  int64_t part, int64_t parts, std::byte* scratch) {
  const int64_t batches = Batches(p.batch, p.batch_rank);
  const int64_t blocks = DivideUp(p.n, kMatMulBlock);
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
