#include "kernels/elementary/lanes_avx512.h"
#include "kernels/layer_norm_f32/layer_norm_f32.h"
#include "kernels/layer_norm_f32/layer_norm_f32_lanes.h"

namespace octet::kernels {

void LayerNormF32Avx512Vnni(const LayerNormF32Params& params, int64_t part,
                            int64_t parts, std::byte*) {
  RunLayerNormF32<Avx512Lanes>(params, part, parts);
}

}  // namespace octet::kernels
