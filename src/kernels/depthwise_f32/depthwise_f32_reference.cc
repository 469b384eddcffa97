// The definition of depthwise_f32: plain loops.
#include "kernels/depthwise_f32/depthwise_f32.h"
#include "kernels/elementary/elementary.h"
#include "kernels/split.h"

namespace octet::kernels {
namespace {

float WindowSum(const DepthwiseF32Params& p, int64_t image, int64_t oy,
                int64_t ox, int64_t c) {
  const Window& window = p.window;
  const int64_t padded = RoundUp(p.channels, 16);
  float sum = 0;
  for (int64_t i = 0; i < window.kernel_h; ++i) {
    const int64_t y =
        oy * window.stride_h - window.pad_top + i * window.dilation_h;
    if (y < 0 || y >= p.in_h) continue;
    for (int64_t j = 0; j < window.kernel_w; ++j) {
      const int64_t x =
          ox * window.stride_w - window.pad_left + j * window.dilation_w;
      if (x < 0 || x >= p.in_w) continue;
      const int64_t pixel = (image * p.in_h + y) * p.in_w + x;
      sum += p.x[pixel * p.x_pixel_stride + c] *
             p.weight[(i * window.kernel_w + j) * padded + c];
    }
  }
  return p.bias == nullptr ? sum : sum + p.bias[c];
}

}  // namespace

void DepthwiseF32Reference(const DepthwiseF32Params& p, int64_t part,
                           int64_t parts, std::byte*) {
  const Piece piece = PieceOf(p.batch * p.out_h * p.out_w, part, parts);
  for (int64_t pixel = piece.begin; pixel < piece.end; ++pixel) {
    const int64_t image = pixel / (p.out_h * p.out_w);
    const int64_t oy = pixel / p.out_w % p.out_h, ox = pixel % p.out_w;
    for (int64_t c = 0; c < p.channels; ++c) {
      float v = WindowSum(p, image, oy, ox, c);
      ElementaryReference(p.before, &v, &v, 1);
      if (p.residual != nullptr) {
        v += p.residual[pixel * p.residual_pixel_stride + c];
      }
      ElementaryReference(p.after, &v, p.y + pixel * p.y_pixel_stride + c, 1);
    }
  }
}

}  // namespace octet::kernels
