#include "kernels/depthwise_f32/depthwise_f32_pack.h"

#include "kernels/work.h"

namespace octet::kernels {

int64_t PackedDepthwiseF32Size(int64_t c, int64_t taps) {
  return taps * RoundUp(c, 16);
}

void PackDepthwiseF32(const float* w, int64_t c, int64_t taps, float* packed) {
  const int64_t padded = RoundUp(c, 16);
  for (int64_t tap = 0; tap < taps; ++tap) {
    for (int64_t i = 0; i < padded; ++i) {
      packed[tap * padded + i] = i < c ? w[i * taps + tap] : 0.0f;
    }
  }
}

}  // namespace octet::kernels
