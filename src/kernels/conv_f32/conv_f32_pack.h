// The weight format of conv_f32, the same for every instruction-set level.
#ifndef OCTET_KERNELS_CONV_F32_CONV_F32_PACK_H_
#define OCTET_KERNELS_CONV_F32_CONV_F32_PACK_H_

#include <cstdint>

namespace octet::kernels {

// Outputs of one panel.
inline constexpr int64_t kConvF32Panel = 16;

// Floats that PackConvF32 writes: group * ceil((oc / group) / 16) * k * 16,
// k = kernel_h * kernel_w * c / group.
int64_t PackedConvF32Size(int64_t oc, int64_t k, int64_t group);

// Packs w, [oc][k] row-major with k running over (i, j, c) of a window, into
// [group][panels][k][16]; outputs beyond oc / group are zero. A matrix
// B[K][N] is packed as its transpose.
void PackConvF32(const float* w, int64_t oc, int64_t k, int64_t group,
                 float* packed);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_CONV_F32_CONV_F32_PACK_H_
