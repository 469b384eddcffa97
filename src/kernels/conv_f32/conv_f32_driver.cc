#include "kernels/conv_f32/conv_f32_driver.h"

#include <algorithm>
#include <cstring>

#include "kernels/conv_f32/conv_f32_geometry.h"
#include "kernels/conv_f32/conv_f32_pack.h"
#include "kernels/work.h"

namespace octet::kernels {
namespace {

// A convolution and what its parts have in common.
struct Conv {
  const ConvF32Tiles& tiles;
  const ConvF32Params& params;
  ConvF32Geometry geometry;
  ConvF32Piece piece;
  float* scratch;  // may be null where nothing is copied: no stretches then
};

// Output pixels [begin, end), and what their windows are read from: the pixel
// (image, y, x) of the input, counted from the window of output pixel (0, 0),
// is at base + (image * image_rows + y - first_row) * image_row_stride +
// x * pixel_stride.
struct Block {
  int64_t begin, end;
  const float* base;
  int64_t image_rows, first_row;
};

// Where the windows of neighbouring pixels lie, one after the other.
class Windows {
 public:
  Windows(const Conv& conv, const Block& block, int64_t channel)
      : params_(conv.params),
        geometry_(conv.geometry),
        block_(block),
        channel_(channel) {
    const int64_t out_h = params_.out_h, out_w = params_.out_w;
    x_ = block.begin % out_w;
    y_ = block.begin / out_w % out_h;
    image_ = block.begin / out_w / out_h;
    StartRow();
  }

  const float* Next() {
    const float* window = next_;
    next_ += step_;
    if (++x_ == params_.out_w) {
      x_ = 0;
      if (++y_ == params_.out_h) {
        y_ = 0;
        ++image_;
      }
      StartRow();
    }
    return window;
  }

 private:
  void StartRow() {
    const int64_t row = image_ * block_.image_rows +
                        y_ * params_.window.stride_h - block_.first_row;
    step_ = params_.window.stride_w * geometry_.pixel_stride;
    next_ =
        block_.base + row * geometry_.image_row_stride + x_ * step_ + channel_;
  }

  const ConvF32Params& params_;
  const ConvF32Geometry& geometry_;
  const Block& block_;
  int64_t channel_;
  int64_t x_, y_, image_;
  const float* next_;
  int64_t step_;
};

// The end of the block that starts at `pixel`.
int64_t BlockEnd(const Conv& conv, int64_t pixel) {
  const ConvF32Params& p = conv.params;
  const ConvF32Geometry& g = conv.geometry;
  int64_t end = pixel + g.block_pixels;
  if (g.copies) {
    const int64_t row = pixel / p.out_w;
    const int64_t image_end = (row / p.out_h + 1) * p.out_h;
    end = std::min(row + g.band_rows, image_end) * p.out_w;
  }
  return std::min(end, conv.piece.pixel_end);
}

// One row of the copy: zeros, the pixels inside the image, zeros.
void CopyRow(const ConvF32Params& p, const ConvF32Geometry& g,
             const float* from, float* to) {
  const int64_t c = p.in_channels;
  const int64_t left = std::min<int64_t>(p.window.pad_left, g.band_columns);
  const int64_t inside = std::min(p.in_w, g.band_columns - left);
  const int64_t right = g.band_columns - left - inside;
  std::memset(to, 0, size_t(left * c) * sizeof(float));
  to += left * c;
  if (p.x_pixel_stride == c) {
    std::memcpy(to, from, size_t(inside * c) * sizeof(float));
  } else {
    for (int64_t i = 0; i < inside; ++i) {
      std::memcpy(to + i * c, from + i * p.x_pixel_stride,
                  size_t(c) * sizeof(float));
    }
  }
  std::memset(to + inside * c, 0, size_t(right * c) * sizeof(float));
}

// Copies the input rows that output rows [first, last] of one image need.
void CopyBand(const ConvF32Params& p, const ConvF32Geometry& g, int64_t image,
              int64_t first, int64_t last, float* to) {
  const Window& w = p.window;
  const int64_t top = first * w.stride_h - w.pad_top;
  const int64_t bottom = last * w.stride_h - w.pad_top +
                         (w.kernel_h - 1) * int64_t{w.dilation_h} + 1;
  for (int64_t row = top; row < bottom; ++row, to += g.image_row_stride) {
    if (row < 0 || row >= p.in_h) {
      std::memset(to, 0, size_t(g.image_row_stride) * sizeof(float));
    } else {
      CopyRow(p, g, p.x + (image * p.in_h + row) * p.in_w * p.x_pixel_stride,
              to);
    }
  }
}

Block BlockAt(const Conv& conv, int64_t begin) {
  const ConvF32Params& p = conv.params;
  Block block{begin, BlockEnd(conv, begin), p.x, p.in_h, 0};
  if (conv.geometry.copies) {
    const int64_t image = begin / p.out_w / p.out_h;
    const int64_t first = begin / p.out_w % p.out_h;
    const int64_t last = (block.end - 1) / p.out_w % p.out_h;
    CopyBand(p, conv.geometry, image, first, last, conv.scratch);
    // The copy has only this image, and starts at the first row needed.
    block.base = conv.scratch;
    block.image_rows = 0;
    block.first_row = first * p.window.stride_h;
  }
  return block;
}

// Tiles over a block of pixels, for some panels of a group, from element
// `first_element` of each run on. `tile` has everything that does not change
// from pixel to pixel; y and residual are those of pixel 0, chains those of the
// block's first.
void RunBlock(const Conv& conv, const Block& block, int64_t first_element,
              int panels, ConvF32Tile tile) {
  Windows windows(conv, block, first_element);
  tile.y += block.begin * tile.y_stride;
  if (tile.residual != nullptr) {
    tile.residual += block.begin * tile.residual_stride;
  }
  RunTiles(conv.tiles, panels, block.end - block.begin, tile,
           [&] { return windows.Next(); });
}

// Panels [first, end) of a group and elements [from, to) of its runs.
struct Slice {
  int64_t group;
  int64_t first, end;
  int64_t from, to;
};

// Which panels of a slice a tile takes at a time: as many each time, but the
// last half of one alone where tiles of whole panels would compute what is not
// there.
class PanelBlocks {
 public:
  PanelBlocks(const ConvF32Tiles& tiles, int64_t panels, int64_t outputs) {
    const bool ends_in_half =
        (panels - 1) * kConvF32Panel + kConvF32Panel / 2 >= outputs;
    has_half_ = ends_in_half && panels > 1 && tiles.max_panels > 1 &&
                tiles.max_rows[0] > 0;
    whole_ = panels - has_half_;
    whole_count_ = DivideUp(whole_, tiles.max_panels);
  }

