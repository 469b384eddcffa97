#include "kernels/depthwise_u8/depthwise_u8_band.h"

#include <algorithm>
#include <cstring>

namespace octet::kernels {
namespace {

// A quarter of the smallest second-level cache.
constexpr int64_t kBandBytes = 128 * 1024;
// Vectors of a pixel's last channels read on into what follows it.
constexpr int64_t kSlack = 64;

int64_t InputRows(const Window& w, int64_t out_rows) {
  return (out_rows - 1) * w.stride_h + (w.kernel_h - 1) * w.dilation_h + 1;
}

int64_t InputWidth(const DepthwiseU8Params& p) {
  const Window& w = p.window;
  return (p.out_w - 1) * w.stride_w + (w.kernel_w - 1) * w.dilation_w + 1;
}

bool HasOverhang(const DepthwiseU8Params& p) {
  return p.window.pad_top > 0 || p.window.pad_left > 0 ||
         InputRows(p.window, p.out_h) > p.in_h || InputWidth(p) > p.in_w;
}

// Output rows whose input fits the memory.
int64_t BandRows(const DepthwiseU8Params& p, int64_t channels) {
  const int64_t row_bytes = InputWidth(p) * channels;
  int64_t rows = 1;
  while (rows < p.out_h &&
         InputRows(p.window, rows + 1) * row_bytes <= kBandBytes) {
    ++rows;
  }
  return rows;
}

uint8_t* Repeat(const uint8_t* pixel, int64_t channels, int64_t n,
                uint8_t* to) {
  for (int64_t i = 0; i < n; ++i, to += channels) {
    std::memcpy(to, pixel, size_t(channels));
  }
  return to;
}

// One row of the band's memory from input row `from`.
uint8_t* CopyRow(const DepthwiseU8Params& p, const uint8_t* from,
                 const uint8_t* zero, int64_t channels, uint8_t* to) {
  const int64_t width = InputWidth(p);
  const int64_t left = std::min(p.window.pad_left, width);
  const int64_t inside = std::min(p.in_w, width - left);
  to = Repeat(zero, channels, left, to);
  if (p.x_pixel_stride == channels) {
    std::memcpy(to, from, size_t(inside * channels));
    to += inside * channels;
  } else {
    for (int64_t i = 0; i < inside; ++i, to += channels) {
      std::memcpy(to, from + i * p.x_pixel_stride, size_t(channels));
    }
  }
  return Repeat(zero, channels, width - left - inside, to);
}

}  // namespace

int64_t BandBytes(const DepthwiseU8Params& p) {
  if (!HasOverhang(p)) return 0;
  // A narrower piece has more rows, but not more bytes than fit or one row.
  const int64_t one_row = InputRows(p.window, 1) * InputWidth(p) * p.channels;
  return std::max(kBandBytes, one_row) + kSlack;
}

DepthwiseU8Band BandAt(const DepthwiseU8Params& p,
                       const DepthwiseU8Piece& piece, int64_t row,
                       uint8_t* memory) {
  const int64_t image = row / p.out_h;
  const int64_t y = row % p.out_h * p.window.stride_h - p.window.pad_top;
  DepthwiseU8Band band;
  band.row_begin = row;
  band.row_end = std::min(piece.row_end, (image + 1) * p.out_h);
  if (!HasOverhang(p)) {
    band.row_stride = p.in_w * p.x_pixel_stride;
    band.pixel_stride = p.x_pixel_stride;
    band.input =
        p.x + (image * p.in_h + y) * band.row_stride + piece.channel_begin;
    return band;
  }
  const int64_t channels = piece.channel_end - piece.channel_begin;
  band.row_end = std::min(band.row_end, row + BandRows(p, channels));
  band.row_stride = InputWidth(p) * channels;
  band.pixel_stride = channels;
  band.input = memory;
  const int64_t rows = InputRows(p.window, band.row_end - row);
  const uint8_t* const zero = p.x_zero + piece.channel_begin;
  for (int64_t i = y; i < y + rows; ++i) {
    if (i < 0 || i >= p.in_h) {
      memory = Repeat(zero, channels, InputWidth(p), memory);
    } else {
      const uint8_t* from = p.x +
                            (image * p.in_h + i) * p.in_w * p.x_pixel_stride +
                            piece.channel_begin;
      memory = CopyRow(p, from, zero, channels, memory);
    }
  }
  return band;
}

}  // namespace octet::kernels
