// The tiles of a Winograd convolution F(4x4, 3x3): how they are dealt out and
// where their memory is.
#ifndef OCTET_KERNELS_WINOGRAD_WINOGRAD_TILES_H_
#define OCTET_KERNELS_WINOGRAD_WINOGRAD_TILES_H_

#include <cstddef>
#include <cstdint>

namespace octet::kernels {

struct Window;

// True if a window is one that F(4x4, 3x3) computes: 3x3, stride and dilation
// 1.
bool IsWinogradWindow(const Window& window);

// A convolution of one group, whatever its elements.
struct WinogradShape {
  int64_t batch, in_h, in_w, in_channels;
  int64_t out_h, out_w, out_channels;
  int64_t pad_top, pad_left;
  int64_t element_bytes;  // of transformed inputs and weights
  // More than 1: a pixel is a block of so many rows and columns of pixels,
  // whose channels follow one another.
  int64_t block = 1;
};

// Tiles of 4 x 4 outputs, counted along rows, images and the batch.
struct WinogradTiles {
  int64_t columns;  // of one image
  int64_t rows;
  int64_t count;  // of the batch
};

WinogradTiles TilesOf(const WinogradShape& shape);

// True if one image has at least `least_tiles` and fills most of what they
// hold: what stands beyond its edges is computed too. The batch has no say, so
// that an image's results do not depend on it.
bool FillsWinogradTiles(const WinogradShape& shape, int64_t least_tiles);

// Tiles [begin, end) and panels of sixteen output channels.
struct WinogradPiece {
  int64_t tile_begin, tile_end;
  int64_t panel_begin, panel_end;
};

WinogradPiece WinogradPieceOf(const WinogradShape& shape, int64_t part,
                              int64_t parts);

// Parts that the work is worth, `ns_per_product` being what one of the 36
// products for a tile, an input and an output channel takes; none of them
// empty.
int64_t WinogradParts(const WinogradShape& shape, double ns_per_product,
                      int threads);

// The most tiles that are in work at the same time. Their transformed inputs
// fit the second-level cache beside a panel of transformed weights. No more
// than needed for as few bands.
int64_t WinogradBand(const WinogradShape& shape);

// Elements from one of the 36 positions of a transformed value to the next: not
// a power of two, or they would fall into the same few lines of a cache.
struct WinogradStrides {
  int64_t channels;  // of a tile's transformed input, rounded up
  int64_t input;     // [36][tiles][channels]
  int64_t weights;   // [36][channels][16] for each panel
  int64_t sums;      // [36][tiles][16] for each panel
};

WinogradStrides WinogradStridesOf(const WinogradShape& shape);

// Transformed weights that are in work at the same time: at most so many
// panels, and of each so many of the six rows of positions.
struct WinogradWeights {
  int64_t panels, rows;
};

// AVX2 has registers for one panel. With AVX-512 a panel fewer costs a fifth of
// a convolution of floats. Rows one after the other read the taps once for
// each: with floats a tenth of the time on small maps, with AVX2's codes as
// much on all. Codes lose nothing by either with AVX-512.
constexpr WinogradWeights kWinogradOfAvx2 = {1, 6};
constexpr WinogradWeights kWinogradFloats = {2, 6};
constexpr WinogradWeights kWinogradCodes = {1, 1};

// Transformed inputs and weights, transformed sums, and the outputs of one row
// of tiles, [4][4 * tiles][16]; sums and outputs have 4 bytes an element. The
// edge is one input pixel, which stands for all that lie outside. Outputs lie
// over the weights, which have had their use by then.
struct WinogradScratch {
  std::byte* edge;
  std::byte* input;
  std::byte* weights;
  std::byte* sums;  // of as many panels as there are weights
  std::byte* outputs;
};

WinogradScratch PlaceWinogradScratch(const WinogradShape& shape,
                                     const WinogradWeights& weights,
                                     std::byte* memory);
int64_t WinogradScratchBytes(const WinogradShape& shape,
                             const WinogradWeights& weights);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_WINOGRAD_WINOGRAD_TILES_H_
