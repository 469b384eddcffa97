// Internal linkage, so that files of any instruction set may include this.
#ifndef OCTET_KERNELS_EPILOGUE_FETCH_AHEAD_H_
#define OCTET_KERNELS_EPILOGUE_FETCH_AHEAD_H_

#include <cstdint>

#include "kernels/epilogue/epilogue.h"

namespace octet::kernels {
namespace {

// Asks for the lines of codes, of the residual and of the output, that an
// epilogue of `pixels` pixels from index `pixel` on begins with at `channel`:
// they are on their way while sums are computed.
void FetchAhead(const EpilogueU8& e, int64_t pixel, int64_t pixels,
                int64_t channel) {
  for (int64_t i = pixel; i < pixel + pixels; ++i) {
    if (e.residual_u8 != nullptr) {
      __builtin_prefetch(e.residual_u8 + i * e.residual_pixel_stride + channel);
    }
    if (e.y_u8 != nullptr) {
      __builtin_prefetch(e.y_u8 + i * e.y_pixel_stride + channel, 1);
    }
  }
}

}  // namespace
}  // namespace octet::kernels

#endif  // OCTET_KERNELS_EPILOGUE_FETCH_AHEAD_H_
