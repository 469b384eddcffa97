// The inner loop of conv_f32 as its levels offer it to the loops around it
// (conv_f32_driver.h, kernels/matmul_f32): a few pixels times a few panels of
// weights, summed up in registers and finished there.
#ifndef OCTET_KERNELS_CONV_F32_CONV_F32_TILE_H_
#define OCTET_KERNELS_CONV_F32_CONV_F32_TILE_H_

#include <cstdint>

#include "kernels/float_epilogue/float_epilogue.h"
#include "kernels/work.h"

namespace octet::kernels {

inline constexpr int kMaxTileRows = 8;
inline constexpr int kMaxTilePanels = 4;
// Sums of a tile.
inline constexpr int kMaxTileSums = 24 * 16;
// Tiles of one height that one call computes.
inline constexpr int kMaxTiles = 16;

// For each of its pixels and outputs,
//
//   v = bias + sum over runs and k of pixel[run][k] * weight[run][k]
//   y = after(before(v) + residual)
struct ConvF32Tile {
  const float* const* pixels;  // first element of each window
  // The runs of a window, and the distances between them.
  int64_t window_rows, window_columns, row_stride, column_stride;
  int64_t run;            // elements of one
  const float* weight;    // [window_rows * window_columns * run][16]
  int64_t panel_floats;   // from one panel to the next
  const float* ahead;     // weights that the next panels begin with
  const float* bias;      // whole panels can be read
  float* y;               // of the first pixel and the first panel
  int64_t y_stride;       // from pixel to pixel
  const float* residual;  // likewise; null: none
  int64_t residual_stride;
  int64_t outputs;  // channels of the tile that exist
  TileEpilogue epilogue;
  // A long sum may be made in stretches of whole chains: all but the first go
  // on from what is in chains_from, all but the last leave theirs in chains_to
  // and write no y. [pixels][chains_stride]; null: neither.
  const float* chains_from;
  float* chains_to;
  int64_t chains_stride;
};

// The tiles of one level.
struct ConvF32Tiles {
  int max_panels;  // of a tile
  // Pixels of a tile of so many panels; [0]: of the first half of one, or 0.
  int max_rows[kMaxTilePanels + 1];
  // `tiles` tiles of `rows` pixels each, one after the other; panels as above.
  void (*run)(int tiles, int rows, int panels, const ConvF32Tile& tile);
  TileFunctionFn elementary;
  bool stretches;  // long sums are made in stretches
};
extern const ConvF32Tiles kConvF32TilesAvx2;
extern const ConvF32Tiles kConvF32TilesAvx512Vnni;

// A bias of zeros for a tile of any size.
extern const float kNoTileBias[kMaxTilePanels * 16];

// Cuts `pixels` pixels into tiles whose heights differ by one at most, and runs
// them. `tile` is of the first pixel; next() is the window of the next one.
template <typename Next>
void RunTiles(const ConvF32Tiles& level, int panels, int64_t pixels,
              ConvF32Tile tile, Next next) {
  const float* windows[kMaxTiles * kMaxTileRows];
  tile.pixels = windows;
  if (tile.outputs <= 8 && level.max_rows[0] > 0) panels = 0;
  const int64_t most = level.max_rows[panels];
  const int64_t count = DivideUp(pixels, most);
  for (int64_t left = count; left > 0;) {
    // The tall ones, then the others.
    const int64_t rows = DivideUp(pixels, left);
    const int64_t alike = pixels - (rows - 1) * left;
    const int64_t tiles = alike < kMaxTiles ? alike : kMaxTiles;
    const int64_t some = tiles * rows;
    for (int64_t i = 0; i < some; ++i) windows[i] = next();
    level.run(int(tiles), int(rows), panels, tile);
    tile.y += some * tile.y_stride;
    if (tile.residual != nullptr) tile.residual += some * tile.residual_stride;
    if (tile.chains_from != nullptr) {
      tile.chains_from += some * tile.chains_stride;
    }
    if (tile.chains_to != nullptr) tile.chains_to += some * tile.chains_stride;
    pixels -= some;
    left -= tiles;
  }
}

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_CONV_F32_CONV_F32_TILE_H_
