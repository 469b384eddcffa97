#include "kernels/conv_u8/conv_u8.h"
#include "kernels/conv_u8/conv_u8_layout.h"
#include "kernels/conv_u8/conv_u8_piece.h"

namespace octet::kernels {
namespace {

struct Tap {
  int64_t y, x;  // in the input; may lie outside
  int64_t channel;
};

// Input element `k` of run `run` for the output pixel `pixel`.
Tap TapAt(const ConvU8Params& p, const ConvU8Layout& layout, int64_t run,
          int64_t k, int64_t y, int64_t x) {
  const int64_t depth = p.in_channels / p.group;
  const int64_t tap = run * (layout.run_length / depth) + k / depth;
  const Window& w = p.window;
  return {y * w.stride_h - w.pad_top + tap / w.kernel_w * w.dilation_h,
          x * w.stride_w - w.pad_left + tap % w.kernel_w * w.dilation_w,
          k % depth};
}

uint8_t InputAt(const ConvU8Params& p, int64_t image, const Tap& tap) {
  if (tap.y < 0 || tap.y >= p.in_h || tap.x < 0 || tap.x >= p.in_w) {
    return p.x_zero;
  }
  const int64_t pixel = (image * p.in_h + tap.y) * p.in_w + tap.x;
  return p.x[pixel * p.x_pixel_stride + tap.channel];
}

// The sums of one pixel and one panel, comp included.
void Sums(const ConvU8Params& p, const ConvU8Panel& panel, int64_t pixel,
          int32_t* acc) {
  const ConvU8Layout layout = LayoutOf(p);
  const int64_t image = pixel / (p.out_h * p.out_w);
  const int64_t y = pixel / p.out_w % p.out_h;
  const int64_t x = pixel % p.out_w;
  for (int64_t c = 0; c < panel.channels; ++c) {
    acc[c] = p.epilogue.comp[panel.channel + c];
  }
  for (int64_t run = 0; run < layout.runs; ++run) {
    for (int64_t k = 0; k < layout.run_length; ++k) {
      Tap tap = TapAt(p, layout, run, k, y, x);
      tap.channel += panel.group * (p.in_channels / p.group);
      const int32_t input = InputAt(p, image, tap);
      for (int64_t part = 0; part < p.weight_parts; ++part) {
        const int64_t row = (part * layout.runs + run) * layout.k4 + k / 4;
        const int8_t* w = panel.weight + row * 64 + k % 4;
        for (int64_t c = 0; c < panel.channels; ++c) {
          acc[c] += input * w[c * 4];
        }
      }
    }
  }
}

}  // namespace

void ConvU8Reference(const ConvU8Params& params, int64_t part, int64_t parts,
                     std::byte*) {
  const ConvU8Piece piece = PieceOf(params, part, parts);
  for (int64_t pixel = piece.pixel_begin; pixel < piece.pixel_end; ++pixel) {
    for (int64_t i = piece.panel_begin; i < piece.panel_end; ++i) {
      const ConvU8Panel panel = PanelAt(params, i);
      int32_t acc[16];
      Sums(params, panel, pixel, acc);
      ApplyEpilogueReference(params.epilogue, acc, 16, pixel, 1, panel.channel,
                             panel.channels);
    }
  }
}

}  // namespace octet::kernels
