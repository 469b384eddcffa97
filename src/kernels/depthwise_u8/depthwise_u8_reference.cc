#include "kernels/depthwise_u8/depthwise_u8.h"
#include "kernels/depthwise_u8/depthwise_u8_piece.h"

namespace octet::kernels {
namespace {

uint8_t InputAt(const DepthwiseU8Params& p, int64_t image, int64_t y, int64_t x,
                int64_t c) {
  if (y < 0 || y >= p.in_h || x < 0 || x >= p.in_w) return p.x_zero[c];
  return p.x[((image * p.in_h + y) * p.in_w + x) * p.x_pixel_stride + c];
}

int32_t Sum(const DepthwiseU8Params& p, int64_t row, int64_t x, int64_t c) {
  const Window& w = p.window;
  const int64_t image = row / p.out_h;
  const int64_t y = row % p.out_h;
  const int64_t tap_stride = RoundUp(p.channels, 64);
  int32_t sum = p.epilogue.comp[c];
  for (int64_t ky = 0; ky < w.kernel_h; ++ky) {
    for (int64_t kx = 0; kx < w.kernel_w; ++kx) {
      const int32_t input =
          InputAt(p, image, y * w.stride_h - w.pad_top + ky * w.dilation_h,
                  x * w.stride_w - w.pad_left + kx * w.dilation_w, c);
      sum += input * p.weight[(ky * w.kernel_w + kx) * tap_stride + c];
    }
  }
  return sum;
}

}  // namespace

void DepthwiseU8Reference(const DepthwiseU8Params& params, int64_t part,
                          int64_t parts, std::byte*) {
  const DepthwiseU8Piece piece = PieceOf(params, part, parts);
  for (int64_t row = piece.row_begin; row < piece.row_end; ++row) {
    for (int64_t x = 0; x < params.out_w; ++x) {
      for (int64_t c = piece.channel_begin; c < piece.channel_end; ++c) {
        int32_t sum = Sum(params, row, x, c);
        ApplyEpilogueReference(params.epilogue, &sum, 16,
                               row * params.out_w + x, 1, c, 1);
      }
    }
  }
}

}  // namespace octet::kernels
