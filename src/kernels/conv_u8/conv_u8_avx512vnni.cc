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
#include "kernels/conv_u8/conv_u8_view.h"
#include "kernels/conv_u8/conv_u8_woven_avx512vnni.h"
#include "kernels/epilogue/epilogue.h"
#include "kernels/epilogue/fetch_ahead.h"
#include "kernels/epilogue/rounding_avx512.h"
#include "kernels/work.h"

namespace octet::kernels {
namespace {

// Output pixels whose windows are equally far apart.
struct Line {
  int64_t pixel;
  int64_t pixels;
  const uint8_t* input;
  int64_t stride;  // bytes
};

// The line that starts at `pixel`: the whole band where input and output
// pixels correspond one to one, else the rest of an output row.
Line LineAt(const ConvU8Params& p, const ConvU8Band& band,
            const ConvU8View& view, int64_t pixel) {
  const int64_t rest = band.pixel_end - pixel;
  if (IsOneToOne(p)) {
    return {pixel, rest, p.x + pixel * p.x_pixel_stride, p.x_pixel_stride};
  }
  const int64_t row_rest = p.out_w - pixel % p.out_w;
  const int64_t pixels = row_rest < rest ? row_rest : rest;
  const int64_t stride = p.window.stride_w * view.pixel_stride;
  if (IsFlat(p)) {
    return {pixel, pixels, p.x + FlatInputPixel(p, pixel) * p.x_pixel_stride,
            stride};
  }
  const int64_t row = (pixel - band.pixel_begin) / p.out_w;
  return {pixel, pixels, view.base + row * p.window.stride_h * view.row_stride,
          stride};
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

// The tiles of one block of channels, and how they end.
struct Tiles {
  ConvU8Tile tile;
  int64_t vectors;
  EpilogueKind kind;  // kFloat where sums go through memory, to:
  EpilogueFn epilogue;
  ConvU8TileFn woven;  // null where there is none; has all kinds but kFloat
};

// `count` tiles from output pixel `pixel` on that write the output themselves.
void RunWholeTiles(const EpilogueU8& e, ConvU8Tile& tile, ConvU8TileFn run,
                   int64_t pixel, int64_t count) {
  tile.y = e.y_u8 + pixel * e.y_pixel_stride + tile.channel;
  if (e.residual_u8 != nullptr) {
    tile.residual =
        e.residual_u8 + pixel * e.residual_pixel_stride + tile.channel;
  }
  tile.tiles = count;
  run(tile);
}

// `count` tiles of `pixels` pixels each, from output pixel `pixel` on.
void RunTiles(const EpilogueU8& e, Tiles& tiles, ConvU8TileFn run,
              int64_t pixel, int64_t pixels, int64_t count) {
  if (count == 0) return;
  ConvU8Tile& tile = tiles.tile;
  if (tiles.kind != EpilogueKind::kFloat) {
    return RunWholeTiles(e, tile, run, pixel, count);
  }
  tile.y = nullptr;
  for (int64_t t = 0; t < count; t += tile.tiles) {
    tile.tiles =
        count - t < kConvU8TilesOfSums ? count - t : kConvU8TilesOfSums;
    const int64_t n = tile.tiles * pixels;
    FetchAhead(e, pixel + n, n, tile.channel);
    run(tile);
    tiles.epilogue(e, tile.sums, 16 * tiles.vectors, pixel, n, tile.channel,
                   tile.channels);
    pixel += n;
  }
}

void RunLine(const ConvU8Params& p, const Line& line, Tiles& tiles) {
  tiles.tile.pixel_stride = line.stride;
  tiles.tile.input = line.input;
  const auto pick = kPick[tiles.vectors];
  if (tiles.woven != nullptr) {
    const int64_t pixels = kConvU8WovenPixels[tiles.vectors];
    const int64_t count = line.pixels / pixels, rest = line.pixels % pixels;
    if (count > 0) {
      RunWholeTiles(p.epilogue, tiles.tile, tiles.woven, line.pixel, count);
    }
    if (rest == 0) return;
    return RunTiles(p.epilogue, tiles, pick(rest, tiles.kind),
                    line.pixel + count * pixels, rest, 1);
  }
  const int64_t most = kConvU8TilePixels[tiles.vectors];
  const int64_t count = DivideUp(line.pixels, most);
  const int64_t pixels = line.pixels / count;
  const int64_t larger = line.pixels % count;  // tiles with one pixel more
  if (larger > 0) {
    RunTiles(p.epilogue, tiles, pick(pixels + 1, tiles.kind), line.pixel,
             pixels + 1, larger);
  }
  RunTiles(p.epilogue, tiles, pick(pixels, tiles.kind),
           line.pixel + larger * (pixels + 1), pixels, count - larger);
}

struct Band {
  const ConvU8Band& pixels;
  const ConvU8View& view;
};

// How the tiles end: sums that may not fit go the way of the floats, which
// bounds them, and so does kFactorAdd but in the woven form.
void SetEnd(const ConvU8Params& p, Tiles& tiles) {
  const int64_t depth =
      p.window.kernel_h * p.window.kernel_w * (p.in_channels / p.group);
  const float products = 255.0f * 128.0f * float(p.weight_parts * depth);
  const EpilogueU8& e = p.epilogue;
  const bool fits =
      FitsInt32(e, tiles.tile.channel, tiles.tile.channels, products);
  const int64_t vectors = tiles.vectors;
  tiles.kind = fits ? e.kind : EpilogueKind::kFloat;
  tiles.woven = vectors <= kConvU8WovenVectors
                    ? ConvU8Woven(vectors, tiles.tile.runs, tiles.kind)
                    : nullptr;
  if (tiles.kind == EpilogueKind::kFactorAdd) {
    tiles.kind = EpilogueKind::kFloat;
  }
  tiles.epilogue =
      fits ? ApplyFittingEpilogueAvx512Vnni : ApplyEpilogueAvx512Vnni;
}

// All pixels of a band, one block of channels.
void RunBlock(const ConvU8Params& p, const ConvU8Layout& layout,
              const Band& band, const PanelBlock& block,
              const Prefetch& prefetch, const ConvU8Avx512Scratch& scratch) {
  const ConvU8Panel first = PanelAt(p, block.first);
  const ConvU8Panel last = PanelAt(p, block.first + block.count - 1);
  Tiles tiles;
  tiles.vectors = block.count;
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
  tile.residual = nullptr;
  tile.residual_stride = p.epilogue.residual_pixel_stride;
  SetEnd(p, tiles);
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
  const int64_t blocks = DivideUp(rest, vectors);
  return {first, DivideUp(rest, blocks)};
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
  for (int64_t pixel = piece.pixel_begin; pixel < piece.pixel_end;) {
    const ConvU8Band band = BandAt(params, piece, pixel, tactic.band_pixels);
    const ConvU8View view = ViewOf(params, band, scratch.input);
    for (int64_t run = 0; run < params.weight_parts * layout.runs; ++run) {
      scratch.run_offsets[run] = RunOffset(params, run % layout.runs,
                                           view.row_stride, view.pixel_stride);
    }
    for (int64_t i = piece.panel_begin; i < piece.panel_end;) {
      const PanelBlock block = BlockAt(layout, piece, i, tactic.vectors);
      i += block.count;
      const PanelBlock next =
          BlockAt(layout, piece, i < piece.panel_end ? i : 0, tactic.vectors);
      const int8_t* const weights = PanelAt(params, next.first).weight;
      const int8_t* const end =
          i < piece.panel_end ? weights + next.count * panel_stride : weights;
      RunBlock(params, layout, {band, view}, block, {weights, end}, scratch);
    }
    pixel = band.pixel_end;
  }
}

}  // namespace octet::kernels
