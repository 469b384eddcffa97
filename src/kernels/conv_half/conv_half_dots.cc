#include "kernels/conv_half/conv_half_dots.h"

#include <algorithm>

#include "base/cpu.h"
#include "kernels/conv_f32/conv_f32_tile.h"
#include "kernels/conv_half/conv_half_bands.h"
#include "kernels/conv_half/conv_half_dots_avx512bf16.h"
#include "kernels/conv_half/conv_half_geometry.h"
#include "kernels/conv_half/conv_half_view.h"
#include "kernels/elementary/elementary_levels.h"
#include "kernels/scratch_dealer.h"
#include "kernels/split.h"
#include "kernels/work.h"

namespace octet::kernels {
namespace {

static_assert(kMaxTilePanels >= kMostDotPanels, "kNoTileBias is read whole");

struct Scratch {
  int64_t* run_offsets;
  uint16_t* band;
};

// Returns the end of what it places from address `at` on.
uintptr_t Place(const ConvHalfView& view, uintptr_t at, Scratch* s) {
  // Copies overshoot by up to three halves, tiles read one pair too far.
  constexpr int64_t kSlack = 32;
  ScratchDealer dealer{at};
  dealer.Place(&s->run_offsets, view.Runs());
  const int64_t halves = view.CopyHalves();
  dealer.Place(&s->band, halves == 0 ? 0 : halves + kSlack);
  return dealer.at;
}

// Estimated cycles of the tiles for a line of `pixels`.
double LineCycles(int64_t most_pixels, int64_t tile_panels, int64_t panels,
                  int64_t pixels, int64_t pairs) {
  // A call, the first loads and what of the epilogue does not overlap.
  constexpr double kTileCycles = 40;
  const int64_t tiles = DivideUp(pixels, most_pixels);
  const int64_t blocks = DivideUp(panels, tile_panels);
  const double rows = double(pixels) / double(tiles);
  const double columns = double(panels) / double(blocks);
  // A product and a load of 64 bytes a cycle, or two of a pair; the latency of
  // a product is 6.
  const double step = std::max({rows * columns, rows / 2 + columns, 6.0});
  return double(tiles * blocks) * (step * double(pairs) + kTileCycles);
}

// How many panels tiles have.
int64_t ChoosePanels(const ConvHalfDotTiles& tiles, int64_t panels,
                     int64_t pixels, int64_t pairs) {
  int64_t best = std::min(panels, kMostDotPanels);
  double least = 0;
  for (int64_t n = best; n >= 1; --n) {
    const double cycles =
        LineCycles(tiles.most_pixels[n], n, panels, pixels, pairs);
    // Wide tiles read the input less often: narrow ones must win clearly.
    if (least == 0 || cycles < 0.97 * least) {
      least = cycles;
      best = n;
    }
  }
  return best;
}

// A part at work.
class Part {
 public:
  Part(const ConvHalfDotTiles& tiles, const ConvHalfParams& params,
       std::byte* scratch)
      : tiles_(tiles),
        p_(params),
        g_(GeometryOf(params)),
        scratch_(ScratchOf(params, g_, scratch)),
        view_(params, g_, scratch_.band) {
    for (int64_t i = 0; i < view_.Runs(); ++i) {
      scratch_.run_offsets[i] = view_.RunOffset(i);
    }
    tile_.run_offsets = scratch_.run_offsets;
    tile_.runs = view_.Runs();
    tile_.pairs = view_.RunPairs();
    tile_.panel_halves = g_.weight.panel_halves();
    tile_.y_is_half = p_.y_is_half;
    tile_.y_stride = p_.y_pixel_stride;
    tile_.residual_stride = p_.residual_pixel_stride;
    tile_.epilogue = TileEpilogueOf(
        p_.before, p_.after,
        p_.y_is_half ? tiles.elementary_for_halves : tiles.elementary);
    end_ = EndOf(p_);
  }

  void Run(int64_t part, int64_t parts) {
    const ConvHalfPiece piece = PieceOf(g_, part, parts);
    for (int64_t row = piece.row_begin; row < piece.row_end;) {
      int64_t end = std::min(row + view_.BandRows(), piece.row_end);
      if (!g_.pointwise) {
        // A band lies in one image.
        end = std::min(end, (row / p_.out_h + 1) * p_.out_h);
      }
      view_.Take(row, end);
      for (int64_t group = 0; group < p_.group; ++group) {
        RunGroup(row * g_.row_pixels, end * g_.row_pixels, group, piece);
      }
      row = end;
    }
  }

 private:
  static Scratch ScratchOf(const ConvHalfParams& p, const ConvHalfGeometry& g,
                           std::byte* memory) {
    Scratch scratch;
    Place(ConvHalfView(p, g, nullptr), reinterpret_cast<uintptr_t>(memory),
          &scratch);
    return scratch;
  }

  // In registers SiLU is one for halves.
  static ConvHalfEnd EndOf(const ConvHalfParams& p) {
    if (IsTileClamp(p.before) && IsTileClamp(p.after)) {
      return ConvHalfEnd::kClamps;
    }
    return p.y_is_half && p.before.kind == FunctionKind::kSilu &&
                   IsTileClamp(p.after)
               ? ConvHalfEnd::kSilu
               : ConvHalfEnd::kFunctions;
  }

