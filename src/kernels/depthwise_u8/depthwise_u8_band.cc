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

// Columns of windows to the right of x.
int64_t RightOverhang(const DepthwiseU8Params& p) {
  return InputWidth(p) - p.window.pad_left - p.in_w;
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

// The first row of x, in its image, under the windows of output row `row`.
int64_t InputRow(const DepthwiseU8Params& p, int64_t row) {
  return row % p.out_h * p.window.stride_h - p.window.pad_top;
}

// The band of output rows [row, row_end) where it lies in x, all of it but for
// a column on each side.
DepthwiseU8Band BandOfX(const DepthwiseU8Params& p,
                        const DepthwiseU8Piece& piece, int64_t row,
                        int64_t row_end) {
  const int64_t y = row / p.out_h * p.in_h + InputRow(p, row);
  DepthwiseU8Band band;
  band.row_begin = row;
  band.row_end = row_end;
  band.row_stride = p.in_w * p.x_pixel_stride;
  band.pixel_stride = p.x_pixel_stride;
  band.input = p.x + y * band.row_stride -
               p.window.pad_left * p.x_pixel_stride + piece.channel_begin;
  band.lacks_left = p.window.pad_left > 0;
  band.lacks_right = RightOverhang(p) > 0;
  return band;
}

// The end of the rows from `row` on that the piece and the row's image have.
int64_t RowsEnd(const DepthwiseU8Params& p, const DepthwiseU8Piece& piece,
                int64_t row) {
  return std::min(piece.row_end, (row / p.out_h + 1) * p.out_h);
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
  const int64_t y = InputRow(p, row);
  const int64_t rows_end = RowsEnd(p, piece, row);
  if (!HasOverhang(p)) return BandOfX(p, piece, row, rows_end);
  const int64_t channels = piece.channel_end - piece.channel_begin;
  DepthwiseU8Band band;
  band.row_begin = row;
  band.row_end = std::min(rows_end, row + BandRows(p, channels));
  band.row_stride = InputWidth(p) * channels;
  band.pixel_stride = channels;
  band.input = memory;
  band.lacks_left = band.lacks_right = false;
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

DepthwiseU8Band BandInPlaceAt(const DepthwiseU8Params& p,
                              const DepthwiseU8Piece& piece, int64_t row,
                              int64_t rows, uint8_t* memory) {
  if (p.window.pad_left > 1 || RightOverhang(p) > 1) {
    return BandAt(p, piece, row, memory);
  }
  const int64_t end = RowsEnd(p, piece, row);
  const auto is_inside = [&](int64_t i) {
    return InputRow(p, i) >= 0 &&
           InputRow(p, i) + InputRows(p.window, 1) <= p.in_h;
  };
  // Whole groups of rows, so that only copies have rows that make none.
  int64_t inside = 0;
  while (row + inside < end && is_inside(row + inside)) ++inside;
  inside -= inside % rows;
  if (inside > 0) return BandOfX(p, piece, row, row + inside);
  // Up to where the next group begins inside.
  DepthwiseU8Piece edge = piece;
  int64_t group = row;
  while (group < end && !is_inside(group)) group += rows;
  if (group + rows <= end && is_inside(group + rows - 1)) edge.row_end = group;
  return BandAt(p, edge, row, memory);
}

}  // namespace octet::kernels
