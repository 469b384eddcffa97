// The loops of matmul_f32 around the tiles of conv_f32: a block of columns of b
// is packed into panels in scratch, then all rows of a go through it.
#ifndef OCTET_KERNELS_MATMUL_F32_MATMUL_F32_DRIVER_H_
#define OCTET_KERNELS_MATMUL_F32_MATMUL_F32_DRIVER_H_

#include <cstddef>
#include <cstdint>

#include "kernels/conv_f32/conv_f32_tile.h"
#include "kernels/matmul_f32/matmul_f32.h"

namespace octet::kernels {

// Columns of a block: what the widest tile takes.
inline constexpr int64_t kMatMulBlock = 16 * kMaxTilePanels;

void RunMatMulF32(const ConvF32Tiles& tiles, const MatMulF32Params& params,
                  int64_t part, int64_t parts, std::byte* scratch);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_MATMUL_F32_MATMUL_F32_DRIVER_H_
