#include "kernels/conv_u8/conv_u8_band.h"

#include <algorithm>

#include "kernels/split.h"
#include "kernels/work.h"

namespace octet::kernels {
namespace {

// A second-level cache has 512 KB or more; the rest is for a panel of weights.
constexpr int64_t kBandBytes = 192 * 1024;
// A flat band's outputs are often more than its inputs, and each panel writes a
// part of every line of them: they have to stay there too.
constexpr int64_t kFlatBandBytes = 128 * 1024;
// Enough that sorting the weights of a panel (AVX2) costs little beside using
// them.
constexpr int64_t kLeastFlatPixels = 96;
// A pixel has an offset besides, of 8 bytes.
constexpr int64_t kMostFlatPixels = 6144;

int64_t BandWidth(const ConvU8Params& p) {
  const Window& w = p.window;
  return (p.out_w - 1) * w.stride_w + (w.kernel_w - 1) * w.dilation_w + 1;
}

int64_t BandRows(const ConvU8Params& p, int64_t out_rows) {
  const Window& w = p.window;
  return (out_rows - 1) * w.stride_h + (w.kernel_h - 1) * w.dilation_h + 1;
}

}  // namespace

int64_t BandPixels(const ConvU8Params& p) {
  if (IsFlat(p)) {
    const int64_t fit = kFlatBandBytes / p.in_channels;
    return std::min(std::clamp(fit, kLeastFlatPixels, kMostFlatPixels),
                    p.batch * p.out_h * p.out_w);
  }
  const int64_t row_bytes = BandWidth(p) * p.in_channels;
  int64_t rows = 1;
  while (rows < p.out_h && BandRows(p, rows + 1) * row_bytes <= kBandBytes) {
    ++rows;
  }
  return rows * p.out_w;
}

int64_t BandElements(const ConvU8Params& p) {
  return BandRows(p, BandPixels(p) / p.out_w) * BandWidth(p) * p.in_channels;
}

ConvU8Band BandAt(const ConvU8Params& p, const ConvU8Piece& piece,
                  int64_t pixel, int64_t band_pixels) {
  ConvU8Band band;
  band.pixel_begin = pixel;
  const int64_t image_pixels = p.out_h * p.out_w;
  const int64_t image_end = (pixel / image_pixels + 1) * image_pixels;
  const int64_t end =
      IsFlat(p) ? piece.pixel_end : std::min(piece.pixel_end, image_end);
  const int64_t rest = end - pixel;
  const int64_t even = RoundUp(EvenPiece(rest, band_pixels), Grain(p));
  band.pixel_end = pixel + std::min({even, band_pixels, rest});
  if (IsFlat(p)) {
    band.rows = band.width = band.image = band.in_y = band.in_x = 0;
    return band;
  }
  band.image = pixel / image_pixels;
  band.rows = BandRows(p, (band.pixel_end - pixel) / p.out_w);
  band.width = BandWidth(p);
  band.in_y = pixel / p.out_w % p.out_h * p.window.stride_h - p.window.pad_top;
  band.in_x = -p.window.pad_left;
  return band;
}

int64_t FlatInputPixel(const ConvU8Params& p, int64_t pixel) {
  const int64_t image = pixel / (p.out_h * p.out_w);
  const int64_t y = pixel / p.out_w % p.out_h * p.window.stride_h;
  const int64_t x = pixel % p.out_w * p.window.stride_w;
  return (image * p.in_h + y) * p.in_w + x;
}

}  // namespace octet::kernels
