// The kernels of Winograd convolutions over any lanes and elements:
//
//   for each band of tiles
//     transform its inputs
//     for each panel of sixteen output channels, or two
//       for each of the six rows of positions, or for all at once
//         transform its weights to them, multiply at each position
//       transform the sums, finish the outputs
//
// L has
//
//   In, Element, Sum  inputs, what is multiplied (2 or 4 bytes) and sums
//   Words             lanes of Element: those of winograd_transforms.h, kLanes,
//                     Read (of In) and Store
//   Sums              lanes of Sum: those of winograd_transforms.h, kLanes,
//                     Zero, Load, Store and Scale<row, column>, which divides
//                     by two factors of kOutputScale
//   Repeat            4 bytes of Elements in every lane: a step
//   AddProducts       of a step and weights [16][elements of a step]
//   kWeights          WinogradWeights: one or two panels, six rows or one
//   kTileRows         tiles whose sums fill the registers, by panels
//   Params and
//     WinogradShapeOf, Pixels(params), PixelStride(params), Edge(params)
//     Weights(params, panel), kGroup, ReadTaps(weights, groups, group, taps):
//                     the nine taps of kGroup channels and sixteen outputs, in
//                     the order of the steps
//     ReadBlock(pixels, second, channels, c): Words::I of the channels from c
//                     on of a block of 2 x 2 pixels (WinogradShape): the first
//                     channels / 2 lie from `pixels` on, the others from
//                     `second` on, before which as many are read, too
//     ReadBlockTaps(weights, channels, channel, taps): the nine taps that are
//                     such blocks; both only where shapes have them
//     Start(params, panel): what is added to each output, readable for sixteen
//     FinishRow(params, outputs, pixel, pixels, panel)
//
// Internal linkage, so that files of any instruction set may include this.
#ifndef OCTET_KERNELS_WINOGRAD_WINOGRAD_DRIVER_H_
#define OCTET_KERNELS_WINOGRAD_WINOGRAD_DRIVER_H_

#include <cstddef>
#include <cstdint>

#include "kernels/winograd/winograd_multiply.h"
#include "kernels/winograd/winograd_tiles.h"
#include "kernels/winograd/winograd_transforms.h"
#include "kernels/work.h"

