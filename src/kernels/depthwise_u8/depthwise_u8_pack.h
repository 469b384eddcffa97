// The packed form of the weights of depthwise_u8, the same at every CPU level.
#ifndef OCTET_KERNELS_DEPTHWISE_U8_DEPTHWISE_U8_PACK_H_
#define OCTET_KERNELS_DEPTHWISE_U8_DEPTHWISE_U8_PACK_H_

#include <cstdint>
#include <span>
#include <vector>

namespace octet::kernels {

struct PackedDepthwiseU8 {
  std::vector<int8_t> weight;  // [taps][channels padded to 64], zeros behind
  std::vector<int32_t> comp;   // per channel, padded with zeros to 64 entries
};

// Packs weight codes and computes where the sums start.
//
//   codes:    [channels][taps], s8 values; taps = kernel_h * kernel_w.
//   x_zero:   one, or one per channel.
//   bias:     int32 per channel, or empty.
//   requires: SumsFitInt32 for the same arguments.
PackedDepthwiseU8 PackDepthwiseU8(int64_t channels,
                                  std::span<const int32_t> codes,
                                  std::span<const int32_t> x_zero,
                                  std::span<const int32_t> bias);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_DEPTHWISE_U8_DEPTHWISE_U8_PACK_H_