  // Output pixels [pixel, end) times the piece's panels of a group.
  void RunGroup(int64_t pixel, int64_t end, int64_t group,
                const ConvHalfPiece& piece) {
    if (pixel == end) return;
    const int64_t all = piece.panel_end - piece.panel_begin;
    const int64_t most = ChoosePanels(tiles_, all, view_.LineAt(pixel).pixels,
                                      tile_.runs * tile_.pairs);
    const int64_t blocks = DivideUp(all, most);
    // Two panels of halves are a line, and stores that cross lines are dear.
    const int64_t grain = all % 2 == 0 && most % 2 == 0 ? 2 : 1;
    const auto begin = [&](int64_t block) {
      return piece.panel_begin +
             grain * PartBegin(all / grain, std::min(block, blocks), blocks);
    };
    for (int64_t i = 0; i < blocks; ++i) {
      const int64_t first = begin(i), last = begin(i + 1), next = begin(i + 2);
      SetPanels(group, first, last, next);
      for (int64_t at = pixel; at < end;) {
        const ConvHalfLine line = view_.LineAt(at);
        RunLine(line, last - first);
        at += line.pixels;
      }
    }
  }

  // The weights of panels [first, last), and of those up to `next` to be
  // fetched meanwhile.
  void SetPanels(int64_t group, int64_t first, int64_t last, int64_t next) {
    tile_.weight =
        p_.weight + (group * g_.weight.panels() + first) * tile_.panel_halves;
    tile_.prefetch = tile_.weight + (last - first) * tile_.panel_halves;
    tile_.prefetch_end = tile_.prefetch + (next - last) * tile_.panel_halves;
    tile_.outputs = std::min(last * 16, g_.outputs) - first * 16;
    channel_ = group * g_.outputs + first * 16;
    in_channel_ = group * g_.weight.depth;
    tile_.bias = p_.bias == nullptr ? kNoTileBias : p_.bias + channel_;
  }

  void RunLine(const ConvHalfLine& line, int64_t panels) {
    const int64_t count = DivideUp(line.pixels, tiles_.most_pixels[panels]);
    const int64_t pixels = line.pixels / count;
    const int64_t larger = line.pixels % count;  // tiles with one pixel more
    tile_.pixel_stride = line.stride;
    RunTiles(line, 0, pixels + 1, larger, panels);
    RunTiles(line, larger * (pixels + 1), pixels, count - larger, panels);
  }

  // `count` tiles of `pixels` pixels each, from pixel `first` of a line on.
  void RunTiles(const ConvHalfLine& line, int64_t first, int64_t pixels,
                int64_t count, int64_t panels) {
    if (count == 0) return;
    const int64_t pixel = line.pixel + first;
    tile_.tiles = count;
    tile_.input = line.window + first * line.stride + in_channel_;
    tile_.y = static_cast<std::byte*>(p_.y) +
              (pixel * p_.y_pixel_stride + channel_) * (p_.y_is_half ? 2 : 4);
    tile_.residual =
        p_.residual == nullptr
            ? nullptr
            : p_.residual + pixel * p_.residual_pixel_stride + channel_;
    tiles_.pick[panels](pixels, end_)(tile_);
  }

  const ConvHalfDotTiles& tiles_;
  const ConvHalfParams& p_;
  const ConvHalfGeometry g_;
  const Scratch scratch_;
  ConvHalfView view_;
  ConvHalfTile tile_{};
  ConvHalfEnd end_;
  int64_t channel_ = 0;     // the first of a tile
  int64_t in_channel_ = 0;  // the first of a group
};

}  // namespace

bool HasDots(const ConvHalfParams& p) {
  return p.half == DType::kBF16 &&
         (p.group == 1 || p.in_channels / p.group % 2 == 0);
}

int64_t ConvHalfDotsScratchBytes(const ConvHalfParams& params) {
  const ConvHalfGeometry geometry = GeometryOf(params);
  Scratch scratch;
  return int64_t(Place(ConvHalfView(params, geometry, nullptr), 0, &scratch));
}

void RunConvHalfDots(const ConvHalfDotTiles& tiles,
                     const ConvHalfParams& params, int64_t part, int64_t parts,
                     std::byte* scratch) {
  Part(tiles, params, scratch).Run(part, parts);
}

void ConvHalfAvx512Bf16(const ConvHalfParams& params, int64_t part,
                        int64_t parts, std::byte* scratch) {
  constexpr const int64_t(&kMost)[kMostDotPanels + 1] = kConvHalfTilePixels;
  static constexpr ConvHalfDotTiles kTiles = {
      {kMost[0], kMost[1], kMost[2], kMost[3], kMost[4]},
      {nullptr, ConvHalfTile1Avx512Bf16, ConvHalfTile2Avx512Bf16,
       ConvHalfTile3Avx512Bf16, ConvHalfTile4Avx512Bf16},
      ElementaryAvx512Vnni,
      ElementaryForHalvesAvx512Bf16};
  if (HasDots(params)) {
    RunConvHalfDots(kTiles, params, part, parts, scratch);
  } else {
    RunConvHalfWide(CpuLevel::kAvx512Bf16, params, part, parts, scratch);
  }
}

}  // namespace octet::kernels
