// The definition of conv_f32: plain loops, one output panel at a time.
#include <algorithm>

#include "kernels/conv_f32/conv_f32.h"
#include "kernels/conv_f32/conv_f32_pack.h"
#include "kernels/elementary/elementary.h"
#include "kernels/split.h"

namespace octet::kernels {
namespace {

struct Pixel {
  int64_t image, y, x;
};

// sums[o] += all products of one output pixel with one panel.
void AddWindow(const ConvF32Params& p, const Pixel& at, int64_t first_channel,
               const float* panel, float* sums) {
  const Window& window = p.window;
  const int64_t depth = p.in_channels / p.group;
  for (int64_t i = 0; i < window.kernel_h; ++i) {
    const int64_t y =
        at.y * window.stride_h - window.pad_top + i * window.dilation_h;
    for (int64_t j = 0; j < window.kernel_w; ++j, panel += depth * 16) {
      const int64_t x =
          at.x * window.stride_w - window.pad_left + j * window.dilation_w;
      if (y < 0 || y >= p.in_h || x < 0 || x >= p.in_w) continue;
      const float* pixel =
          p.x + ((at.image * p.in_h + y) * p.in_w + x) * p.x_pixel_stride;
      for (int64_t c = 0; c < depth; ++c) {
        for (int64_t o = 0; o < kConvF32Panel; ++o) {
          sums[o] += pixel[first_channel + c] * panel[c * kConvF32Panel + o];
        }
      }
    }
  }
}

}  // namespace

void ConvF32Reference(const ConvF32Params& p, int64_t part, int64_t parts,
                      std::byte*) {
  const int64_t outputs = p.out_channels / p.group;
  const int64_t panels = (outputs + kConvF32Panel - 1) / kConvF32Panel;
  const int64_t depth = p.in_channels / p.group;
  const int64_t k = depth * p.window.kernel_h * p.window.kernel_w;
  const Piece piece = PieceOf(p.batch * p.out_h * p.out_w, part, parts);
  for (int64_t pixel = piece.begin; pixel < piece.end; ++pixel) {
    const Pixel at{pixel / (p.out_h * p.out_w), pixel / p.out_w % p.out_h,
                   pixel % p.out_w};
    for (int64_t block = 0; block < p.group * panels; ++block) {
      const int64_t group = block / panels, first = block % panels * 16;
      const int64_t used = std::min(kConvF32Panel, outputs - first);
      const int64_t channel = group * outputs + first;
      float sums[kConvF32Panel] = {};
      for (int64_t o = 0; o < used && p.bias != nullptr; ++o) {
        sums[o] = p.bias[channel + o];
      }
      AddWindow(p, at, group * depth, p.weight + block * k * kConvF32Panel,
                sums);
      ElementaryReference(p.before, sums, sums, used);
      for (int64_t o = 0; o < used && p.residual != nullptr; ++o) {
        sums[o] += p.residual[pixel * p.residual_pixel_stride + channel + o];
      }
      ElementaryReference(p.after, sums,
                          p.y + pixel * p.y_pixel_stride + channel, used);
    }
  }
}

}  // namespace octet::kernels
