// The loops around the tiles of conv_f32, the same for every vector level.
#ifndef OCTET_KERNELS_CONV_F32_CONV_F32_DRIVER_H_
#define OCTET_KERNELS_CONV_F32_CONV_F32_DRIVER_H_

#include <cstddef>
#include <cstdint>

#include "kernels/conv_f32/conv_f32.h"
#include "kernels/conv_f32/conv_f32_tile.h"

namespace octet::kernels {

// Part `part` of `parts` of a convolution with the tiles of one level: blocks
// of pixels that stay in the cache, in them blocks of panels, in those tiles
// whose sizes differ by one pixel at most.
void RunConvF32(const ConvF32Tiles& tiles, const ConvF32Params& params,
                int64_t part, int64_t parts, std::byte* scratch);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_CONV_F32_CONV_F32_DRIVER_H_
