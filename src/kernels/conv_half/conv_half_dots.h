// conv_half on bf16 by dot products of pairs: the loops around the tiles.
#ifndef OCTET_KERNELS_CONV_HALF_CONV_HALF_DOTS_H_
#define OCTET_KERNELS_CONV_HALF_CONV_HALF_DOTS_H_

#include "kernels/conv_half/conv_half.h"
#include "kernels/conv_half/conv_half_dots_tile.h"

namespace octet::kernels {

// The tiles of one level, and its functions for what they do not finish in
// registers.
struct ConvHalfDotTiles {
  int64_t most_pixels[kMostDotPanels + 1];  // of tiles of so many panels
  ConvHalfTileFn (*pick[kMostDotPanels + 1])(int64_t pixels, ConvHalfEnd end);
  TileFunctionFn elementary;             // of outputs that stay f32
  TileFunctionFn elementary_for_halves;  // of outputs that become halves
};

// Pairs must not reach from one group into the next.
bool HasDots(const ConvHalfParams& params);

int64_t ConvHalfDotsScratchBytes(const ConvHalfParams& params);

// Part `part` of `parts` of a convolution that HasDots.
void RunConvHalfDots(const ConvHalfDotTiles& tiles,
                     const ConvHalfParams& params, int64_t part, int64_t parts,
                     std::byte* scratch);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_CONV_HALF_CONV_HALF_DOTS_H_
