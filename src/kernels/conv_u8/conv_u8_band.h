// Bands: a part of a conv_u8 goes over its output some rows at a time, or some
// pixels where it is flat (IsFlat), with all panels of weights each.
//
// Where windows hang over the edge or have gaps, the input of a band is copied
// (conv_u8_view.h) into [rows][width][in_channels]: what lies under the windows
// of the band's output pixels, x_zero where there is no input.
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

// Codes of the copy of a band of BandPixels, without slack; not if IsFlat.
int64_t BandElements(const ConvU8Params& params);

// The band that starts at output pixel `pixel`: what is left of the piece, or
// of the image unless flat, spread evenly over bands of at most `band_pixels`.
// A last band of a few pixels would read all weights for them.
ConvU8Band BandAt(const ConvU8Params& params, const ConvU8Piece& piece,
                  int64_t pixel, int64_t band_pixels);

// The input pixel that output pixel `pixel` of a flat convolution reads.
int64_t FlatInputPixel(const ConvU8Params& params, int64_t pixel);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_CONV_U8_CONV_U8_BAND_H_
