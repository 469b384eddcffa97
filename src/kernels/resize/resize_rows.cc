#include "kernels/resize/resize_rows.h"

#include <algorithm>
#include <cstring>

#include "kernels/resize/resize_map.h"
#include "kernels/split.h"

namespace octet::kernels {
namespace {

// Bytes from pixel to pixel and of a pixel.
struct PixelBytes {
  int64_t x, y, row, size;
};

void MoveRow(const PixelBytes& bytes, const std::byte* row,
             const LinearMix* columns, int64_t begin, int64_t end,
             std::byte* y) {
  for (int64_t i = begin; i < end; ++i) {
    std::memcpy(y + (i - begin) * bytes.y, row + columns[i].low * bytes.x,
                size_t(bytes.size));
  }
}

void MixRow(const ResizeFns& fns, const ResizeParams& p,
            const PixelBytes& bytes, const std::byte* image,
            const LinearMix& row, const LinearMix* columns, int64_t begin,
            int64_t end, std::byte* y) {
  const auto mix = p.element_bytes == 1 ? fns.mix_u8 : fns.mix_f32;
  const std::byte* top = image + row.low * bytes.row;
  const std::byte* bottom = image + row.high * bytes.row;
  for (int64_t i = begin; i < end; ++i) {
    const LinearMix& column = columns[i];
    mix({top + column.low * bytes.x, bottom + column.low * bytes.x,
         top + column.high * bytes.x, bottom + column.high * bytes.x,
         row.weight, column.weight, y + (i - begin) * bytes.y, p.channels});
  }
}

}  // namespace

int64_t ResizeScratch(const ResizeParams& p) {
  return p.out_w * int64_t{sizeof(LinearMix)};
}

void RunResize(const ResizeFns& fns, const ResizeParams& p, int64_t part,
               int64_t parts, std::byte* scratch) {
  const bool is_nearest = p.mode == ResizeMode::kNearest;
  const ResizeAxis rows = RowAxis(p), column_axis = ColumnAxis(p);
  auto* columns = reinterpret_cast<LinearMix*>(scratch);
  for (int64_t i = 0; i < p.out_w; ++i) {
    columns[i] = is_nearest ? LinearMix{NearestIndex(column_axis, i), 0, 0}
                            : LinearMixOf(column_axis, i);
  }
  const PixelBytes bytes{p.x_pixel_stride * p.element_bytes,
                         p.y_pixel_stride * p.element_bytes,
                         p.in_w * p.x_pixel_stride * p.element_bytes,
                         p.channels * p.element_bytes};
  const Piece piece = PieceOf(p.batch * p.out_h * p.out_w, part, parts);
  for (int64_t pixel = piece.begin; pixel < piece.end;) {
    const int64_t begin = pixel % p.out_w;
    const int64_t end = std::min(p.out_w, begin + piece.end - pixel);
    const int64_t oy = pixel / p.out_w % p.out_h;
    const auto* image = static_cast<const std::byte*>(p.x) +
                        pixel / p.out_w / p.out_h * p.in_h * bytes.row;
    auto* y = static_cast<std::byte*>(p.y) + pixel * bytes.y;
    if (is_nearest) {
      MoveRow(bytes, image + NearestIndex(rows, oy) * bytes.row, columns, begin,
              end, y);
    } else {
      MixRow(fns, p, bytes, image, LinearMixOf(rows, oy), columns, begin, end,
             y);
    }
    pixel += end - begin;
  }
}

}  // namespace octet::kernels
