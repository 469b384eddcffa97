// The tiles of conv_half_dots at the level avx512bf16, a file for each number
// of panels, so that they compile side by side.
#ifndef OCTET_KERNELS_CONV_HALF_CONV_HALF_DOTS_AVX512BF16_H_
#define OCTET_KERNELS_CONV_HALF_CONV_HALF_DOTS_AVX512BF16_H_

#include "kernels/conv_half/conv_half_dots_tile.h"

namespace octet::kernels {

ConvHalfTileFn ConvHalfTile1Avx512Bf16(int64_t pixels, ConvHalfEnd end);
ConvHalfTileFn ConvHalfTile2Avx512Bf16(int64_t pixels, ConvHalfEnd end);
ConvHalfTileFn ConvHalfTile3Avx512Bf16(int64_t pixels, ConvHalfEnd end);
ConvHalfTileFn ConvHalfTile4Avx512Bf16(int64_t pixels, ConvHalfEnd end);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_CONV_HALF_CONV_HALF_DOTS_AVX512BF16_H_
