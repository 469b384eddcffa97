#include "kernels/pool/pool_windows.h"

#include <algorithm>

#include "kernels/split.h"

namespace octet::kernels {
namespace {

// The rows or columns of one window that lie inside the image.
Piece Inside(int64_t out, int64_t size, int64_t kernel, int64_t stride,
             int64_t pad) {
  const int64_t begin = out * stride - pad;
  return {std::max<int64_t>(begin, 0), std::min(begin + kernel, size)};
}

// Calls visit(window, its first channel and column, its output row) for every
// output pixel of a part. Where there are fewer pixels than parts (global
// pooling), parts share a pixel's channels.
template <typename T, typename Visit>
void VisitWindows(const PoolShape& s, const T* x, T* y, int64_t part,
                  int64_t parts, const Visit& visit) {
  const int64_t pixels = s.batch * s.out_h * s.out_w;
  if (pixels == 0) return;
  const int64_t pixel_parts = std::min(pixels, parts);
  const int64_t channel_parts = parts / pixel_parts;
  if (part >= pixel_parts * channel_parts) return;
  const Piece piece = PieceOf(pixels, part / channel_parts, pixel_parts);
  const Piece channels =
      PieceOf(s.channels, part % channel_parts, channel_parts, 64);
  const Window& w = s.window;
  PoolWindow<T> window{};
  window.row_stride = s.in_w * s.x_pixel_stride;
  window.column_stride = s.x_pixel_stride;
  window.channels = channels.end - channels.begin;
  for (int64_t pixel = piece.begin; pixel < piece.end; ++pixel) {
    const int64_t image = pixel / (s.out_h * s.out_w);
    const Piece rows = Inside(pixel / s.out_w % s.out_h, s.in_h, w.kernel_h,
                              w.stride_h, w.pad_top);
    const Piece columns =
        Inside(pixel % s.out_w, s.in_w, w.kernel_w, w.stride_w, w.pad_left);
    window.rows = rows.end - rows.begin;
    window.columns = columns.end - columns.begin;
    window.count = s.count_include_pad ? w.kernel_h * w.kernel_w
                                       : window.rows * window.columns;
    window.x = x +
               ((image * s.in_h + rows.begin) * s.in_w + columns.begin) *
                   s.x_pixel_stride +
               channels.begin;
    window.y = y + pixel * s.y_pixel_stride + channels.begin;
    visit(window, channels.begin, columns.begin, pixel / s.out_w);
  }
}

// The maxima of the columns that the windows of one output row see, each made
// when the first window asks for it.
template <typename T>
class ColumnMaxima {
 public:
  ColumnMaxima(void (*max)(const PoolWindow<T>& window), std::byte* scratch)
      : max_(max), maxima_(reinterpret_cast<T*>(scratch)) {}

  // One window of output row `row`, whose first column is `column`; to be
  // called in the order of the windows.
  void Max(const PoolWindow<T>& window, int64_t column, int64_t row) {
    if (row != row_) {
      row_ = row;
      end_ = column;
    }
    PoolWindow<T> part = window;
    part.columns = 1;
    for (; end_ < column + window.columns; ++end_) {
      part.x = window.x + (end_ - column) * window.column_stride;
      part.y = maxima_ + end_ * window.channels;
      max_(part);
    }
    part = window;
    part.x = maxima_ + column * window.channels;
    part.rows = 1;
    part.column_stride = window.channels;
    max_(part);
  }

 private:
  void (*max_)(const PoolWindow<T>& window);
  T* maxima_;
  int64_t row_ = -1;
  int64_t end_ = 0;  // of the columns that are there
};

template <typename T>
void RunMaxPool(void (*max)(const PoolWindow<T>& window), const PoolShape& s,
                const T* x, T* y, int64_t part, int64_t parts,
                std::byte* scratch) {
  const bool by_columns = PoolsByColumns(s);
  ColumnMaxima<T> columns(max, scratch);
  VisitWindows(
      s, x, y, part, parts,
      [&](const PoolWindow<T>& window, int64_t, int64_t column, int64_t row) {
        by_columns ? columns.Max(window, column, row) : max(window);
      });
}

}  // namespace

bool PoolsByColumns(const PoolShape& s) {
  const Window& w = s.window;
  return s.kind == PoolKind::kMax &&
         w.stride_w * w.kernel_h + w.kernel_w < w.kernel_h * w.kernel_w;
}

void RunPoolU8(const PoolU8Fns& fns, const PoolU8Params& p, int64_t part,
               int64_t parts, std::byte* scratch) {
  if (p.shape.kind == PoolKind::kMax) {
    return RunMaxPool(fns.max, p.shape, p.x, p.y, part, parts, scratch);
  }
  VisitWindows(p.shape, p.x, p.y, part, parts,
               [&](const PoolWindow<uint8_t>& window, int64_t channel, int64_t,
                   int64_t) {
                 const int64_t x = p.x_quant.per_channel ? 1 : 0;
                 const int64_t y = p.y_quant.per_channel ? 1 : 0;
                 fns.average(window, {p.x_quant.scale + x * channel,
                                      p.x_quant.zero_point + x * channel, x,
                                      p.y_quant.scale + y * channel,
                                      p.y_quant.zero_point + y * channel, y});
               });
}

void RunPoolF32(const PoolF32Fns& fns, const PoolF32Params& p, int64_t part,
                int64_t parts, std::byte* scratch) {
  if (p.shape.kind == PoolKind::kMax) {
    return RunMaxPool(fns.max, p.shape, p.x, p.y, part, parts, scratch);
  }
  VisitWindows(p.shape, p.x, p.y, part, parts,
               [&](const PoolWindow<float>& window, int64_t, int64_t, int64_t) {
                 fns.average(window);
               });
}

}  // namespace octet::kernels
