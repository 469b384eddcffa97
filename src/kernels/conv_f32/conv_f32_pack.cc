#include "kernels/conv_f32/conv_f32_pack.h"

#include <algorithm>

#include "kernels/work.h"

namespace octet::kernels {

int64_t PackedConvF32Size(int64_t oc, int64_t k, int64_t group) {
  const int64_t panels = DivideUp(oc / group, kConvF32Panel);
  return group * panels * k * kConvF32Panel;
}

void PackConvF32(const float* w, int64_t oc, int64_t k, int64_t group,
                 float* packed) {
  const int64_t outputs = oc / group;
  for (int64_t g = 0; g < group; ++g) {
    for (int64_t first = 0; first < outputs; first += kConvF32Panel) {
      const int64_t used = std::min(kConvF32Panel, outputs - first);
      const float* rows = w + (g * outputs + first) * k;
      for (int64_t i = 0; i < k; ++i) {
        for (int64_t o = 0; o < kConvF32Panel; ++o) {
          *packed++ = o < used ? rows[o * k + i] : 0.0f;
        }
      }
    }
  }
}

}  // namespace octet::kernels
