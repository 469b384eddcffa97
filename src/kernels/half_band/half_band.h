// Bands of an image of halves, widened to f32 for kernels that slide a window
// over them.
#ifndef OCTET_KERNELS_HALF_BAND_HALF_BAND_H_
#define OCTET_KERNELS_HALF_BAND_HALF_BAND_H_

#include <cstdint>

#include "kernels/cast/half_rows.h"
#include "kernels/window.h"

namespace octet::kernels {

// x is [N,H,W,C], a row of it in_w * pixel_stride. A band has all that the
// windows of some output rows see, with zeros where they hang over the edge, so
// that the window slides over it without padding: [rows][columns][channels].
struct HalfBand {
  const uint16_t* x;
  int64_t in_h, in_w, channels, pixel_stride;
  Window window;
  int64_t out_w;

  int64_t Rows(int64_t out_rows) const {
    return (out_rows - 1) * window.stride_h +
           (window.kernel_h - 1) * window.dilation_h + 1;
  }
  int64_t Columns() const {
    return (out_w - 1) * window.stride_w +
           (window.kernel_w - 1) * window.dilation_w + 1;
  }
  int64_t RowFloats() const { return Columns() * channels; }
  // As many output rows of a band as `floats` hold, at least one of `out_h`.
  int64_t RowsThatFit(int64_t floats, int64_t out_h) const;

  // Writes the band of output rows [first, last) of an image.
  void Widen(const HalfRows& rows, int64_t image, int64_t first, int64_t last,
             float* to) const;
  // The same as halves, with zeros behind the channels of a pixel up to
  // `padded`: [rows][columns][padded].
  void Copy(int64_t image, int64_t first, int64_t last, int64_t padded,
            uint16_t* to) const;

 private:
  void CopyPixels(const uint16_t* from, int64_t pixels, int64_t padded,
                  uint16_t* to) const;
};

// A pixel's channels, and zeros up to `padded`.
void CopyHalfPixel(const uint16_t* from, int64_t channels, int64_t padded,
                   uint16_t* to);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_HALF_BAND_HALF_BAND_H_
