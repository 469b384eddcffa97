// The AVX-512 tile of conv_u8: some pixels times some vectors of sixteen
// channels, sums in registers from the first run to the epilogue.
#ifndef OCTET_KERNELS_CONV_U8_CONV_U8_TILE_AVX512VNNI_H_
#define OCTET_KERNELS_CONV_U8_CONV_U8_TILE_AVX512VNNI_H_

#include <cstdint>

#include "kernels/epilogue/epilogue.h"

namespace octet::kernels {

// Tiles of equally many pixels, one behind the other.
struct ConvU8Tile {
  int64_t tiles;
  const uint8_t* input;  // window of the first pixel; moved behind the last
  int64_t pixel_stride;  // bytes between the windows of two pixels
  const int64_t* run_offsets;
  int64_t runs;  // of all parts
  int64_t k4;    // groups of four bytes in a run

  const int8_t* weights;  // the first panel
  int64_t panel_stride;   // bytes between panels

  const EpilogueU8* epilogue;
  int64_t channel;   // the first
  int64_t channels;  // valid ones

  // kFloat, and kFactorAdd but in the woven form, leave the sums; the others
  // write y, kAdd and kFactorAdd with a residual.
  uint8_t* y;
  int64_t y_stride;
  const uint8_t* residual;
  int64_t residual_stride;
  int32_t* sums;  // [tiles][pixels][16 * vectors]

  // Lines to fetch into the second-level cache meanwhile: two for every four
  // groups of a run, while there are any. Moved behind what was fetched.
  const int8_t* prefetch;
  const int8_t* prefetch_end;
};

using ConvU8TileFn = void (*)(ConvU8Tile& tile);

// The most pixels that a tile of 1, 2, 3, 4 vectors has: as many sums as there
// are registers beside an input vector and the weights.
constexpr int64_t kConvU8TilePixels[] = {0, 28, 14, 9, 7};

// The tile of `pixels` pixels for each number of vectors.
ConvU8TileFn ConvU8Tile1(int64_t pixels, EpilogueKind kind);
ConvU8TileFn ConvU8Tile2(int64_t pixels, EpilogueKind kind);
ConvU8TileFn ConvU8Tile3(int64_t pixels, EpilogueKind kind);
ConvU8TileFn ConvU8Tile4(int64_t pixels, EpilogueKind kind);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_CONV_U8_CONV_U8_TILE_AVX512VNNI_H_
