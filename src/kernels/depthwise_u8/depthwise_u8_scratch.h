// The scratch of the kernels of depthwise_u8.
#ifndef OCTET_KERNELS_DEPTHWISE_U8_DEPTHWISE_U8_SCRATCH_H_
#define OCTET_KERNELS_DEPTHWISE_U8_DEPTHWISE_U8_SCRATCH_H_

#include <cstddef>
#include <cstdint>

#include "kernels/depthwise_u8/depthwise_u8.h"

namespace octet::kernels {

// Pixels whose sums wait for the epilogue.
constexpr int64_t kDepthwiseU8Block = 32;

struct DepthwiseU8Scratch {
  int8_t* weights;       // rearranged by the level
  int64_t* tap_offsets;  // one for each tap, up to a multiple of four
  int32_t* sums;         // [kDepthwiseU8Block][64]
  int32_t* comp;         // the rest: constants of the epilogue per channel,
  float* multiplier;     // padded to 64, in the level's own order
  float* offset;
  int32_t* y_zero;
  int32_t* steps;
  uint8_t* input;  // a band, and slack
};

DepthwiseU8Scratch PlaceDepthwiseU8Scratch(const DepthwiseU8Params& params,
                                           std::byte* memory);

// How much memory there must be, whatever the level.
int64_t DepthwiseU8ScratchBytes(const DepthwiseU8Params& params);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_DEPTHWISE_U8_DEPTHWISE_U8_SCRATCH_H_
