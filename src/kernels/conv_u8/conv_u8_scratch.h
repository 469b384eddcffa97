// The scratch of the kernels of conv_u8.
#ifndef OCTET_KERNELS_CONV_U8_CONV_U8_SCRATCH_H_
#define OCTET_KERNELS_CONV_U8_CONV_U8_SCRATCH_H_

#include <cstddef>
#include <cstdint>

#include "kernels/conv_u8/conv_u8.h"

namespace octet::kernels {

// AVX2. Pixels whose sums wait for the epilogue: whole tiles of 6 in about a
// tenth of a first-level cache.
constexpr int64_t kConvU8Avx2Block = 48;

struct ConvU8Avx2Scratch {
  int16_t* weights;       // of one panel, widened, and of a quad more
  int64_t* quad_offsets;  // as many
  int64_t* run_offsets;   // one for each run of each part
  int64_t* windows;       // one for each pixel of a band
  int32_t* sums;          // [kConvU8Avx2Block][16]
  uint8_t* input;         // a band, and slack
};

ConvU8Avx2Scratch PlaceConvU8Avx2Scratch(const ConvU8Params& params,
                                         std::byte* memory);

// AVX-512. Tiles whose sums wait together for an epilogue of floats: its first
// results and its call take as long as many sums. A fifth of a first-level
// cache.
constexpr int64_t kConvU8TilesOfSums = 4;
constexpr int64_t kConvU8Avx512Sums = kConvU8TilesOfSums * 28 * 16;

struct ConvU8Avx512Scratch {
  int64_t* run_offsets;  // one for each run of each part
  int32_t* sums;         // [kConvU8Avx512Sums]
  uint8_t* input;        // a band, and slack
};

ConvU8Avx512Scratch PlaceConvU8Avx512Scratch(const ConvU8Params& params,
                                             std::byte* memory);

// How much memory the best kernel for `level` needs.
int64_t ConvU8ScratchBytes(CpuLevel level, const ConvU8Params& params);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_CONV_U8_CONV_U8_SCRATCH_H_
