// The definition of pool: plain loops over the part of a window that lies
// inside the image.
#include <algorithm>
#include <cmath>

#include "kernels/pool/pool.h"
#include "kernels/split.h"

namespace octet::kernels {
namespace {

// The rows or columns of one window that lie inside the image.
Piece Inside(int64_t out, int64_t in_size, int64_t kernel, int64_t stride,
             int64_t pad) {
  const int64_t begin = out * stride - pad;
  return {std::max<int64_t>(begin, 0), std::min(begin + kernel, in_size)};
}

// Calls visit(element) for the elements of channel `c` under a window, in row
// order, and returns the number that an average divides by.
template <typename T, typename Visit>
int64_t VisitWindow(const PoolShape& s, const T* x, int64_t pixel, int64_t c,
                    const Visit& visit) {
  const Window& w = s.window;
  const int64_t image = pixel / (s.out_h * s.out_w);
  const Piece rows = Inside(pixel / s.out_w % s.out_h, s.in_h, w.kernel_h,
                            w.stride_h, w.pad_top);
  const Piece columns =
      Inside(pixel % s.out_w, s.in_w, w.kernel_w, w.stride_w, w.pad_left);
  for (int64_t i = rows.begin; i < rows.end; ++i) {
    for (int64_t j = columns.begin; j < columns.end; ++j) {
      visit(x[((image * s.in_h + i) * s.in_w + j) * s.x_pixel_stride + c]);
    }
  }
  return s.count_include_pad
             ? w.kernel_h * w.kernel_w
             : (rows.end - rows.begin) * (columns.end - columns.begin);
}

uint8_t Average(const PoolU8Params& p, int64_t pixel, int64_t c) {
  const int64_t cx = p.x_quant.per_channel ? c : 0;
  const int64_t cy = p.y_quant.per_channel ? c : 0;
  int64_t sum = 0;
  const int64_t count = VisitWindow(
      p.shape, p.x, pixel, c,
      [&](uint8_t element) { sum += element - p.x_quant.zero_point[cx]; });
  const float m = p.x_quant.scale[cx] / (p.y_quant.scale[cy] * float(count));
  const float mean = std::isnan(float(sum) * m) ? 0 : float(sum) * m;
  const float v = std::clamp(std::nearbyint(mean), -65536.0f, 65536.0f);
  return uint8_t(std::clamp(int32_t(v) + p.y_quant.zero_point[cy], 0, 255));
}

}  // namespace

void PoolU8Reference(const PoolU8Params& p, int64_t part, int64_t parts,
                     std::byte*) {
  const PoolShape& s = p.shape;
  const Piece piece = PieceOf(s.batch * s.out_h * s.out_w, part, parts);
  for (int64_t pixel = piece.begin; pixel < piece.end; ++pixel) {
    for (int64_t c = 0; c < s.channels; ++c) {
      uint8_t& y = p.y[pixel * s.y_pixel_stride + c];
      if (s.kind == PoolKind::kAverage) {
        y = Average(p, pixel, c);
        continue;
      }
      uint8_t largest = 0;
      VisitWindow(s, p.x, pixel, c, [&](uint8_t element) {
        largest = std::max(largest, element);
      });
      y = largest;
    }
  }
}

void PoolF32Reference(const PoolF32Params& p, int64_t part, int64_t parts,
                      std::byte*) {
  const PoolShape& s = p.shape;
  const Piece piece = PieceOf(s.batch * s.out_h * s.out_w, part, parts);
  for (int64_t pixel = piece.begin; pixel < piece.end; ++pixel) {
    for (int64_t c = 0; c < s.channels; ++c) {
      float sum = 0, largest = -HUGE_VALF;
      const int64_t count = VisitWindow(s, p.x, pixel, c, [&](float element) {
        sum += element;
        largest = std::max(largest, element);
      });
      p.y[pixel * s.y_pixel_stride + c] =
          s.kind == PoolKind::kMax ? largest : sum / float(count);
    }
  }
}

}  // namespace octet::kernels
