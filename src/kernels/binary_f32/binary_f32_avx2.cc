#include "kernels/binary_f32/binary_f32_lanes.h"
#include "kernels/elementary/lanes_avx2.h"

namespace octet::kernels {

void BinaryF32RowsAvx2(const BinaryF32Rows& rows) { RunRows<Avx2Lanes>(rows); }

}  // namespace octet::kernels
