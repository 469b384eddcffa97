// Bands: how a part of a depthwise_u8 goes over its output some rows at a time,
// and where the input under their windows lies: in x, or in one dense, bordered
// piece of scratch.
#ifndef OCTET_KERNELS_DEPTHWISE_U8_DEPTHWISE_U8_BAND_H_
#define OCTET_KERNELS_DEPTHWISE_U8_DEPTHWISE_U8_BAND_H_

#include <cstdint>

#include "kernels/depthwise_u8/depthwise_u8.h"
#include "kernels/depthwise_u8/depthwise_u8_piece.h"

namespace octet::kernels {

// Some output rows of one image, and the input under their windows: that of
// output pixel (row, x) starts at input + (row - row_begin) * stride_h *
// row_stride + x * stride_w * pixel_stride. Channel 0 of it is the piece's
// channel_begin.
struct DepthwiseU8Band {
  int64_t row_begin;  // of the output, counted through images
  int64_t row_end;
  const uint8_t* input;
  int64_t row_stride;
  int64_t pixel_stride;
  // The first column of the first windows, the last one of the last, is beside
  // x and must not be read: x_zero belongs there.
  bool lacks_left;
  bool lacks_right;
};

// Bytes of scratch that BandAt needs for any piece.
int64_t BandBytes(const DepthwiseU8Params& params);

// The band that starts at output row `row`: up to the end of the piece, of the
// image or of what fits the memory. Where windows hang over an edge of x, the
// input is copied and x_zero stands around it; else it stays where it is.
DepthwiseU8Band BandAt(const DepthwiseU8Params& params,
                       const DepthwiseU8Piece& piece, int64_t row,
                       uint8_t* memory);

// The same for a kernel that heeds what a band lacks and computes `rows` output
// rows together: where windows hang over the sides by no more than a column,
// rows that lie between the upper and the lower edge are not copied either.
DepthwiseU8Band BandInPlaceAt(const DepthwiseU8Params& params,
                              const DepthwiseU8Piece& piece, int64_t row,
                              int64_t rows, uint8_t* memory);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_DEPTHWISE_U8_DEPTHWISE_U8_BAND_H_
