// What the vector levels of conv_f32 derive from its parameters.
//
// The window of a pixel is read in runs of neighbouring floats: a whole row of
// the window (kernel_w * in_channels) where neighbours in the window are
// neighbours in memory, one tap at a time where they are not (dilated columns,
// groups, pixels with gaps). Where a window hangs over the image's edge, bands
// of rows are copied between borders of zeros first, so that tiles never ask.
#ifndef OCTET_KERNELS_CONV_F32_CONV_F32_GEOMETRY_H_
#define OCTET_KERNELS_CONV_F32_CONV_F32_GEOMETRY_H_

#include <cstdint>

#include "kernels/conv_f32/conv_f32.h"

namespace octet::kernels {

struct ConvF32Geometry {
  bool copies;           // bands are copied into scratch
  int64_t band_rows;     // output rows of a band, if so
  int64_t band_columns;  // pixels of a row of the copy
  int64_t block_pixels;  // output pixels of a block, if not

  // Distances in floats in what tiles read, be it the copy or x.
  int64_t pixel_stride;  // between input pixels
  int64_t image_row_stride;
  int64_t window_rows, window_columns;  // runs of a window
  int64_t row_stride, column_stride;    // between runs
  int64_t run;

  // Of a long run, what is summed up at a time for all pixels of a block and
  // stretch_panels panels: the weights of one panel then stay in a first-level
  // cache, the inputs in a second-level one. All of the run elsewhere.
  int64_t stretch;
  int64_t stretch_panels;
  int64_t stretch_floats;  // of scratch, for sums between stretches

  int64_t depth;         // input channels of a group
  int64_t outputs;       // output channels of a group
  int64_t panels;        // of a group
  int64_t panel_floats;  // of packed weights
};

// Without `stretches` for levels that gain nothing by them; what needs scratch
// is the same, or less.
ConvF32Geometry GeometryOf(const ConvF32Params& params, bool stretches = true);

// The piece of the output that one part makes: pixels of [batch][out_h][out_w]
// and panels of every group.
struct ConvF32Piece {
  int64_t pixel_begin, pixel_end;
  int64_t panel_begin, panel_end;
};
ConvF32Piece PieceOf(const ConvF32Params& params,
                     const ConvF32Geometry& geometry, int64_t part,
                     int64_t parts);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_CONV_F32_CONV_F32_GEOMETRY_H_
