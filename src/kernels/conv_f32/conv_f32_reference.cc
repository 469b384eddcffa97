// The definition of conv_f32: plain loops, one output panel at a time.
#include <algorithm>
#include <span>

#include "kernels/conv_f32/conv_f32.h"
#include "kernels/conv_f32/conv_f32_pack.h"
#include "kernels/elementary/elementary.h"
#include "kernels/split.h"

namespace octet::kernels {
namespace {

struct Pixel {
  int64_t image, y, x;
};

// Products of one output pixel with one panel, in chains.
class Sums {
 public:
  void Add(float x, const float* weights) {
    if (count_ == kConvF32Chain) EndChain();
    for (int64_t o = 0; o < kConvF32Panel; ++o) chain_[o] += x * weights[o];
    ++count_;
  }
  // The sum of the chains, for every output.
  std::span<float, kConvF32Panel> Total() {
    if (has_chains_) EndChain();
    return has_chains_ ? chains_ : chain_;
  }

 private:
  void EndChain() {
    for (int64_t o = 0; o < kConvF32Panel; ++o) {
      chains_[o] = has_chains_ ? chains_[o] + chain_[o] : chain_[o];
      chain_[o] = 0;
    }
    has_chains_ = true;
    count_ = 0;
  }

  float chain_[kConvF32Panel] = {}, chains_[kConvF32Panel] = {};
  int64_t count_ = 0;
  bool has_chains_ = false;
};

// Padding counts: it takes a place in a chain.
void AddWindow(const ConvF32Params& p, const Pixel& at, int64_t first_channel,
               const float* panel, Sums& sums) {
  const Window& window = p.window;
  const int64_t depth = p.in_channels / p.group;
  for (int64_t i = 0; i < window.kernel_h; ++i) {
    const int64_t y =
        at.y * window.stride_h - window.pad_top + i * window.dilation_h;
    for (int64_t j = 0; j < window.kernel_w; ++j, panel += depth * 16) {
      const int64_t x =
          at.x * window.stride_w - window.pad_left + j * window.dilation_w;
      const bool is_padding = y < 0 || y >= p.in_h || x < 0 || x >= p.in_w;
      const int64_t pixel = (at.image * p.in_h + y) * p.in_w + x;
      for (int64_t c = 0; c < depth; ++c) {
        sums.Add(
            is_padding ? 0 : p.x[pixel * p.x_pixel_stride + first_channel + c],
            panel + c * kConvF32Panel);
      }
    }
  }
}

}  // namespace

void ConvF32Reference(const ConvF32Params& p, int64_t part, int64_t parts,
                      std::byte*) {
  const int64_t outputs = p.out_channels / p.group;
  const int64_t panels = DivideUp(outputs, kConvF32Panel);
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
      Sums chains;
      AddWindow(p, at, group * depth, p.weight + block * k * kConvF32Panel,
                chains);
      float* sums = chains.Total().data();
      for (int64_t o = 0; o < used && p.bias != nullptr; ++o) {
        sums[o] += p.bias[channel + o];
      }
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
