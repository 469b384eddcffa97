#include "kernels/conv_half/conv_half_dots_avx512bf16.h"
#include "kernels/conv_half/conv_half_dots_lanes.h"
#include "kernels/elementary/lanes_avx512bf16.h"

namespace octet::kernels {

ConvHalfTileFn ConvHalfTile1Avx512Bf16(int64_t pixels, ConvHalfEnd end) {
  return DotTileOf<Avx512Bf16Lanes, 1, kConvHalfTilePixels[1]>(pixels, end);
}

}  // namespace octet::kernels