  int64_t count() const { return whole_count_ + has_half_; }
  // Where block i begins; block count() begins behind the last panel.
  int64_t Begin(int64_t i) const {
    return i <= whole_count_ ? PartBegin(whole_, i, whole_count_) : whole_ + 1;
  }

 private:
  bool has_half_;
  int64_t whole_, whole_count_;
};

// One slice on one block of pixels. `tile` has what all slices have in common.
void RunSlice(const Conv& conv, const Block& block, const Slice& slice,
              ConvF32Tile tile) {
  const ConvF32Params& p = conv.params;
  const ConvF32Geometry& g = conv.geometry;
  const bool is_last = slice.to == g.run;
  const PanelBlocks blocks(conv.tiles, slice.end - slice.first,
                           g.outputs - slice.first * kConvF32Panel);
  tile.run = slice.to - slice.from;
  tile.chains_stride = g.stretch_panels * kConvF32Panel;
  for (int64_t i = 0; i < blocks.count(); ++i) {
    const int64_t offset = blocks.Begin(i);
    const int64_t first = slice.first + offset;
    const int64_t end = slice.first + blocks.Begin(i + 1);
    const int64_t channel = slice.group * g.outputs + first * kConvF32Panel;
    tile.weight = p.weight + (slice.group * g.panels + first) * g.panel_floats +
                  slice.from * kConvF32Panel;
    tile.ahead = tile.weight + (end - first) * g.panel_floats;
    tile.bias = p.bias == nullptr ? kNoTileBias : p.bias + channel;
    tile.outputs =
        std::min(end * kConvF32Panel, g.outputs) - first * kConvF32Panel;
    tile.y = p.y + channel;
    if (p.residual != nullptr) tile.residual = p.residual + channel;
    const int64_t chains = offset * kConvF32Panel;
    if (slice.from > 0) tile.chains_from = conv.scratch + chains;
    if (!is_last) tile.chains_to = conv.scratch + chains;
    RunBlock(conv, block, slice.group * g.depth + slice.from, int(end - first),
             tile);
  }
}

// All panels of one group of a piece, on one block of pixels.
void RunGroup(const Conv& conv, const Block& block, int64_t group) {
  const ConvF32Params& p = conv.params;
  const ConvF32Geometry& g = conv.geometry;
  ConvF32Tile tile{};
  tile.window_rows = g.window_rows;
  tile.window_columns = g.window_columns;
  tile.row_stride = g.row_stride;
  tile.column_stride = g.column_stride;
  tile.panel_floats = g.panel_floats;
  tile.y_stride = p.y_pixel_stride;
  tile.residual_stride = p.residual_pixel_stride;
  tile.epilogue = TileEpilogueOf(p.before, p.after, conv.tiles.elementary);
  const ConvF32Piece& piece = conv.piece;
  if (g.stretch == g.run || conv.scratch == nullptr) {
    RunSlice(conv, block, {group, piece.panel_begin, piece.panel_end, 0, g.run},
             tile);
    return;
  }
  for (int64_t first = piece.panel_begin; first < piece.panel_end;
       first += g.stretch_panels) {
    const int64_t end = std::min(first + g.stretch_panels, piece.panel_end);
    for (int64_t from = 0; from < g.run; from += g.stretch) {
      const int64_t to = std::min(from + g.stretch, g.run);
      RunSlice(conv, block, {group, first, end, from, to}, tile);
    }
  }
}

}  // namespace

void RunConvF32(const ConvF32Tiles& tiles, const ConvF32Params& params,
                int64_t part, int64_t parts, std::byte* scratch) {
  const ConvF32Geometry geometry = GeometryOf(params, tiles.stretches);
  const Conv conv{tiles, params, geometry,
                  PieceOf(params, geometry, part, parts),
                  reinterpret_cast<float*>(scratch)};
  for (int64_t pixel = conv.piece.pixel_begin; pixel < conv.piece.pixel_end;) {
    const Block block = BlockAt(conv, pixel);
    for (int64_t group = 0; group < params.group; ++group) {
      RunGroup(conv, block, group);
    }
    pixel = block.end;
  }
}

}  // namespace octet::kernels
