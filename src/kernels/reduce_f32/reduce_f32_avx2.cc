#include "kernels/elementary/lanes_avx2.h"
#include "kernels/reduce_f32/reduce_f32.h"
#include "kernels/reduce_f32/reduce_f32_lanes.h"

namespace octet::kernels {

void ReduceF32Avx2(const ReduceF32Params& params, int64_t part, int64_t parts,
                   std::byte*) {
  RunReduceF32<Avx2Lanes>(params, part, parts);
}

}  // namespace octet::kernels
