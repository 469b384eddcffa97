// The weight format of conv_half, the same for every instruction-set level.
//
// Two neighbouring channels of an output lie side by side, as dot products of
// pairs want them.
#ifndef OCTET_KERNELS_CONV_HALF_CONV_HALF_PACK_H_
#define OCTET_KERNELS_CONV_HALF_CONV_HALF_PACK_H_

#include <cstdint>

#include "octet/tensor.h"

namespace octet::kernels {

// The shape of weights [oc][taps][depth]: taps run over (i, j) of a window,
// depth over the channels of a group.
struct ConvHalfWeightShape {
  int64_t out_channels, taps, depth;
  int64_t group = 1;

  int64_t panels() const { return (out_channels / group + 15) / 16; }
  // Pairs of channels of one tap; the last may be half empty.
  int64_t pairs() const { return (depth + 1) / 2; }
  // Elements of a packed panel.
  int64_t panel_halves() const { return taps * pairs() * 32; }
};

// Elements that PackConvHalf writes: group * panels * taps * pairs * 32.
int64_t PackedConvHalfSize(const ConvHalfWeightShape& shape);

// Rounds w to halves (kF16 or kBF16) and packs them into
// [group][panels][taps][pairs][16][2]; what is beyond the outputs or the depth
// is zero. A matrix B[K][N] is packed as its transpose, with one tap.
void PackConvHalf(const float* w, const ConvHalfWeightShape& shape, DType half,
                  uint16_t* packed);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_CONV_HALF_CONV_HALF_PACK_H_
