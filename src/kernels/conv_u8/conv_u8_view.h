// Where the windows of a band's output pixels lie: in x itself, or in a
// bordered copy of the band.
#ifndef OCTET_KERNELS_CONV_U8_CONV_U8_VIEW_H_
#define OCTET_KERNELS_CONV_U8_CONV_U8_VIEW_H_

#include <cstdint>

#include "kernels/conv_u8/conv_u8.h"
#include "kernels/conv_u8/conv_u8_band.h"

namespace octet::kernels {

struct ConvU8View {
  const uint8_t* base;   // the window of the band's first pixel
  int64_t row_stride;    // bytes between the rows of a window
  int64_t pixel_stride;  // bytes between the pixels of a window
};

// True if a band has to be copied: windows hang over an edge, or the pixels of
// a run lie apart.
bool NeedsCopy(const ConvU8Params& params);

// The band's view; `copy` has BandElements and slack, where NeedsCopy.
ConvU8View ViewOf(const ConvU8Params& params, const ConvU8Band& band,
                  uint8_t* copy);

// Where the window of each output pixel of the band starts, in bytes from
// view.base.
void WindowOffsets(const ConvU8Params& params, const ConvU8Band& band,
                   const ConvU8View& view, int64_t* offsets);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_CONV_U8_CONV_U8_VIEW_H_
