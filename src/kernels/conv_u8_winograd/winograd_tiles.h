// The tiles of a Winograd convolution: how they are dealt out and where their
// memory is.
#ifndef OCTET_KERNELS_CONV_U8_WINOGRAD_WINOGRAD_TILES_H_
#define OCTET_KERNELS_CONV_U8_WINOGRAD_WINOGRAD_TILES_H_

#include <cstddef>
#include <cstdint>

#include "kernels/conv_u8/conv_u8.h"

namespace octet::kernels {

// Tiles of 4 x 4 outputs, counted along rows, images and the batch.
struct WinogradTiles {
  int64_t columns;  // of one image
  int64_t rows;
  int64_t count;  // of the batch
};

WinogradTiles TilesOf(const ConvU8Params& params);

// Tiles [begin, end) and panels of sixteen output channels.
struct WinogradPiece {
  int64_t tile_begin, tile_end;
  int64_t panel_begin, panel_end;
};

WinogradPiece WinogradPieceOf(const ConvU8Params& params, int64_t part,
                              int64_t parts);

// Tiles that are in work at the same time. Their transformed inputs fit the
// second-level cache beside a panel of transformed weights.
int64_t WinogradBand(const ConvU8Params& params);

// Elements from one of the 36 positions of a transformed value to the next: not
// a power of two, or they would fall into the same few lines of a cache.
struct WinogradStrides {
  int64_t channels;  // of a tile's transformed input, rounded up
  int64_t input;     // s16: [36][tiles][channels]
  int64_t weights;   // s16: [36][channels / 2][16][2] for each panel
  int64_t sums;      // s32: [36][tiles][16] for each panel
};

WinogradStrides WinogradStridesOf(const ConvU8Params& params);

// The most panels that are in work at the same time.
constexpr int64_t kWinogradPanels = 2;

struct WinogradScratch {
  uint8_t* edge;     // a pixel of x_zero
  int16_t* input;    // transformed
  int16_t* weights;  // transformed, kWinogradPanels panels
  int32_t* sums;     // transformed, kWinogradPanels panels
  int32_t* outputs;  // of one row of tiles: [4][4 * tiles][16]
};

WinogradScratch PlaceWinogradScratch(const ConvU8Params& params,
                                     std::byte* memory);
int64_t WinogradScratchBytes(const ConvU8Params& params);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_CONV_U8_WINOGRAD_WINOGRAD_TILES_H_
