// conv_half on bf16 by dot products of pairs: the loops around the tiles.
#ifndef OCTET_KERNELS_CONV_HALF_CONV_HALF_DOTS_H_
#define OCTET_KERNELS_CONV_HALF_CONV_HALF_DOTS_H_

#include "kernels/conv_half/conv_half.h"
#include "kernels/conv_half/conv_half_dots_tile.h"

namespace octet::kernels {

// The tiles of one level, and its function for what they cannot finish.
struct ConvHalfDotTiles {
  CpuLevel level;
  RunConvHalfTile run;
  TileFunctionFn elementary;
};

// Pairs must not reach from one group into the next.
bool HasDots(const ConvHalfParams& params);

// Part `part` of `parts` of a convolution that HasDots.
void RunConvHalfDots(const ConvHalfDotTiles& tiles,
                     const ConvHalfParams& params, int64_t part, int64_t parts,
                     std::byte* scratch);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_CONV_HALF_CONV_HALF_DOTS_H_
