// The packed form of the weights of conv_u8, the same at every CPU level.
//
// The window of a pixel is read in runs of neighbouring bytes: a whole row of
// the window at once (kernel_w * in_channels bytes) where neighbours in the
// window are neighbours in memory, one tap at a time where they are not
// (dilated columns, groups). Packed weights are
//
//   s8 [group][panels][weight_parts * runs][k4][16][4]
//
// panels = ceil(out_channels / group / 16), k4 = ceil(run_length / 4): sixteen
// output channels side by side, four neighbours of a run for each. What lies
// beyond the last channel or the end of a run is zero.
#ifndef OCTET_KERNELS_CONV_U8_CONV_U8_PACK_H_
#define OCTET_KERNELS_CONV_U8_CONV_U8_PACK_H_

#include <cstdint>
#include <span>
#include <vector>

namespace octet::kernels {

// What the weights of a convolution look like: codes [out_channels][kernel_h]
// [kernel_w][in_channels / group].
struct ConvU8WeightShape {
  int64_t out_channels = 1;
  int64_t kernel_h = 1;
  int64_t kernel_w = 1;
  int64_t in_channels = 1;
  int64_t group = 1;
  int64_t dilation_w = 1;
};

struct PackedConvU8 {
  std::vector<int8_t> weight;
  std::vector<int32_t> comp;  // per channel, padded with zeros to 16 entries
  int64_t weight_parts = 1;
  int64_t sum_bound = 0;  // of ConvU8Params
};

// Packs weight codes and computes where the sums start.
//
//   codes:    within [-128 * p, 127 * p] for some p >= 1, usually 1; the
//             smallest such p becomes weight_parts.
//   bias:     int32 per output channel, or empty.
//   requires: SumsFitInt32 for the same arguments.
PackedConvU8 PackConvU8(const ConvU8WeightShape& shape,
                        std::span<const int32_t> codes, int32_t x_zero,
                        std::span<const int32_t> bias);

// True if no sum of conv_u8 or depthwise_u8 can leave int32, in any order of
// addition, whatever the activations.
//
//   codes:  [out_channels][taps], taps = codes.size() / out_channels.
//   x_zero: one, or one per output channel.
//   bias:   one per output channel, or empty.
bool SumsFitInt32(int64_t out_channels, std::span<const int32_t> codes,
                  std::span<const int32_t> x_zero,
                  std::span<const int32_t> bias);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_CONV_U8_CONV_U8_PACK_H_
