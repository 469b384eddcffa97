// AVX-512 VNNI: tiles of vpdpbusd over runs of input bytes (conv_u8_pack.h),
// one micro-kernel for 1x1, k x k and first convolutions. Loop order: band of
// pixels, block of channels, tiles; the band's input stays in the second-level
// cache and each block's weights stream through it once a band.
#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "kernels/conv_u8/conv_u8.h"
#include "kernels/conv_u8/conv_u8_band.h"
#include "kernels/conv_u8/conv_u8_layout.h"
#include "kernels/conv_u8/conv_u8_piece.h"
#include "kernels/conv_u8/conv_u8_scratch.h"
#include "kernels/conv_u8/conv_u8_tactic.h"
#include "kernels/conv_u8/conv_u8_tile_avx512vnni.h"
#include "kernels/epilogue/epilogue.h"
#include "kernels/epilogue/rounding_avx512.h"

namespace octet::kernels {
namespace {

// Copies n codes; may write up to 63 more.
uint8_t* Copy(const uint8_t* from, int64_t n, uint8_t* to) {
  for (int64_t i = 0; i < n; i += 64) {
    _mm512_storeu_si512(to + i, _mm512_loadu_si512(from + i));
  }
  return to + n;
}

// Writes n copies of a code; may write up to 63 more.
uint8_t* Repeat(uint8_t code, int64_t n, uint8_t* to) {
  const __m512i codes = _mm512_set1_epi8(char(code));
  for (int64_t i = 0; i < n; i += 64) _mm512_storeu_si512(to + i, codes);
  return to + n;
}

uint8_t* CopyPixels(const ConvU8Params& p, const uint8_t* from, int64_t n,
                    uint8_t* to) {
  if (p.x_pixel_stride == p.in_channels) {
    return Copy(from, n * p.in_channels, to);
  }
  for (int64_t i = 0; i < n; ++i) {
    to = Copy(from + i * p.x_pixel_stride, p.in_channels, to);
  }
  return to;
}

// Everything is written in the order of memory, so that what a copy writes
// too much is overwritten by the next, or falls into the slack.
void CopyBand(const ConvU8Params& p, const ConvU8Band& band, uint8_t* to) {
  int64_t first = -band.in_x;  // columns of the band that the input has
  int64_t last = p.in_w - band.in_x;
  first = first < band.width ? first : band.width;
  last = last < band.width ? last : band.width;
  for (int64_t row = 0; row < band.rows; ++row) {
    const int64_t y = band.in_y + row;
    if (y < 0 || y >= p.in_h || last <= first) {
      to = Repeat(p.x_zero, band.width * p.in_channels, to);
      continue;
    }
    const int64_t pixel =
        (band.image * p.in_h + y) * p.in_w + band.in_x + first;
    to = Repeat(p.x_zero, first * p.in_channels, to);
    to = CopyPixels(p, p.x + pixel * p.x_pixel_stride, last - first, to);
    to = Repeat(p.x_zero, (band.width - last) * p.in_channels, to);
  }
}

// How the windows of output pixels lie in memory.
struct View {
  const uint8_t* base;  // window of the band's first pixel; null where flat
  int64_t row_stride;   // bytes between the rows of a window
  int64_t pixel_bytes;  // bytes between the pixels of a window
};

// A dense convolution's band is copied where it needs a border or lies apart.
bool NeedsCopy(const ConvU8Params& p, const ConvU8Layout& layout) {
  const bool run_has_gaps = p.window.kernel_w > 1 &&
                            layout.runs == p.window.kernel_h &&
                            p.x_pixel_stride != p.in_channels;
  return HasOverhang(p) || run_has_gaps;
}

View ViewOf(const ConvU8Params& p, const ConvU8Layout& layout,
            const ConvU8Band& band, uint8_t* copy) {
  if (IsFlat(p)) return {nullptr, 0, 0};
  if (NeedsCopy(p, layout)) {
    CopyBand(p, band, copy);
    return {copy, band.width * p.in_channels, p.in_channels};
  }
  const int64_t pixel = (band.image * p.in_h + band.in_y) * p.in_w + band.in_x;
  return {p.x + pixel * p.x_pixel_stride, p.in_w * p.x_pixel_stride,
          p.x_pixel_stride};
}

// Output pixels whose windows are equally far apart.
struct Line {
  int64_t pixel;
  int64_t pixels;
  const uint8_t* input;
  int64_t stride;  // bytes
};

// The line that starts at `pixel`: the whole band where input and output
// pixels correspond one to one, else the rest of an output row.
Line LineAt(const ConvU8Params& p, const ConvU8Band& band, const View& view,
            int64_t pixel) {
  const int64_t rest = band.pixel_end - pixel;
  const bool is_flat = view.base == nullptr;
  if (is_flat && p.in_h == p.out_h && p.in_w == p.out_w) {
    return {pixel, rest, p.x + pixel * p.x_pixel_stride, p.x_pixel_stride};
  }
  const int64_t row_rest = p.out_w - pixel % p.out_w;
  const int64_t pixels = row_rest < rest ? row_rest : rest;
  if (is_flat) {
    return {pixel, pixels, p.x + FlatInputPixel(p, pixel) * p.x_pixel_stride,
            p.window.stride_w * p.x_pixel_stride};
  }
  const int64_t row = (pixel - band.pixel_begin) / p.out_w;
  return {pixel, pixels, view.base + row * p.window.stride_h * view.row_stride,
          p.window.stride_w * view.pixel_bytes};
}

using PickFn = ConvU8TileFn (*)(int64_t pixels, EpilogueKind kind);
constexpr PickFn kPick[] = {nullptr, ConvU8Tile1, ConvU8Tile2, ConvU8Tile3,
                            ConvU8Tile4};

// Panels that are computed together, all of one group.
struct PanelBlock {
  int64_t first;
  int64_t count;
};

// What the next block's weights are, fetched while this one is computed.
struct Prefetch {
  const int8_t* next;
  const int8_t* end;
};

// The residual and the output two tiles ahead, as the tile does for the output
// that it writes itself.
void PrefetchAhead(const EpilogueU8& e, int64_t pixel, int64_t pixels,
                   int64_t channel) {
  for (int64_t i = pixel + 2 * pixels; i < pixel + 3 * pixels; ++i) {
    if (e.residual_u8 != nullptr) {
      _mm_prefetch(e.residual_u8 + i * e.residual_pixel_stride + channel,
                   _MM_HINT_T0);
    }
    if (e.y_u8 != nullptr) {
      __builtin_prefetch(e.y_u8 + i * e.y_pixel_stride + channel, 1, 3);
    }
  }
}

// The tiles of one block of channels, and how they end.
struct Tiles {
  ConvU8Tile tile;
  int64_t vectors;
  EpilogueKind kind;  // kFloat where sums go through memory
};

// `count` tiles of `pixels` pixels each, from output pixel `pixel` on.
void RunTiles(const EpilogueU8& e, Tiles& tiles, int64_t pixel, int64_t pixels,
              int64_t count) {
  if (count == 0) return;
  ConvU8Tile& tile = tiles.tile;
  const ConvU8TileFn run = kPick[tiles.vectors](pixels, tiles.kind);
  if (tiles.kind != EpilogueKind::kFloat) {
    tile.y = e.y_u8 + pixel * e.y_pixel_stride + tile.channel;
    tile.tiles = count;
    run(tile);
    return;
  }
  tile.y = nullptr;
  tile.tiles = 1;
  for (int64_t t = 0; t < count; ++t, pixel += pixels) {
    PrefetchAhead(e, pixel, pixels, tile.channel);
    run(tile);
    ApplyEpilogueAvx512Vnni(e, tile.sums, 16 * tiles.vectors, pixel, pixels,
                            tile.channel, tile.channels);
  }
}

void RunLine(const ConvU8Params& p, const Line& line, Tiles& tiles) {
  const int64_t most = kConvU8TilePixels[tiles.vectors];
  const int64_t count = (line.pixels + most - 1) / most;
  const int64_t pixels = line.pixels / count;
  const int64_t larger = line.pixels % count;  // tiles with one pixel more
  tiles.tile.pixel_stride = line.stride;
  tiles.tile.input = line.input;
  RunTiles(p.epilogue, tiles, line.pixel, pixels + 1, larger);
  RunTiles(p.epilogue, tiles, line.pixel + larger * (pixels + 1), pixels,
           count - larger);
}

struct Band {
  const ConvU8Band& pixels;
  const View& view;
};

// All pixels of a band, one block of channels.
void RunBlock(const ConvU8Params& p, const ConvU8Layout& layout,
              const Band& band, const PanelBlock& block,
              const Prefetch& prefetch, EpilogueKind kind,
              const ConvU8Avx512Scratch& scratch) {
  const ConvU8Panel first = PanelAt(p, block.first);
  const ConvU8Panel last = PanelAt(p, block.first + block.count - 1);
  Tiles tiles;
  tiles.vectors = block.count;
  tiles.kind = kind;
  ConvU8Tile& tile = tiles.tile;
  tile.run_offsets = scratch.run_offsets;
  tile.runs = p.weight_parts * layout.runs;
  tile.k4 = layout.k4;
  tile.weights = first.weight;
  tile.panel_stride = p.weight_parts * layout.panel_bytes;
  tile.epilogue = &p.epilogue;
  tile.channel = first.channel;
  tile.channels = last.channel + last.channels - first.channel;
  tile.y_stride = p.epilogue.y_pixel_stride;
  tile.sums = scratch.sums;
  tile.prefetch = prefetch.next;
  tile.prefetch_end = prefetch.end;
  const int64_t group_offset = first.group * (p.in_channels / p.group);
  for (int64_t pixel = band.pixels.pixel_begin;
       pixel < band.pixels.pixel_end;) {
    Line line = LineAt(p, band.pixels, band.view, pixel);
    line.input += group_offset;
    RunLine(p, line, tiles);
    pixel += line.pixels;
  }
}

// The block that starts at panel `first`: those up to the end of its group or
// of the piece, spread evenly over blocks of at most `vectors`.
PanelBlock BlockAt(const ConvU8Layout& layout, const ConvU8Piece& piece,
                   int64_t first, int64_t vectors) {
  int64_t end = (first / layout.panels + 1) * layout.panels;
  if (end > piece.panel_end) end = piece.panel_end;
  const int64_t rest = end - first;
  const int64_t blocks = (rest + vectors - 1) / vectors;
  return {first, (rest + blocks - 1) / blocks};
}

// Sums that may not fit go the way of the floats, which bounds them.
EpilogueKind KindOf(const ConvU8Params& p) {
  const int64_t depth =
      p.window.kernel_h * p.window.kernel_w * (p.in_channels / p.group);
  const float products = 255.0f * 128.0f * float(p.weight_parts * depth);
  return FitsInt32(p.epilogue, 0, p.out_channels, products)
             ? p.epilogue.kind
             : EpilogueKind::kFloat;
}

}  // namespace

void ConvU8Avx512Vnni(const ConvU8Params& params, int64_t part, int64_t parts,
                      std::byte* scratch_memory) {
  const ConvU8Piece piece = PieceOf(params, part, parts);
  if (piece.pixel_begin == piece.pixel_end) return;
  const ConvU8Layout layout = LayoutOf(params);
  const ConvU8Avx512Scratch scratch =
      PlaceConvU8Avx512Scratch(params, scratch_memory);
  const ConvU8Tactic tactic =
      TacticOf(params, piece.panel_end - piece.panel_begin);
  const int64_t panel_stride = params.weight_parts * layout.panel_bytes;
  const EpilogueKind kind = KindOf(params);
  for (int64_t pixel = piece.pixel_begin; pixel < piece.pixel_end;) {
    const ConvU8Band band = BandAt(params, piece, pixel, tactic.band_pixels);
    const View view = ViewOf(params, layout, band, scratch.input);
    for (int64_t run = 0; run < params.weight_parts * layout.runs; ++run) {
      scratch.run_offsets[run] = RunOffset(params, run % layout.runs,
                                           view.row_stride, view.pixel_bytes);
    }
    for (int64_t i = piece.panel_begin; i < piece.panel_end;) {
      const PanelBlock block = BlockAt(layout, piece, i, tactic.vectors);
      i += block.count;
      const PanelBlock next =
          BlockAt(layout, piece, i < piece.panel_end ? i : 0, tactic.vectors);
      const int8_t* const weights = PanelAt(params, next.first).weight;
      const int8_t* const end =
          i < piece.panel_end ? weights + next.count * panel_stride : weights;
      RunBlock(params, layout, {band, view}, block, {weights, end}, kind,
               scratch);
    }
    pixel = band.pixel_end;
  }
}

}  // namespace octet::kernels
