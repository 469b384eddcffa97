// Bands: how a part of a conv_u8 brings its input into one dense, bordered
// piece of scratch, some output rows at a time.
//
// Band memory is [rows][width][in_channels]: the input under the windows of the
// band's output pixels, with x_zero where a window hangs over the edge. For a
// flat convolution (IsFlat) it is one row, an input pixel for each output
// pixel.
#ifndef OCTET_KERNELS_CONV_U8_CONV_U8_BAND_H_
#define OCTET_KERNELS_CONV_U8_CONV_U8_BAND_H_

#include <cstdint>

#include "kernels/conv_u8/conv_u8.h"
#include "kernels/conv_u8/conv_u8_piece.h"

namespace octet::kernels {

struct ConvU8Band {
  int64_t pixel_begin;  // of the output, counted through rows and images
  int64_t pixel_end;
  int64_t rows;   // of band memory
  int64_t width;  // pixels
  int64_t image;  // input row and column of the band's first pixel; may
  int64_t in_y;   // lie outside of the input. Not used where flat.
  int64_t in_x;
};

// Output pixels of a full band: about half of a second-level cache, whole rows
// within one image unless flat.
int64_t BandPixels(const ConvU8Params& params);

// Codes of the memory of a band of BandPixels, without slack.
int64_t BandElements(const ConvU8Params& params);

// The band that starts at output pixel `pixel` and ends with the piece, the
// image or after `band_pixels`, whichever comes first.
ConvU8Band BandAt(const ConvU8Params& params, const ConvU8Piece& piece,
                  int64_t pixel, int64_t band_pixels);

// The input pixel that output pixel `pixel` of a flat convolution reads.
int64_t FlatInputPixel(const ConvU8Params& params, int64_t pixel);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_CONV_U8_CONV_U8_BAND_H_
