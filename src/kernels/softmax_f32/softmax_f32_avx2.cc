#include "kernels/softmax_f32/softmax_f32.h"
#include "kernels/softmax_f32/softmax_f32_lanes.h"
#include "kernels/softmax_f32/transpose_avx2.h"

namespace octet::kernels {

void SoftmaxF32Avx2(const SoftmaxF32Params& params, int64_t part, int64_t parts,
                    std::byte*) {
  RunSoftmaxF32<Avx2Columns>(params, part, parts);
}

}  // namespace octet::kernels
