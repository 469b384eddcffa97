// The tiles of conv_half_dots at the level avx512bf16.
#ifndef OCTET_KERNELS_CONV_HALF_CONV_HALF_DOTS_AVX512BF16_H_
#define OCTET_KERNELS_CONV_HALF_CONV_HALF_DOTS_AVX512BF16_H_

#include "kernels/conv_half/conv_half_dots_tile.h"

namespace octet::kernels {

void RunConvHalfTileAvx512Bf16(int rows, int panels, const ConvHalfTile& tile);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_CONV_HALF_CONV_HALF_DOTS_AVX512BF16_H_
