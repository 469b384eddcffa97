#include "kernels/depthwise_f32/depthwise_f32.h"
#include "kernels/depthwise_f32/depthwise_f32_lanes.h"
#include "kernels/elementary/elementary_levels.h"
#include "kernels/elementary/lanes_avx512.h"

namespace octet::kernels {

void DepthwiseF32Avx512Vnni(const DepthwiseF32Params& params, int64_t part,
                            int64_t parts, std::byte*) {
  RunDepthwiseF32<Avx512Lanes>(params, ElementaryAvx512Vnni, part, parts);
}

}  // namespace octet::kernels
