// The inner loop of conv_half where the CPU multiplies pairs of bf16: a few
// pixels times one or two panels of weights, added up in registers.
#ifndef OCTET_KERNELS_CONV_HALF_CONV_HALF_DOTS_TILE_H_
#define OCTET_KERNELS_CONV_HALF_CONV_HALF_DOTS_TILE_H_

#include <cstdint>

#include "kernels/float_epilogue/float_epilogue.h"

namespace octet::kernels {

inline constexpr int kMostDotRows = 12;
inline constexpr int kMostDotPanels = 2;

// For each of its pixels and outputs,
//
//   v = bias + sum over taps and pairs of x0 w0 + x1 w1
//   y = after(before(v) + residual)
struct ConvHalfTile {
  const uint16_t* pixels[kMostDotRows];  // first element of each window
  // The taps of a window, and the distances between them in elements.
  int64_t window_rows, window_columns, row_stride, column_stride;
  int64_t pairs;           // of one tap
  const uint16_t* weight;  // [taps][pairs][16][2]
  int64_t panel_halves;    // from one panel to the next
  const float* bias;       // whole panels can be read
  float* y;                // of the first pixel and the first panel
  int64_t y_stride;        // from pixel to pixel
  const float* residual;   // likewise; null: none
  int64_t residual_stride;
  int64_t outputs;  // channels of the tile that exist
  TileEpilogue epilogue;
};

// Runs tiles of any number of rows and panels up to those above.
using RunConvHalfTile = void (*)(int rows, int panels,
                                 const ConvHalfTile& tile);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_CONV_HALF_CONV_HALF_DOTS_TILE_H_
