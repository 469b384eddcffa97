// How conv_half cuts its work: bands of rows whose input, weights and output
// stay in the cache.
#ifndef OCTET_KERNELS_CONV_HALF_CONV_HALF_GEOMETRY_H_
#define OCTET_KERNELS_CONV_HALF_CONV_HALF_GEOMETRY_H_

#include "kernels/conv_half/conv_half.h"
#include "kernels/conv_half/conv_half_pack.h"
#include "kernels/half_band/half_band.h"

namespace octet::kernels {

// Panels that are convolved together, at most.
inline constexpr int64_t kMostHalfPanels = 4;

struct ConvHalfGeometry {
  // A 1x1 window that never leaves the image: pixels, in any order. Rows are
  // pixels then.
  bool pointwise;
  HalfBand band;
  ConvHalfWeightShape weight;
  int64_t rows;         // output rows of all images
  int64_t row_pixels;   // output pixels of a row
  int64_t band_rows;    // at most, at a time
  int64_t outputs;      // of a group
  int64_t panels_once;  // panels that are convolved together
  // Floats of scratch: a band of x, weights, the output of both and, of the
  // same size, their residual.
  int64_t x_floats, weight_floats, y_floats;
};
ConvHalfGeometry GeometryOf(const ConvHalfParams& params);

// Index of the input pixel of an output pixel, where the geometry is pointwise.
int64_t InputPixel(const ConvHalfParams& params, int64_t pixel);
// Output pixels are input pixels, where it is.
bool IsOneToOne(const ConvHalfParams& params);

// The piece of the output that one part makes: rows, and panels of every group.
struct ConvHalfPiece {
  int64_t row_begin, row_end;
  int64_t panel_begin, panel_end;
};
ConvHalfPiece PieceOf(const ConvHalfGeometry& geometry, int64_t part,
                      int64_t parts);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_CONV_HALF_CONV_HALF_GEOMETRY_H_
