// The loops around the tiles of conv_f32, the same for every vector level:
// blocks of pixels that stay in the cache, blocks of panels, even tiles.
//
// Tiles gives kMaxPanels, MaxRows(panels), Run(rows, panels, tile) and
// Elementary (kernels/elementary of its level). Internal linkage throughout.
#ifndef OCTET_KERNELS_CONV_F32_CONV_F32_DRIVER_H_
#define OCTET_KERNELS_CONV_F32_CONV_F32_DRIVER_H_

#include <cstddef>
#include <cstdint>

#include "kernels/conv_f32/conv_f32.h"
#include "kernels/conv_f32/conv_f32_geometry.h"
#include "kernels/conv_f32/conv_f32_tile.h"

namespace octet::kernels {
namespace {

constexpr int64_t kMostPanels = 4;
constexpr float kNoBias[kMostPanels * 16] = {};

// Output pixels [begin, end), and what their windows are read from: the pixel
// (image, y, x), counted from the window of output pixel (0, 0), is at base +
// (image * image_rows + y - first_row) * image_row_stride + x * pixel_stride.
struct ConvF32Block {
  int64_t begin, end;
  const float* base;
  int64_t image_rows, first_row;
};

// The last pixel of a block that starts at `pixel`.
[[maybe_unused]] int64_t BlockEnd(const ConvF32Params& p,
                                  const ConvF32Geometry& g, int64_t pixel,
                                  int64_t end) {
  int64_t block_end = pixel + g.block_pixels;
  if (g.copies) {
    const int64_t row = pixel / p.out_w;
    const int64_t image_end = (row / p.out_h + 1) * p.out_h;
    const int64_t last_row =
        row + g.band_rows < image_end ? row + g.band_rows : image_end;
    block_end = last_row * p.out_w;
  }
  return block_end < end ? block_end : end;
}

// Copies the input rows that output rows [first, last] of one image need,
// between borders of zeros.
[[maybe_unused]] void CopyBand(const ConvF32Params& p, const ConvF32Geometry& g,
                               int64_t image, int64_t first, int64_t last,
                               float* to) {
  const Window& w = p.window;
  const int64_t c = p.in_channels;
  const int64_t top = first * w.stride_h - w.pad_top;
  const int64_t bottom = last * w.stride_h - w.pad_top +
                         (w.kernel_h - 1) * int64_t{w.dilation_h} + 1;
  const int64_t left =
      w.pad_left < g.band_columns ? w.pad_left : g.band_columns;
  const int64_t room = g.band_columns - left;
  const int64_t inside = p.in_w < room ? p.in_w : room;
  for (int64_t row = top; row < bottom; ++row, to += g.image_row_stride) {
    if (row < 0 || row >= p.in_h) {
      __builtin_memset(to, 0, size_t(g.image_row_stride) * sizeof(float));
      continue;
    }
    const float* from =
        p.x + (image * p.in_h + row) * p.in_w * p.x_pixel_stride;
    __builtin_memset(to, 0, size_t(left * c) * sizeof(float));
    if (p.x_pixel_stride == c) {
      __builtin_memcpy(to + left * c, from, size_t(inside * c) * sizeof(float));
    } else {
      for (int64_t i = 0; i < inside; ++i) {
        __builtin_memcpy(to + (left + i) * c, from + i * p.x_pixel_stride,
                         size_t(c) * sizeof(float));
      }
    }
    __builtin_memset(to + (left + inside) * c, 0,
                     size_t((room - inside) * c) * sizeof(float));
  }
}

[[maybe_unused]] ConvF32Block BlockAt(const ConvF32Params& p,
                                      const ConvF32Geometry& g, int64_t begin,
                                      int64_t end, float* scratch) {
  ConvF32Block block{begin, end, p.x, p.in_h, 0};
  if (g.copies) {
    const int64_t image = begin / p.out_w / p.out_h;
    const int64_t first = begin / p.out_w % p.out_h;
    const int64_t last = (end - 1) / p.out_w % p.out_h;
    CopyBand(p, g, image, first, last, scratch);
    // The copy starts at the first row that the block needs.
    block.base = scratch;
    block.image_rows = 0;
    block.first_row = first * p.window.stride_h;
  }
  return block;
}

// Points a tile's rows at the windows of pixels [first, first + rows).
[[maybe_unused]] void SetPixels(const ConvF32Params& p,
                                const ConvF32Geometry& g,
                                const ConvF32Block& block, int64_t first,
                                int rows, int64_t channel, ConvF32Tile& tile) {
  int64_t x = first % p.out_w, y = first / p.out_w % p.out_h;
  int64_t image = first / p.out_w / p.out_h;
  for (int i = 0; i < rows; ++i) {
    const int64_t row =
        image * block.image_rows + y * p.window.stride_h - block.first_row;
    tile.pixels[i] = block.base + row * g.image_row_stride +
                     x * p.window.stride_w * g.pixel_stride + channel;
    if (++x < p.out_w) continue;
    x = 0;
    if (++y < p.out_h) continue;
    y = 0;
    ++image;
  }
}

// The functions that a tile does not know, on a finished block of raw sums.
template <typename Tiles>
void ApplyFunctions(const ConvF32Params& p, const ConvF32Block& block,
                    int64_t channel, int64_t channels) {
  for (int64_t pixel = block.begin; pixel < block.end; ++pixel) {
    float* y = p.y + pixel * p.y_pixel_stride + channel;
    Tiles::Elementary(p.before, y, y, channels);
    if (p.residual != nullptr) {
      const float* residual =
          p.residual + pixel * p.residual_pixel_stride + channel;
      for (int64_t i = 0; i < channels; ++i) y[i] += residual[i];
    }
    Tiles::Elementary(p.after, y, y, channels);
  }
}

// Tiles over a block of pixels, for panels [panel, panel + panels) of a group.
template <typename Tiles>
void RunTiles(const ConvF32Params& p, const ConvF32Geometry& g,
              const ConvF32Block& block, int64_t group, ConvF32Tile tile,
              int panels) {
  const int64_t pixels = block.end - block.begin;
  const int64_t most = Tiles::MaxRows(panels);
  const int64_t count = (pixels + most - 1) / most;
  float* y = tile.y;
  const float* residual = tile.residual;
  for (int64_t i = 0; i < count; ++i) {
    const int64_t first = block.begin + PartBegin(pixels, i, count);
    const int rows = int(block.begin + PartBegin(pixels, i + 1, count) - first);
    SetPixels(p, g, block, first, rows, group * g.depth, tile);
    tile.y = y + first * p.y_pixel_stride;
    if (residual != nullptr) {
      tile.residual = residual + first * p.residual_pixel_stride;
    }
    Tiles::Run(rows, panels, tile);
  }
}

// All panels of one group of a piece, on one block of pixels.
template <typename Tiles>
void RunGroup(const ConvF32Params& p, const ConvF32Geometry& g,
              const ConvF32Piece& piece, const ConvF32Block& block,
              int64_t group) {
  const bool fuses = IsClamp(p.before) && IsClamp(p.after);
  ConvF32Tile tile{};
  tile.window_rows = g.window_rows;
  tile.window_columns = g.window_columns;
  tile.row_stride = g.row_stride;
  tile.column_stride = g.column_stride;
  tile.run = g.run;
  tile.panel_floats = g.panel_floats;
  tile.y_stride = p.y_pixel_stride;
  tile.residual_stride = p.residual_pixel_stride;
  if (fuses) {
    tile.before = ClampOf(p.before);
    tile.after = ClampOf(p.after);
  }
  const int64_t panels = piece.panel_end - piece.panel_begin;
  const int64_t blocks = (panels + Tiles::kMaxPanels - 1) / Tiles::kMaxPanels;
  for (int64_t i = 0; i < blocks; ++i) {
    const int64_t panel = piece.panel_begin + PartBegin(panels, i, blocks);
    const int64_t end = piece.panel_begin + PartBegin(panels, i + 1, blocks);
    const int64_t output = panel * 16, channel = group * g.outputs + output;
    tile.weight = p.weight + (group * g.panels + panel) * g.panel_floats;
    tile.bias = p.bias == nullptr ? kNoBias : p.bias + channel;
    tile.outputs =
        end * 16 < g.outputs ? (end - panel) * 16 : g.outputs - output;
    tile.y = p.y + channel;
    tile.residual =
        fuses && p.residual != nullptr ? p.residual + channel : nullptr;
    RunTiles<Tiles>(p, g, block, group, tile, int(end - panel));
    if (!fuses) ApplyFunctions<Tiles>(p, block, channel, tile.outputs);
  }
}

template <typename Tiles>
void RunConvF32(const ConvF32Params& p, int64_t part, int64_t parts,
                std::byte* scratch) {
  const ConvF32Geometry g = GeometryOf(p);
  const ConvF32Piece piece = PieceOf(p, g, part, parts);
  for (int64_t pixel = piece.pixel_begin; pixel < piece.pixel_end;) {
    const int64_t end = BlockEnd(p, g, pixel, piece.pixel_end);
    const ConvF32Block block =
        BlockAt(p, g, pixel, end, reinterpret_cast<float*>(scratch));
    for (int64_t group = 0; group < p.group; ++group) {
      RunGroup<Tiles>(p, g, piece, block, group);
    }
    pixel = end;
  }
}

}  // namespace
}  // namespace octet::kernels

#endif  // OCTET_KERNELS_CONV_F32_CONV_F32_DRIVER_H_
