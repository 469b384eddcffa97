// The kernel of conv_u8_winograd over any lanes. L has
//
//   Words    16-bit lanes: those of winograd_lanes.h, Widen (u8 codes), Store
//   Sums     32-bit lanes: those of winograd_lanes.h, Set, MulLow, ShiftRight,
//            Load, Store
//   RepeatPair, AddProducts: the product of pairs of 16-bit numbers
//   WidenGroup: [16][4] s8 weights as [2][16][2] 16-bit numbers
//   kTileRows: tiles whose sums fill the registers, by panels
//   Epilogue
//
// Internal linkage, so that files of any instruction set may include this.
#ifndef OCTET_KERNELS_CONV_U8_WINOGRAD_CONV_U8_WINOGRAD_LANES_H_
#define OCTET_KERNELS_CONV_U8_WINOGRAD_CONV_U8_WINOGRAD_LANES_H_

#include <cstddef>
#include <cstdint>

#include "kernels/conv_u8/conv_u8.h"
#include "kernels/conv_u8/conv_u8_piece.h"
#include "kernels/conv_u8_winograd/winograd_lanes.h"
#include "kernels/conv_u8_winograd/winograd_tiles.h"

namespace octet::kernels {
namespace {

// Tiles [begin, end) of one piece, in scratch.
struct Band {
  const ConvU8Params& params;
  const WinogradTiles& tiles;
  const WinogradStrides& strides;
  const WinogradScratch& scratch;
  int64_t begin, end;
};

// Where the inputs of a tile are, row by row; pixels outside of the image are
// the scratch's edge.
void FindPixels(const Band& band, int64_t tile, const uint8_t* (&pixels)[36]) {
  const ConvU8Params& p = band.params;
  const int64_t column = tile % band.tiles.columns;
  const int64_t row = tile / band.tiles.columns % band.tiles.rows;
  const int64_t image = tile / band.tiles.columns / band.tiles.rows;
  const int64_t y = 4 * row - p.window.pad_top;
  const int64_t x = 4 * column - p.window.pad_left;
  for (int64_t i = 0; i < 6; ++i) {
    const bool in_image = y + i >= 0 && y + i < p.in_h;
    const int64_t first = ((image * p.in_h + y + i) * p.in_w + x);
    for (int64_t j = 0; j < 6; ++j) {
      pixels[6 * i + j] = in_image && x + j >= 0 && x + j < p.in_w
                              ? p.x + (first + j) * p.x_pixel_stride
                              : band.scratch.edge;
    }
  }
}

template <typename L>
void TransformInputs(const Band& band) {
  using W = typename L::Words;
  using I = typename W::I;
  const int64_t channels = band.params.in_channels;
  for (int64_t tile = band.begin; tile < band.end; ++tile) {
    const uint8_t* pixels[36];
    FindPixels(band, tile, pixels);
    int16_t* const to =
        band.scratch.input + (tile - band.begin) * band.strides.channels;
    for (int64_t c = 0; c < channels; c += W::kLanes) {
      I columns[6][6];
#pragma GCC unroll 6
      for (int x = 0; x < 6; ++x) {
        I d[6], v[6];
#pragma GCC unroll 6
        for (int y = 0; y < 6; ++y) d[y] = W::Widen(pixels[6 * y + x] + c);
        TransformInput<W>(d, v);
#pragma GCC unroll 6
        for (int i = 0; i < 6; ++i) columns[i][x] = v[i];
      }
#pragma GCC unroll 6
      for (int i = 0; i < 6; ++i) {
        I v[6];
        TransformInput<W>(columns[i], v);
#pragma GCC unroll 6
        for (int j = 0; j < 6; ++j) {
          W::Store(to + (6 * i + j) * band.strides.input + c, v[j]);
        }
      }
    }
  }
}

// One panel: [3][3 * channels / 4][16][4] s8 becomes 36 positions of
// [channels / 2][16][2] s16.
template <typename L>
void TransformPanel(const ConvU8Params& p, const int8_t* from, int64_t stride,
                    int16_t* to) {
  using W = typename L::Words;
  using I = typename W::I;
  constexpr int kVectors = 64 / W::kLanes;
  const int64_t groups = p.in_channels / 4;
  for (int64_t group = 0; group < groups; ++group) {
    I taps[9][kVectors];
#pragma GCC unroll 9
    for (int tap = 0; tap < 9; ++tap) {
      L::WidenGroup(from + (tap * groups + group) * 64, taps[tap]);
    }
    for (int v = 0; v < kVectors; ++v) {
      I columns[6][3];
#pragma GCC unroll 3
      for (int x = 0; x < 3; ++x) {
        const I g[3] = {taps[x][v], taps[3 + x][v], taps[6 + x][v]};
        I u[6];
        TransformWeights<W>(g, u);
#pragma GCC unroll 6
        for (int i = 0; i < 6; ++i) columns[i][x] = u[i];
      }
      int16_t* const at = to + group * 64 + v * W::kLanes;
#pragma GCC unroll 6
      for (int i = 0; i < 6; ++i) {
        I u[6];
        TransformWeights<W>(columns[i], u);
#pragma GCC unroll 6
        for (int j = 0; j < 6; ++j) W::Store(at + (6 * i + j) * stride, u[j]);
      }
    }
  }
}

struct Product {
  const int16_t* input;  // [tiles][channels]
  int64_t channels;      // from tile to tile
  int64_t pairs;
  const int16_t* weights;  // [pairs][16][2]
  int64_t panel;           // from panel to panel
  int32_t* sums;           // [tiles][16]
  int64_t sums_panel;      // from panel to panel
};

// kRows tiles times kPanels panels at one position.
template <typename L, int kRows, int kPanels>
void Multiply(const Product& product) {
  using S = typename L::Sums;
  constexpr int kPerPanel = 16 / S::kLanes;
  constexpr int kVectors = kPanels * kPerPanel;
  typename S::I sums[kRows][kVectors];
#pragma GCC unroll 28
  for (int i = 0; i < kRows; ++i) {
#pragma GCC unroll 2
    for (int v = 0; v < kVectors; ++v) sums[i][v] = S::Set(0);
  }
  // One pointer for three tiles, as in conv_u8_tile_body_avx512vnni.h.
  constexpr int kPointers = (kRows + 2) / 3;
  const int16_t* x[kPointers];
#pragma GCC unroll 8
  for (int g = 0; g < kPointers; ++g) {
    x[g] = product.input + 3 * g * product.channels;
  }
  const int16_t* w = product.weights;
  for (int64_t k = 0; k < product.pairs; ++k) {
    typename S::I weights[kVectors];
#pragma GCC unroll 2
    for (int v = 0; v < kVectors; ++v) {
      weights[v] = S::Load(w + v / kPerPanel * product.panel +
                           v % kPerPanel * (2 * S::kLanes));
    }
#pragma GCC unroll 28
    for (int i = 0; i < kRows; ++i) {
      const typename S::I pair =
          L::RepeatPair(x[i / 3] + i % 3 * product.channels);
#pragma GCC unroll 2
      for (int v = 0; v < kVectors; ++v) {
        L::AddProducts(sums[i][v], pair, weights[v]);
      }
    }
#pragma GCC unroll 8
    for (int g = 0; g < kPointers; ++g) {
      x[g] += 2;
      asm("" : "+r"(x[g]));
    }
    w += 32;
  }
#pragma GCC unroll 28
  for (int i = 0; i < kRows; ++i) {
#pragma GCC unroll 2
    for (int v = 0; v < kVectors; ++v) {
      S::Store(product.sums + v / kPerPanel * product.sums_panel + i * 16 +
                   v % kPerPanel * S::kLanes,
               sums[i][v]);
    }
  }
}

// All positions, for some panels.
template <typename L>
void MultiplyPositions(const Band& band, int64_t panels) {
  const int64_t tiles = band.end - band.begin;
  const int64_t most = L::kTileRows[panels];
  const int64_t count = (tiles + most - 1) / most;
  for (int position = 0; position < 36; ++position) {
    Product product;
    product.channels = band.strides.channels;
    product.pairs = band.params.in_channels / 2;
    product.weights = band.scratch.weights + position * band.strides.weights;
    product.panel = 36 * band.strides.weights;
    product.sums_panel = 36 * band.strides.sums;
    const int16_t* const input =
        band.scratch.input + position * band.strides.input;
    int32_t* const sums = band.scratch.sums + position * band.strides.sums;
    for (int64_t i = 0; i < count; ++i) {
      const int64_t begin = PartBegin(tiles, i, count);
      product.input = input + begin * band.strides.channels;
      product.sums = sums + begin * 16;
      L::Multiply(PartBegin(tiles, i + 1, count) - begin, panels, product);
    }
  }
}

// The sums of one tile and sixteen channels: [4][row][16] from `to` on, `row`
// elements from one row of outputs to the next.
template <typename L>
void TransformSums(const int32_t* sums, int64_t stride, const int32_t* comp,
                   int32_t* to, int64_t row) {
  using S = typename L::Sums;
  using I = typename S::I;
  const I inverse = S::Set(int32_t(kInverseOfNine));
  for (int lane = 0; lane < 16; lane += S::kLanes) {
    I columns[4][6];
#pragma GCC unroll 6
    for (int x = 0; x < 6; ++x) {
      I m[6], y[4];
#pragma GCC unroll 6
      for (int i = 0; i < 6; ++i) {
        m[i] = S::Load(sums + (6 * i + x) * stride + lane);
      }
      TransformOutput<S>(m, y);
#pragma GCC unroll 4
      for (int i = 0; i < 4; ++i) columns[i][x] = y[i];
    }
    const I start = S::Load(comp + lane);
#pragma GCC unroll 4
    for (int i = 0; i < 4; ++i) {
      I y[4];
      TransformOutput<S>(columns[i], y);
#pragma GCC unroll 4
      for (int j = 0; j < 4; ++j) {
        const I sum = S::ShiftRight(S::MulLow(y[j], inverse),
                                    kOutputShift[i] + kOutputShift[j]);
        S::Store(to + i * row + j * 16 + lane, S::Add(sum, start));
      }
    }
  }
}

// Outputs of the band for one panel, a row of tiles at a time.
template <typename L>
void FinishPanel(const Band& band, const int32_t* sums,
                 const ConvU8Panel& panel) {
  const ConvU8Params& p = band.params;
  const int32_t* const comp = p.epilogue.comp + panel.channel;
  for (int64_t tile = band.begin; tile < band.end;) {
    const int64_t column = tile % band.tiles.columns;
    const int64_t y = tile / band.tiles.columns % band.tiles.rows * 4;
    const int64_t image = tile / band.tiles.columns / band.tiles.rows;
    int64_t some = band.tiles.columns - column;
    if (some > band.end - tile) some = band.end - tile;
    const int64_t row = some * 4 * 16;
    for (int64_t i = 0; i < some; ++i) {
      TransformSums<L>(sums + (tile - band.begin + i) * 16, band.strides.sums,
                       comp, band.scratch.outputs + i * 4 * 16, row);
    }
    const int64_t right = p.out_w - 4 * column;
    const int64_t pixels = right < 4 * some ? right : 4 * some;
    for (int64_t i = 0; i < 4 && y + i < p.out_h; ++i) {
      const int64_t pixel = (image * p.out_h + y + i) * p.out_w + 4 * column;
      L::Epilogue(p.epilogue, band.scratch.outputs + i * row, 16, pixel, pixels,
                  panel.channel, panel.channels);
    }
    tile += some;
  }
}

template <typename L>
void RunWinograd(const ConvU8Params& params, int64_t part, int64_t parts,
                 std::byte* memory) {
  const WinogradPiece piece = WinogradPieceOf(params, part, parts);
  const WinogradTiles tiles = TilesOf(params);
  const WinogradStrides strides = WinogradStridesOf(params);
  const WinogradScratch scratch = PlaceWinogradScratch(params, memory);
  for (int64_t i = 0; i < strides.channels; ++i) {
    scratch.edge[i] = params.x_zero;
  }
  const int64_t all = piece.tile_end - piece.tile_begin;
  const int64_t most = WinogradBand(params);
  const int64_t bands = (all + most - 1) / most;
  for (int64_t b = 0; b < bands; ++b) {
    const Band band{params,
                    tiles,
                    strides,
                    scratch,
                    piece.tile_begin + PartBegin(all, b, bands),
                    piece.tile_begin + PartBegin(all, b + 1, bands)};
    TransformInputs<L>(band);
    for (int64_t i = piece.panel_begin; i < piece.panel_end;) {
      const int64_t left = piece.panel_end - i;
      const int64_t panels = left < L::kPanels ? left : L::kPanels;
      for (int64_t v = 0; v < panels; ++v) {
        TransformPanel<L>(params, PanelAt(params, i + v).weight,
                          strides.weights,
                          scratch.weights + v * 36 * strides.weights);
      }
      MultiplyPositions<L>(band, panels);
      for (int64_t v = 0; v < panels; ++v) {
        FinishPanel<L>(band, scratch.sums + v * 36 * strides.sums,
                       PanelAt(params, i + v));
      }
      i += panels;
    }
  }
}

}  // namespace
}  // namespace octet::kernels

#endif  // OCTET_KERNELS_CONV_U8_WINOGRAD_CONV_U8_WINOGRAD_LANES_H_
