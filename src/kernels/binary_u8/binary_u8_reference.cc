// The definition of binary_u8: one element at a time.
#include <algorithm>
#include <cmath>

#include "kernels/binary_u8/binary_u8.h"
#include "kernels/split.h"

namespace octet::kernels {
namespace {

uint8_t Round(float v, int32_t zero_point, uint8_t low, uint8_t high) {
  if (std::isnan(v)) v = 0;
  // 2^16 is past any code, so that the conversion cannot overflow.
  const float bounded = std::clamp(std::nearbyint(v), -65536.0f, 65536.0f);
  return uint8_t(std::min(std::max(int32_t(bounded) + zero_point, int32_t{low}),
                          int32_t{high}));
}

struct Channel {
  float a_scale, b_scale, y_scale;
  int32_t a_zero, b_zero, y_zero;
};

Channel ChannelOf(const BinaryU8Params& p, int64_t c) {
  const int64_t a = p.a_quant.per_channel ? c : 0;
  const int64_t b = p.b_quant.per_channel ? c : 0;
  const int64_t y = p.y_quant.per_channel ? c : 0;
  return {p.a_quant.scale[a],      p.b_quant.scale[b],
          p.y_quant.scale[y],      p.a_quant.zero_point[a],
          p.b_quant.zero_point[b], p.y_quant.zero_point[y]};
}

float Exact(BinaryU8Op op, int32_t a, int32_t b, const Channel& c) {
  if (op == BinaryU8Op::kMul) {
    return float(a * b) * (c.a_scale * c.b_scale / c.y_scale);
  }
  const float term = float(b) * (c.b_scale / c.y_scale);
  return std::fma(float(a), c.a_scale / c.y_scale,
                  op == BinaryU8Op::kSub ? -term : term);
}

}  // namespace

void BinaryU8Reference(const BinaryU8Params& p, int64_t part, int64_t parts,
                       std::byte*) {
  const Piece piece = PieceOf(p.images * p.pixels, part, parts);
  for (int64_t i = piece.begin; i < piece.end; ++i) {
    const uint8_t* a = p.a + i * p.a_pixel_stride;
    const uint8_t* b =
        p.b + i / p.pixels * p.b_image_stride + i % p.pixels * p.b_pixel_stride;
    uint8_t* y = p.y + i * p.y_pixel_stride;
    for (int64_t c = 0; c < p.channels; ++c) {
      const Channel channel = ChannelOf(p, c);
      const float v =
          Exact(p.op, int32_t{a[c]} - channel.a_zero,
                int32_t{b[c * p.b_channel_stride]} - channel.b_zero, channel);
      y[c] = Round(v, channel.y_zero, p.low, p.high);
    }
  }
}

}  // namespace octet::kernels
