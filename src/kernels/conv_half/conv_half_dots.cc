#include "kernels/conv_half/conv_half_dots.h"

#include <algorithm>

#include "base/cpu.h"
#include "kernels/conv_f32/conv_f32_tile.h"
#include "kernels/conv_half/conv_half_bands.h"
#include "kernels/conv_half/conv_half_dots_avx512bf16.h"
#include "kernels/conv_half/conv_half_part.h"
#include "kernels/elementary/elementary_levels.h"
#include "kernels/split.h"

namespace octet::kernels {
namespace {

class DotPart : public ConvHalfPart {
 public:
  DotPart(const ConvHalfDotTiles& tiles, const ConvHalfParams& params,
          std::byte* scratch)
      : ConvHalfPart(FindHalfRows(params.half, tiles.level), params, scratch),
        tiles_(tiles),
        channels_(RoundUp(params.in_channels, 2)) {}

 private:
  // Halves, with an even number of channels.
  uint16_t* halves() const { return reinterpret_cast<uint16_t*>(band()); }

  // Pixels are read where they lie if pairs end with them.
  bool ReadsInPlace() const {
    return geometry().pointwise && channels_ == params().in_channels;
  }

  void TakeBand(int64_t row, int64_t end) override {
    const ConvHalfParams& p = params();
    if (ReadsInPlace()) return;
    if (!geometry().pointwise) {
      const int64_t first = row % p.out_h;
      return geometry().band.Copy(row / p.out_h, first, first + end - row,
                                  channels_, halves());
    }
    for (int64_t i = row; i < end; ++i) {
      CopyHalfPixel(p.x + InputPixel(i) * p.x_pixel_stride, p.in_channels,
                    channels_, halves() + (i - row) * channels_);
    }
  }

  const uint16_t* WindowOf(const ConvHalfBlock& block, int64_t row,
                           int64_t column) const {
    const ConvHalfParams& p = params();
    const int64_t channel = block.group * geometry().weight.depth;
    if (ReadsInPlace()) {
      return p.x + InputPixel(row) * p.x_pixel_stride + channel;
    }
    const int64_t i = row - block.row;
    if (geometry().pointwise) return halves() + i * channels_ + channel;
    const int64_t columns = geometry().band.Columns();
    return halves() +
           (i * p.window.stride_h * columns + column * p.window.stride_w) *
               channels_ +
           channel;
  }

  void Convolve(const ConvHalfBlock& block) override {
    const int64_t panels = block.panel_end - block.panel;
    for (int64_t panel = 0; panel < panels; panel += kMostDotPanels) {
      const int64_t n = std::min<int64_t>(kMostDotPanels, panels - panel);
      RunTiles(block, panel, int(n));
    }
  }

  // All pixels of a block times some of its panels.
  void RunTiles(const ConvHalfBlock& block, int64_t panel, int panels) {
    const int64_t pixels = (block.end - block.row) * geometry().row_pixels;
    const int64_t count = (pixels + kMostDotRows - 1) / kMostDotRows;
    ConvHalfTile tile = TileOf(block, panel, panels);
    float* const y = tile.y;
    const float* const residual = tile.residual;
    for (int64_t i = 0; i < count; ++i) {
      const int64_t first = PartBegin(pixels, i, count);
      const int rows = int(PartBegin(pixels, i + 1, count) - first);
      for (int j = 0; j < rows; ++j) {
        const int64_t pixel = first + j;
        tile.pixels[j] =
            WindowOf(block, block.row + pixel / geometry().row_pixels,
                     pixel % geometry().row_pixels);
      }
      tile.y = y + first * block.y_stride;
      if (residual != nullptr) tile.residual = residual + first * block.n;
      tiles_.run(rows, panels, tile);
    }
  }

  ConvHalfTile TileOf(const ConvHalfBlock& block, int64_t panel,
                      int panels) const {
    const ConvHalfParams& p = params();
    const ConvHalfWeightShape& w = geometry().weight;
    ConvHalfTile tile{};
    tile.window_rows = p.window.kernel_h;
    tile.window_columns = p.window.kernel_w;
    tile.row_stride =
        p.window.dilation_h * geometry().band.Columns() * channels_;
    tile.column_stride = p.window.dilation_w * channels_;
    tile.pairs = w.pairs();
    tile.weight = p.weight + (block.group * w.panels() + block.panel + panel) *
                                 w.panel_halves();
    tile.panel_halves = w.panel_halves();
    tile.bias =
        p.bias == nullptr ? kNoTileBias : p.bias + block.channel + panel * 16;
    tile.y = block.y + panel * 16;
    tile.y_stride = block.y_stride;
    tile.residual_stride = block.n;
    tile.outputs = std::min<int64_t>(panels * 16, block.n - panel * 16);
    if (block.residual != nullptr) tile.residual = block.residual + panel * 16;
    tile.epilogue = TileEpilogueOf(p.before, p.after, tiles_.elementary);
    return tile;
  }

  const ConvHalfDotTiles& tiles_;
  const int64_t channels_;  // of a pixel of the band
};

}  // namespace

bool HasDots(const ConvHalfParams& p) {
  return p.half == DType::kBF16 &&
         (p.group == 1 || p.in_channels / p.group % 2 == 0);
}

void RunConvHalfDots(const ConvHalfDotTiles& tiles,
                     const ConvHalfParams& params, int64_t part, int64_t parts,
                     std::byte* scratch) {
  DotPart(tiles, params, scratch).Run(part, parts);
}

void ConvHalfAvx512Bf16(const ConvHalfParams& params, int64_t part,
                        int64_t parts, std::byte* scratch) {
  constexpr ConvHalfDotTiles kTiles = {
      CpuLevel::kAvx512Bf16, RunConvHalfTileAvx512Bf16, ElementaryAvx512Vnni};
  if (HasDots(params)) {
    RunConvHalfDots(kTiles, params, part, parts, scratch);
  } else {
    RunConvHalfWide(kTiles.level, params, part, parts, scratch);
  }
}

}  // namespace octet::kernels
