// The definition of resize: one output pixel at a time.
#include <cmath>
#include <cstring>

#include "kernels/resize/resize.h"
#include "kernels/resize/resize_map.h"
#include "kernels/split.h"

namespace octet::kernels {
namespace {

// Rows first, then columns, each as fma(weight, high - low, low).
float Mixed(float low, float high, float weight) {
  return std::fma(weight, high - low, low);
}

template <typename T>
T Rounded(float v) {
  if constexpr (sizeof(T) == 1) return T(std::nearbyint(v));
  return T(v);
}

// `row` and `column` are the pixel's place in its image.
template <typename T>
void MixPixel(const ResizeParams& p, int64_t image, const LinearMix& row,
              const LinearMix& column, T* y) {
  const T* x =
      static_cast<const T*>(p.x) + image * p.in_h * p.in_w * p.x_pixel_stride;
  const auto at = [&](int64_t i, int64_t j, int64_t c) {
    return float(x[(i * p.in_w + j) * p.x_pixel_stride + c]);
  };
  for (int64_t c = 0; c < p.channels; ++c) {
    const float left = Mixed(at(row.low, column.low, c),
                             at(row.high, column.low, c), row.weight);
    const float right = Mixed(at(row.low, column.high, c),
                              at(row.high, column.high, c), row.weight);
    y[c] = Rounded<T>(Mixed(left, right, column.weight));
  }
}

}  // namespace

void ResizeReference(const ResizeParams& p, int64_t part, int64_t parts,
                     std::byte*) {
  const ResizeAxis rows = RowAxis(p), columns = ColumnAxis(p);
  const Piece piece = PieceOf(p.batch * p.out_h * p.out_w, part, parts);
  for (int64_t pixel = piece.begin; pixel < piece.end; ++pixel) {
    const int64_t image = pixel / (p.out_h * p.out_w);
    const int64_t i = pixel / p.out_w % p.out_h, j = pixel % p.out_w;
    auto* y = static_cast<std::byte*>(p.y) +
              pixel * p.y_pixel_stride * p.element_bytes;
    if (p.mode == ResizeMode::kNearest) {
      const int64_t from = (image * p.in_h + NearestIndex(rows, i)) * p.in_w +
                           NearestIndex(columns, j);
      std::memcpy(y,
                  static_cast<const std::byte*>(p.x) +
                      from * p.x_pixel_stride * p.element_bytes,
                  size_t(p.channels * p.element_bytes));
      continue;
    }
    const LinearMix row = LinearMixOf(rows, i);
    const LinearMix column = LinearMixOf(columns, j);
    if (p.element_bytes == 1) {
      MixPixel(p, image, row, column, reinterpret_cast<uint8_t*>(y));
    } else {
      MixPixel(p, image, row, column, reinterpret_cast<float*>(y));
    }
  }
}

}  // namespace octet::kernels
