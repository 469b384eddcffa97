#include "kernels/depthwise_u8/depthwise_u8_pack.h"

#include "base/check.h"
#include "kernels/work.h"

namespace octet::kernels {

PackedDepthwiseU8 PackDepthwiseU8(int64_t channels,
                                  std::span<const int32_t> codes,
                                  std::span<const int32_t> x_zero,
                                  std::span<const int32_t> bias) {
  const int64_t taps = int64_t(codes.size()) / channels;
  const int64_t padded = RoundUp(channels, 64);
  PackedDepthwiseU8 packed;
  packed.weight.assign(taps * padded, 0);
  packed.comp.assign(padded, 0);
  for (int64_t c = 0; c < channels; ++c) {
    int64_t sum = 0;
    for (int64_t t = 0; t < taps; ++t) {
      const int32_t code = codes[c * taps + t];
      OCTET_CHECK(code >= -128 && code <= 127);
      packed.weight[t * padded + c] = int8_t(code);
      sum += code;
    }
    packed.comp[c] = int32_t((bias.empty() ? 0 : bias[c]) -
                             x_zero[x_zero.size() > 1 ? c : 0] * sum);
  }
  return packed;
}

}  // namespace octet::kernels
