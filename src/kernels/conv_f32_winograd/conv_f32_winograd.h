// Float 3x3 convolution of stride 1 by Winograd F(4x4, 3x3): a quarter of the
// products of conv_f32, whose parameters and formula this family has. The
// pixels of a block of 2 x 2 may be the channels of one.
//
// Sums are formed another way than in conv_f32, and the outputs of a tile share
// their roundings: each is within
//
//   16 eps sum over c of (the largest |x| of c in the tile's 6 x 6 inputs) *
//                        (sum of |w| of c's nine)
//
// of the true one, plus what conv_f32 rounds after the sum. So an output's
// error follows the largest inputs near it, even where it does not see them;
// one that is not finite, or is not when taken 100 times, spoils all outputs of
// the up to four tiles that it is an input of.
//
// A result depends on the level, never on bands, parts, threads or the batch.
// Weights are transformed anew from their packed form for each band of tiles.
#ifndef OCTET_KERNELS_CONV_F32_WINOGRAD_CONV_F32_WINOGRAD_H_
#define OCTET_KERNELS_CONV_F32_WINOGRAD_CONV_F32_WINOGRAD_H_

#include <cstddef>
#include <cstdint>

#include "kernels/conv_f32/conv_f32.h"
#include "kernels/winograd/winograd_tiles.h"

namespace octet::kernels {

// True if the kernels here can compute it: 3x3, stride and dilation 1, one
// group, at least 12 input channels; or 6x6 and stride 2 on images of 3 or 4
// channels and even sides, which is 3x3 on blocks of 2 x 2 pixels.
bool WinogradApplies(const ConvF32Params& params);

// True if they can and are expected to be faster at `level` than conv_f32.
bool UsesWinograd(const ConvF32Params& params, CpuLevel level);

WinogradShape WinogradShapeOf(const ConvF32Params& params);

// requires: WinogradApplies.
KernelTable<ConvF32Params> ConvF32WinogradKernels();
Work PlanConvF32Winograd(const ConvF32Params& params, int threads);
// The same with no more scratch than kernels up to `level` need.
Work PlanConvF32WinogradAt(CpuLevel level, const ConvF32Params& params,
                           int threads);

void ConvF32WinogradAvx2(const ConvF32Params& params, int64_t part,
                         int64_t parts, std::byte* scratch);
void ConvF32WinogradAvx512Vnni(const ConvF32Params& params, int64_t part,
                               int64_t parts, std::byte* scratch);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_CONV_F32_WINOGRAD_CONV_F32_WINOGRAD_H_
