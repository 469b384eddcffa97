#include "kernels/conv_half/conv_half_pack.h"

#include <algorithm>

#include "base/half.h"

namespace octet::kernels {

int64_t PackedConvHalfSize(const ConvHalfWeightShape& shape) {
  return shape.group * shape.panels() * shape.panel_halves();
}

void PackConvHalf(const float* w, const ConvHalfWeightShape& shape, DType half,
                  uint16_t* packed) {
  const HalfFormat& format = *HalfFormatOf(half);
  const int64_t outputs = shape.out_channels / shape.group;
  const int64_t row = shape.taps * shape.depth;
  std::fill_n(packed, PackedConvHalfSize(shape), uint16_t{0});
  for (int64_t g = 0; g < shape.group; ++g) {
    for (int64_t first = 0; first < outputs; first += 16) {
      const int64_t used = std::min<int64_t>(16, outputs - first);
      for (int64_t tap = 0; tap < shape.taps; ++tap) {
        const float* from = w + (g * outputs + first) * row + tap * shape.depth;
        for (int64_t c = 0; c < shape.depth; ++c) {
          for (int64_t o = 0; o < used; ++o) {
            packed[c / 2 * 32 + o * 2 + c % 2] =
                BitsOf(format, double(from[o * row + c]));
          }
        }
        packed += shape.pairs() * 32;
      }
    }
  }
}

}  // namespace octet::kernels
