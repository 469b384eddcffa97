// int8 3x3 convolution of stride 1 by integer Winograd F(4x4, 3x3): a quarter
// of the products, and the same bits as conv_u8, whose parameters and contract
// this family has.
//
// kernels/winograd has the transforms, whose coefficients are integers. Outputs
// come out up to 576 = 64 * 9 times too large, and all may wrap around at 2^32:
// sums, differences and products are right modulo 2^32 whatever happened in
// between. The last step divides by 9 (exact modulo 2^32 for what is a multiple
// of 9) and by up to 64 with a shift, which is right if the true sum is below
// 2^31 / 64. That is what sum_bound proves, and the only condition.
//
//   Transformed inputs, at most 68 * 255 (of row 1, -4 -4 1 1, in both
//   directions the positive part), and weights, at most 49 * 128, fit 16 bits.
//
// The weights are transformed anew from their packed form (conv_u8_pack.h) for
// each band of tiles, so an engine holds nothing for it.
#ifndef OCTET_KERNELS_CONV_U8_WINOGRAD_CONV_U8_WINOGRAD_H_
#define OCTET_KERNELS_CONV_U8_WINOGRAD_CONV_U8_WINOGRAD_H_

#include <cstddef>
#include <cstdint>

#include "kernels/conv_u8/conv_u8.h"
#include "kernels/winograd/winograd_tiles.h"

namespace octet::kernels {

// True if the kernels here give the right answer: 3x3, stride and dilation 1,
// one group, one part of weights, channels a multiple of four, sums within
// sum_bound < 2^25.
bool WinogradIsExact(const ConvU8Params& params);

// True if the parameters ask for it (ConvU8Params::algorithm), or leave the
// choice and it is expected to be faster at `level` than conv_u8.
bool UsesWinograd(const ConvU8Params& params, CpuLevel level);

WinogradShape WinogradShapeOf(const ConvU8Params& params);

// requires: WinogradIsExact.
KernelTable<ConvU8Params> ConvU8WinogradKernels();
Work PlanConvU8Winograd(const ConvU8Params& params, int threads);
// The same with no more scratch than the best kernel for `level` needs.
Work PlanConvU8WinogradAt(CpuLevel level, const ConvU8Params& params,
                          int threads);

void ConvU8WinogradAvx2(const ConvU8Params& params, int64_t part, int64_t parts,
                        std::byte* scratch);
void ConvU8WinogradAvx512Vnni(const ConvU8Params& params, int64_t part,
                              int64_t parts, std::byte* scratch);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_CONV_U8_WINOGRAD_CONV_U8_WINOGRAD_H_
