// The scratch of the AVX2 kernel of conv_u8.
#ifndef OCTET_KERNELS_CONV_U8_CONV_U8_AVX2_SCRATCH_H_
#define OCTET_KERNELS_CONV_U8_CONV_U8_AVX2_SCRATCH_H_

#include <cstddef>
#include <cstdint>

#include "kernels/conv_u8/conv_u8.h"

namespace octet::kernels {

// Pixels whose sums wait for the epilogue: whole tiles of 6 in about a tenth
// of a first-level cache.
constexpr int64_t kConvU8Avx2Block = 48;

struct ConvU8Avx2Scratch {
  int16_t* weights;      // one panel
  int64_t* run_offsets;  // one for each run of each part
  int32_t* offsets;      // one for each pixel of a band
  int32_t* sums;         // [kConvU8Avx2Block][16]
  int16_t* input;        // a band, and slack
};

// Divides up the memory.
ConvU8Avx2Scratch PlaceConvU8Avx2Scratch(const ConvU8Params& params,
                                         std::byte* memory);

// How much of it there must be.
int64_t ConvU8Avx2ScratchBytes(const ConvU8Params& params);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_CONV_U8_CONV_U8_AVX2_SCRATCH_H_
