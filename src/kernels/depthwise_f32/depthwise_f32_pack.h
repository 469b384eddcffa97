// The weight format of depthwise_f32, the same for every instruction-set level.
#ifndef OCTET_KERNELS_DEPTHWISE_F32_DEPTHWISE_F32_PACK_H_
#define OCTET_KERNELS_DEPTHWISE_F32_DEPTHWISE_F32_PACK_H_

#include <cstdint>

namespace octet::kernels {

// Floats that PackDepthwiseF32 writes: taps * c rounded up to 16.
int64_t PackedDepthwiseF32Size(int64_t c, int64_t taps);

// Packs w, [c][taps] row-major with taps running over (i, j), into
// [taps][c rounded up to 16]; channels beyond c are zero.
void PackDepthwiseF32(const float* w, int64_t c, int64_t taps, float* packed);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_DEPTHWISE_F32_DEPTHWISE_F32_PACK_H_
