// The inner loop of conv_half where the CPU multiplies pairs of bf16: some
// pixels times some panels of weights, sums in registers from the first pair to
// the epilogue.
#ifndef OCTET_KERNELS_CONV_HALF_CONV_HALF_DOTS_TILE_H_
#define OCTET_KERNELS_CONV_HALF_CONV_HALF_DOTS_TILE_H_

#include <cstdint>

#include "kernels/float_epilogue/float_epilogue.h"

namespace octet::kernels {

// How a tile ends: functions that are clamps, or SiLU and a clamp, in
// registers; any others through memory.
enum class ConvHalfEnd : uint8_t { kClamps, kSilu, kFunctions };

// Tiles of equally many pixels, one behind the other. For each of their pixels
// and outputs,
//
//   v = sum over runs and pairs of x0 w0 + x1 w1, then + bias
//   y = after(before(v) + residual)
//
// A run is a stretch of a window that lies without gaps, a row of it or a tap.
struct ConvHalfTile {
  int64_t tiles;
  const uint16_t* input;       // window of the first pixel
  int64_t pixel_stride;        // halves between the windows of two pixels
  const int64_t* run_offsets;  // halves
  int64_t runs;
  int64_t pairs;  // of one run

  const uint16_t* weight;  // [runs][pairs][16][2]
  int64_t panel_halves;    // from one panel to the next
  const float* bias;       // whole panels can be read

  void* y;  // of the first pixel and the first panel
  bool y_is_half;
  int64_t y_stride;          // elements from pixel to pixel
  const uint16_t* residual;  // likewise; null: none
  int64_t residual_stride;
  int64_t outputs;  // channels of the tile that exist
  TileEpilogue epilogue;

  // Lines to fetch into the second-level cache meanwhile: two for every four
  // pairs of a run, while there are any. Moved behind what was fetched.
  const uint16_t* prefetch;
  const uint16_t* prefetch_end;
};

using ConvHalfTileFn = void (*)(ConvHalfTile& tile);

// The most panels of a tile.
inline constexpr int64_t kMostDotPanels = 4;

// The most pixels that a tile of 1, 2, 3, 4 panels has with 32 registers: as
// many sums as there are beside a pair of each panel and one of a pixel.
inline constexpr int64_t kConvHalfTilePixels[] = {0, 28, 14, 9, 7};

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_CONV_HALF_CONV_HALF_DOTS_TILE_H_
