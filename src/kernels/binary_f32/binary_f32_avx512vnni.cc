#include "kernels/binary_f32/binary_f32_lanes.h"
#include "kernels/elementary/lanes_avx512.h"

namespace octet::kernels {

void BinaryF32RowsAvx512Vnni(const BinaryF32Rows& rows) {
  RunRows<Avx512Lanes>(rows);
}

}  // namespace octet::kernels
