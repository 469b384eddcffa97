// depthwise_half on bf16 with a window of 3x3 neighbouring taps, of stride 1 or
// 2: inputs are widened in registers, and the halves of a pixel's channels are
// read once for all outputs of a row that see them.
#ifndef OCTET_KERNELS_DEPTHWISE_HALF_DEPTHWISE_HALF_THREE_H_
#define OCTET_KERNELS_DEPTHWISE_HALF_DEPTHWISE_HALF_THREE_H_

#include <cstdint>

#include "kernels/float_epilogue/float_epilogue.h"

namespace octet::kernels {

// One image. y = clamp(v), or silu(v) if is_silu; distances in elements.
struct DepthwiseHalfThree {
  const uint16_t* x;
  int64_t in_h, in_w, channels;
  int64_t x_pixel_stride;
  uint16_t* y;
  int64_t out_w;
  int64_t y_pixel_stride;
  int64_t stride, pad_top, pad_left;
  const uint16_t* weight;  // [9][padded]
  int64_t padded;
  const float* bias;  // null: zero
  bool is_silu;
  TileClamp clamp;
};

// Output rows [begin, end).
void DepthwiseHalfThreeAvx512Bf16(const DepthwiseHalfThree& image,
                                  int64_t begin, int64_t end);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_DEPTHWISE_HALF_DEPTHWISE_HALF_THREE_H_