namespace octet::kernels {
namespace {

// Tiles [begin, end) of one piece, in scratch.
template <typename L>
struct Band {
  const typename L::Params& params;
  const WinogradShape& shape;
  const WinogradTiles& tiles;
  const WinogradStrides& strides;
  const typename L::In* edge;
  typename L::Element* input;
  typename L::Element* weights;
  typename L::Sum* sums;
  typename L::Sum* outputs;
  int64_t begin, end;
};

// Where the inputs of a tile are, row by row.
template <typename L>
void FindPixels(const Band<L>& band, int64_t tile,
                const typename L::In* (&pixels)[36]) {
  const WinogradShape& s = band.shape;
  const int64_t column = tile % band.tiles.columns;
  const int64_t row = tile / band.tiles.columns % band.tiles.rows;
  const int64_t image = tile / band.tiles.columns / band.tiles.rows;
  const int64_t y = 4 * row - s.pad_top;
  const int64_t x = 4 * column - s.pad_left;
  const typename L::In* const all = L::Pixels(band.params);
  const int64_t stride = s.block * L::PixelStride(band.params);
  const int64_t row_pixels = s.block * s.in_w;
  for (int64_t i = 0; i < 6; ++i) {
    const bool in_image = y + i >= 0 && y + i < s.in_h;
    const int64_t first = (image * s.in_h + y + i) * row_pixels + x;
    for (int64_t j = 0; j < 6; ++j) {
      pixels[6 * i + j] = in_image && x + j >= 0 && x + j < s.in_w
                              ? all + (first + j) * stride
                              : band.edge;
    }
  }
}

template <typename L>
concept ReadsBlocks = requires(const typename L::In* x) {
  L::ReadBlock(x, x, 0, 0);
};

// The channels from c on of a pixel, or of a block of them.
template <typename L, bool kIsBlock>
[[gnu::always_inline]] inline typename L::Words::I ReadPixel(
    const Band<L>& band, const typename L::In* pixel, int64_t c) {
  if constexpr (kIsBlock) {
    const int64_t channels = band.shape.in_channels;
    // The edge is one row: what lies before it is not the scratch's.
    const int64_t row =
        (pixel == band.edge ? 1 : band.shape.in_w) * channels / 2;
    return L::ReadBlock(pixel, pixel + row, channels, c);
  } else {
    return L::Words::Read(pixel + c);
  }
}

template <typename L, bool kIsBlock>
void TransformInputsOf(const Band<L>& band) {
  using W = typename L::Words;
  using I = typename W::I;
  for (int64_t tile = band.begin; tile < band.end; ++tile) {
    const typename L::In* pixels[36];
    FindPixels<L>(band, tile, pixels);
    typename L::Element* const to =
        band.input + (tile - band.begin) * band.strides.channels;
    for (int64_t c = 0; c < band.shape.in_channels; c += W::kLanes) {
      I columns[6][6];
#pragma GCC unroll 6
      for (int x = 0; x < 6; ++x) {
        I d[6], v[6];
#pragma GCC unroll 6
        for (int y = 0; y < 6; ++y) {
          d[y] = ReadPixel<L, kIsBlock>(band, pixels[6 * y + x], c);
        }
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

template <typename L>
void TransformInputs(const Band<L>& band) {
  if constexpr (ReadsBlocks<L>) {
    if (band.shape.block > 1) return TransformInputsOf<L, true>(band);
  }
  TransformInputsOf<L, false>(band);
}

template <typename L, typename Weight, typename Taps>
[[gnu::always_inline]] inline void ReadTapsOf(bool are_of_blocks,
                                              const Weight* from,
                                              int64_t groups, int64_t group,
                                              Taps& taps) {
  if constexpr (ReadsBlocks<L>) {
    if (are_of_blocks) return L::ReadBlockTaps(from, groups, group, taps);
  }
  L::ReadTaps(from, groups, group, taps);
}

// Of one panel some rows of six positions, each of [channels / elements of a
// step][16][elements of a step].
template <typename L, int... kRows>
void TransformPanel(const Band<L>& band, int64_t panel,
                    typename L::Element* to) {
  using W = typename L::Words;
  using I = typename W::I;
  constexpr int kVectors = L::kGroup * 16 / W::kLanes;
  const int64_t groups = band.shape.in_channels / L::kGroup;
  const auto* const from = L::Weights(band.params, panel);
  for (int64_t group = 0; group < groups; ++group) {
    I taps[9][kVectors];
    ReadTapsOf<L>(band.shape.block > 1, from, groups, group, taps);
    for (int v = 0; v < kVectors; ++v) {
      I columns[sizeof...(kRows)][3];
#pragma GCC unroll 3
      for (int x = 0; x < 3; ++x) {
        const I g[3] = {taps[x][v], taps[3 + x][v], taps[6 + x][v]};
        I u[6];
        TransformWeights<W>(g, u);
        int i = 0;
        ((columns[i++][x] = u[kRows]), ...);
      }
      typename L::Element* const at =
          to + group * L::kGroup * 16 + v * W::kLanes;
#pragma GCC unroll 6
      for (size_t i = 0; i < sizeof...(kRows); ++i) {
        I u[6];
        TransformWeights<W>(columns[i], u);
#pragma GCC unroll 6
        for (int j = 0; j < 6; ++j) {
          W::Store(at + (6 * int64_t(i) + j) * band.strides.weights, u[j]);
        }
      }
    }
  }
}

// One row of positions, for some panels whose weights of it begin at `weights`.
template <typename L>
void MultiplyRow(const Band<L>& band, int row,
                 const typename L::Element* weights, int64_t panels) {
  constexpr int64_t kStep = 4 / sizeof(typename L::Element);
  const int64_t tiles = band.end - band.begin;
  const int64_t most = L::kTileRows[panels];
  const int64_t count = DivideUp(tiles, most);
  for (int j = 0; j < 6; ++j) {
    const int position = 6 * row + j;
    Product<L> product;
    product.channels = band.strides.channels;
    product.steps = band.shape.in_channels / kStep;
    product.weights = weights + j * band.strides.weights;
    product.panel = 6 * L::kWeights.rows * band.strides.weights;
    product.sums_panel = 36 * band.strides.sums;
    const typename L::Element* const input =
        band.input + position * band.strides.input;
    typename L::Sum* const sums = band.sums + position * band.strides.sums;
    for (int64_t i = 0; i < count; ++i) {
      const int64_t begin = PartBegin(tiles, i, count);
      product.input = input + begin * band.strides.channels;
      product.sums = sums + begin * 16;
      Multiply<L>(PartBegin(tiles, i + 1, count) - begin, panels, product);
    }
  }
}

// The sums of one tile and sixteen channels: [4][row][16] from `to` on, `row`
// elements from one row of outputs to the next.
template <typename L>
void TransformSums(const typename L::Sum* sums, int64_t stride,
                   const typename L::Sum* start, typename L::Sum* to,
                   int64_t row) {
  using S = typename L::Sums;
  using I = typename S::I;
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
    const I first = S::Load(start + lane);
#pragma GCC unroll 4
    for (int i = 0; i < 4; ++i) {
      I y[4];
      TransformOutput<S>(columns[i], y);
#pragma GCC unroll 4
      for (int j = 0; j < 4; ++j) {
        S::Store(to + i * row + j * 16 + lane,
                 S::Add(S::Scale(y[j], i, j), first));
      }
    }
  }
}

// Outputs of the band for one panel, a row of tiles at a time.
template <typename L>
void FinishPanel(const Band<L>& band, const typename L::Sum* sums,
                 int64_t panel) {
  const WinogradShape& s = band.shape;
  const typename L::Sum* const start = L::Start(band.params, panel);
  for (int64_t tile = band.begin; tile < band.end;) {
    const int64_t column = tile % band.tiles.columns;
    const int64_t y = tile / band.tiles.columns % band.tiles.rows * 4;
    const int64_t image = tile / band.tiles.columns / band.tiles.rows;
    int64_t some = band.tiles.columns - column;
    if (some > band.end - tile) some = band.end - tile;
    const int64_t row = some * 4 * 16;
    for (int64_t i = 0; i < some; ++i) {
      TransformSums<L>(sums + (tile - band.begin + i) * 16, band.strides.sums,
                       start, band.outputs + i * 4 * 16, row);
    }
    const int64_t right = s.out_w - 4 * column;
    const int64_t pixels = right < 4 * some ? right : 4 * some;
    for (int64_t i = 0; i < 4 && y + i < s.out_h; ++i) {
      const int64_t pixel = (image * s.out_h + y + i) * s.out_w + 4 * column;
      L::FinishRow(band.params, band.outputs + i * row, pixel, pixels, panel);
    }
    tile += some;
  }
}

// Some rows of positions, for some panels.
template <typename L, int... kRows>
void MultiplyRows(const Band<L>& band, int64_t panel, int64_t panels) {
  static_assert(sizeof...(kRows) == L::kWeights.rows);
  const int64_t row = 6 * band.strides.weights;
  for (int64_t v = 0; v < panels; ++v) {
    TransformPanel<L, kRows...>(band, panel + v,
                                band.weights + v * L::kWeights.rows * row);
  }
  const typename L::Element* weights = band.weights;
  ((MultiplyRow<L>(band, kRows, weights, panels), weights += row), ...);
}

template <typename L>
void RunBand(const Band<L>& band, const WinogradPiece& piece) {
  TransformInputs<L>(band);
  for (int64_t i = piece.panel_begin; i < piece.panel_end;) {
    const int64_t left = piece.panel_end - i;
    const int64_t panels =
        left < L::kWeights.panels ? left : L::kWeights.panels;
    if constexpr (L::kWeights.rows == 6) {
      MultiplyRows<L, 0, 1, 2, 3, 4, 5>(band, i, panels);
    } else {
      MultiplyRows<L, 0>(band, i, panels);
      MultiplyRows<L, 1>(band, i, panels);
      MultiplyRows<L, 2>(band, i, panels);
      MultiplyRows<L, 3>(band, i, panels);
      MultiplyRows<L, 4>(band, i, panels);
      MultiplyRows<L, 5>(band, i, panels);
    }
    for (int64_t v = 0; v < panels; ++v) {
      FinishPanel<L>(band, band.sums + v * 36 * band.strides.sums, i + v);
    }
    i += panels;
  }
}

template <typename L>
void RunWinograd(const typename L::Params& params, int64_t part, int64_t parts,
                 std::byte* memory) {
  using In = typename L::In;
  using Element = typename L::Element;
  using Sum = typename L::Sum;
  const WinogradShape shape = WinogradShapeOf(params);
  const WinogradPiece piece = WinogradPieceOf(shape, part, parts);
  const WinogradTiles tiles = TilesOf(shape);
  const WinogradStrides strides = WinogradStridesOf(shape);
  const WinogradScratch scratch =
      PlaceWinogradScratch(shape, L::kWeights, memory);
  In* const edge = reinterpret_cast<In*>(scratch.edge);
  for (int64_t i = 0; i < strides.channels; ++i) edge[i] = L::Edge(params);
  const int64_t all = piece.tile_end - piece.tile_begin;
  const int64_t most = WinogradBand(shape);
  const int64_t bands = DivideUp(all, most);
  for (int64_t b = 0; b < bands; ++b) {
    RunBand<L>({params, shape, tiles, strides, edge,
                reinterpret_cast<Element*>(scratch.input),
                reinterpret_cast<Element*>(scratch.weights),
                reinterpret_cast<Sum*>(scratch.sums),
                reinterpret_cast<Sum*>(scratch.outputs),
                piece.tile_begin + PartBegin(all, b, bands),
                piece.tile_begin + PartBegin(all, b + 1, bands)},
               piece);
  }
}

}  // namespace
}  // namespace octet::kernels

#endif  // OCTET_KERNELS_WINOGRAD_WINOGRAD_DRIVER_H_
