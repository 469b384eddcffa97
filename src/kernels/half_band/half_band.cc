#include "kernels/half_band/half_band.h"

#include <algorithm>
#include <cstring>

namespace octet::kernels {
namespace {

// Zeros, the pixels inside the image, zeros.
void WidenRow(const HalfBand& band, const HalfRows& rows, const uint16_t* from,
              float* to) {
  const int64_t c = band.channels, columns = band.Columns();
  const int64_t left = std::min(band.window.pad_left, columns);
  const int64_t inside = std::min(band.in_w, columns - left);
  std::fill_n(to, left * c, 0.0f);
  to += left * c;
  if (band.pixel_stride == c) {
    rows.widen(from, to, inside * c);
  } else {
    for (int64_t i = 0; i < inside; ++i) {
      rows.widen(from + i * band.pixel_stride, to + i * c, c);
    }
  }
  std::fill_n(to + inside * c, (columns - left - inside) * c, 0.0f);
}

}  // namespace

int64_t HalfBand::RowsThatFit(int64_t floats, int64_t out_h) const {
  const int64_t rows = floats / std::max<int64_t>(1, RowFloats());
  return std::clamp<int64_t>((rows - Rows(1)) / window.stride_h + 1, 1,
                             std::max<int64_t>(1, out_h));
}

void HalfBand::Widen(const HalfRows& rows, int64_t image, int64_t first,
                     int64_t last, float* to) const {
  const int64_t top = first * window.stride_h - window.pad_top;
  const int64_t bottom = top + Rows(last - first);
  for (int64_t row = top; row < bottom; ++row, to += RowFloats()) {
    if (row < 0 || row >= in_h) {
      std::fill_n(to, RowFloats(), 0.0f);
    } else {
      WidenRow(*this, rows, x + (image * in_h + row) * in_w * pixel_stride, to);
    }
  }
}

void CopyHalfPixel(const uint16_t* from, int64_t channels, int64_t padded,
                   uint16_t* to) {
  std::memcpy(to, from, size_t(channels) * sizeof *to);
  std::fill(to + channels, to + padded, uint16_t{0});
}

void HalfBand::Copy(int64_t image, int64_t first, int64_t last, int64_t padded,
                    uint16_t* to) const {
  const int64_t top = first * window.stride_h - window.pad_top;
  const int64_t bottom = top + Rows(last - first);
  const int64_t columns = Columns();
  const int64_t left = std::min(window.pad_left, columns);
  const int64_t inside = std::min(in_w, columns - left);
  for (int64_t row = top; row < bottom; ++row, to += columns * padded) {
    if (row < 0 || row >= in_h) {
      std::fill_n(to, columns * padded, uint16_t{0});
      continue;
    }
    std::fill_n(to, left * padded, uint16_t{0});
    CopyPixels(x + (image * in_h + row) * in_w * pixel_stride, inside, padded,
               to + left * padded);
    std::fill_n(to + (left + inside) * padded,
                (columns - left - inside) * padded, uint16_t{0});
  }
}

void HalfBand::CopyPixels(const uint16_t* from, int64_t pixels, int64_t padded,
                          uint16_t* to) const {
  if (pixel_stride == channels && padded == channels) {
    std::memcpy(to, from, size_t(pixels * channels) * sizeof *to);
  } else if (channels == 3 && padded == 4) {
    // Of images: a call for each pixel takes longer than the convolution.
    for (int64_t i = 0; i < pixels; ++i, from += pixel_stride, to += 4) {
      uint64_t pixel;
      std::memcpy(&pixel, from, sizeof pixel);
      pixel = pixel << 16 >> 16;
      std::memcpy(to, &pixel, sizeof pixel);
    }
  } else {
    for (int64_t i = 0; i < pixels; ++i, from += pixel_stride, to += padded) {
      CopyHalfPixel(from, channels, padded, to);
    }
  }
}

}  // namespace octet::kernels
