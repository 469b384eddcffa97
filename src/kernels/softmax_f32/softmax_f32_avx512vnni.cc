#include "kernels/softmax_f32/softmax_f32.h"
#include "kernels/softmax_f32/softmax_f32_lanes.h"
#include "kernels/softmax_f32/transpose_avx512.h"

namespace octet::kernels {

void SoftmaxF32Avx512Vnni(const SoftmaxF32Params& params, int64_t part,
                          int64_t parts, std::byte*) {
  RunSoftmaxF32<Avx512Columns>(params, part, parts);
}

}  // namespace octet::kernels
