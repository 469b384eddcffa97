// The AVX-512 form of conv_u8 whose tiles end between the products of the next:
// of sixteen sums, in registers as those of other tiles.
//
// Rounding 28 sums takes as long as half the products of 32 inputs, and no
// processor looks far enough ahead to start the next tile meanwhile. Here each
// tile's sums are only made words of at its end; what is left of the epilogue
// stands between the products of the next, a quarter of it at a time.
#ifndef OCTET_KERNELS_CONV_U8_CONV_U8_WOVEN_AVX512VNNI_H_
#define OCTET_KERNELS_CONV_U8_CONV_U8_WOVEN_AVX512VNNI_H_

#include <cstdint>

#include "kernels/conv_u8/conv_u8_tile_avx512vnni.h"
#include "kernels/epilogue/epilogue.h"

namespace octet::kernels {

// Pixels of a tile of 1 or 2 vectors of channels.
constexpr int64_t kConvU8WovenPixels[] = {0, 16, 8};

// The most vectors of channels.
constexpr int64_t kConvU8WovenVectors = 2;

// The form of 1 or 2 vectors; null for kFloat, which ends elsewhere,
// and for kFactorAdd of one.
ConvU8TileFn ConvU8Woven(int64_t vectors, int64_t runs, EpilogueKind kind);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_CONV_U8_CONV_U8_WOVEN_AVX512VNNI_H_
