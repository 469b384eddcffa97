#include "kernels/half_band/half_band.h"

#include <algorithm>

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
  std::copy_n(from, channels, to);
  std::fill(to + channels, to + padded, uint16_t{0});
}

void HalfBand::Copy(int64_t image, int64_t first, int64_t last, int64_t padded,
                    uint16_t* to) const {
  const int64_t top = first * window.stride_h - window.pad_top;
  const int64_t bottom = top + Rows(last - first);
  for (int64_t row = top; row < bottom; ++row) {
    for (int64_t i = 0; i < Columns(); ++i, to += padded) {
      const int64_t column = i - window.pad_left;
      const bool inside =
          row >= 0 && row < in_h && column >= 0 && column < in_w;
      const int64_t pixel = (image * in_h + row) * in_w + column;
      CopyHalfPixel(x + (inside ? pixel : 0) * pixel_stride,
                    inside ? channels : 0, padded, to);
    }
  }
}

}  // namespace octet::kernels
