#include "kernels/conv_u8/conv_u8_view.h"

#include <algorithm>
#include <cstring>

#include "kernels/conv_u8/conv_u8_layout.h"
#include "kernels/conv_u8/conv_u8_piece.h"

namespace octet::kernels {
namespace {

// Pixels are often a few vectors long, for which a call of memcpy is dear.
constexpr int64_t kVector = 16;

// Writes n copies of a code; may write up to 15 more.
uint8_t* Repeat(uint8_t code, int64_t n, uint8_t* to) {
  for (int64_t i = 0; i < n; i += kVector) std::memset(to + i, code, kVector);
  return to + n;
}

// Copies n codes; may read and write up to 15 more.
uint8_t* Copy(const uint8_t* from, int64_t n, uint8_t* to) {
  for (int64_t i = 0; i < n; i += kVector) {
    std::memcpy(to + i, from + i, kVector);
  }
  return to + n;
}

uint8_t* CopyPixels(const ConvU8Params& p, const uint8_t* from, int64_t n,
                    uint8_t* to) {
  if (p.x_pixel_stride == p.in_channels) {
    return Copy(from, n * p.in_channels, to);
  }
  for (int64_t i = 0; i < n; ++i) {
    to = Copy(from + i * p.x_pixel_stride, p.in_channels, to);
  }
  return to;
}

// Everything is written in the order of memory, so that what a copy writes
// too much is overwritten by the next, or falls into the slack.
void CopyBand(const ConvU8Params& p, const ConvU8Band& band, uint8_t* to) {
  // Columns of the band that the input has.
  const int64_t first = std::min(-band.in_x, band.width);
  const int64_t last = std::min(p.in_w - band.in_x, band.width);
  for (int64_t row = 0; row < band.rows; ++row) {
    const int64_t y = band.in_y + row;
    if (y < 0 || y >= p.in_h || last <= first) {
      to = Repeat(p.x_zero, band.width * p.in_channels, to);
      continue;
    }
    const int64_t pixel =
        (band.image * p.in_h + y) * p.in_w + band.in_x + first;
    to = Repeat(p.x_zero, first * p.in_channels, to);
    to = CopyPixels(p, p.x + pixel * p.x_pixel_stride, last - first, to);
    to = Repeat(p.x_zero, (band.width - last) * p.in_channels, to);
  }
}

}  // namespace

bool NeedsCopy(const ConvU8Params& p) {
  const bool run_has_gaps = p.window.kernel_w > 1 &&
                            LayoutOf(p).runs == p.window.kernel_h &&
                            p.x_pixel_stride != p.in_channels;
  return HasOverhang(p) || run_has_gaps;
}

ConvU8View ViewOf(const ConvU8Params& p, const ConvU8Band& band,
                  uint8_t* copy) {
  if (NeedsCopy(p)) {
    CopyBand(p, band, copy);
    return {copy, band.width * p.in_channels, p.in_channels};
  }
  const int64_t pixel =
      IsFlat(p) ? FlatInputPixel(p, band.pixel_begin)
                : (band.image * p.in_h + band.in_y) * p.in_w + band.in_x;
  return {p.x + pixel * p.x_pixel_stride, p.in_w * p.x_pixel_stride,
          p.x_pixel_stride};
}

void WindowOffsets(const ConvU8Params& p, const ConvU8Band& band,
                   const ConvU8View& view, int64_t* offsets) {
  const Window& w = p.window;
  const int64_t pixels = band.pixel_end - band.pixel_begin;
  if (!IsFlat(p)) {
    for (int64_t y = 0; y < pixels / p.out_w; ++y) {
      for (int64_t x = 0; x < p.out_w; ++x) {
        *offsets++ = y * w.stride_h * view.row_stride +
                     x * w.stride_w * view.pixel_stride;
      }
    }
    return;
  }
  const bool is_one_to_one = IsOneToOne(p);
  const int64_t first = FlatInputPixel(p, band.pixel_begin);
  for (int64_t i = 0; i < pixels; ++i) {
    const int64_t pixel =
        is_one_to_one ? i : FlatInputPixel(p, band.pixel_begin + i) - first;
    offsets[i] = pixel * view.pixel_stride;
  }
}

}  // namespace octet::kernels
