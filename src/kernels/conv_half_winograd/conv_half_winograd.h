// 3x3 convolution of halves of stride 1 by Winograd F(4x4, 3x3), in floats: a
// quarter of the products of conv_half, whose parameters and formula this
// family has.
//
// The same as conv_f32_winograd of the widened operands at the same level, bit
// for bit, with its bound; y is f32, or rounded once to a half. At avx512bf16,
// sigmoid, SiLU and GELU that become bf16 are within 2^-12 before they are
// rounded, and denormal outputs are zero.
#ifndef OCTET_KERNELS_CONV_HALF_WINOGRAD_CONV_HALF_WINOGRAD_H_
#define OCTET_KERNELS_CONV_HALF_WINOGRAD_CONV_HALF_WINOGRAD_H_

#include <cstddef>
#include <cstdint>

#include "kernels/conv_half/conv_half.h"
#include "kernels/winograd/winograd_tiles.h"

namespace octet::kernels {

// True if the kernels here can compute it: 3x3, stride and dilation 1, one
// group, an even number of input channels from 16 on.
bool WinogradApplies(const ConvHalfParams& params);

// True if they can and are expected to be faster at `level` than conv_half.
bool UsesWinograd(const ConvHalfParams& params, CpuLevel level);

WinogradShape WinogradShapeOf(const ConvHalfParams& params);

// requires: WinogradApplies.
KernelTable<ConvHalfParams> ConvHalfWinogradKernels();
// With no more scratch than kernels up to `level` need.
Work PlanConvHalfWinogradAt(CpuLevel level, const ConvHalfParams& params,
                            int threads);

void ConvHalfWinogradAvx2(const ConvHalfParams& params, int64_t part,
                          int64_t parts, std::byte* scratch);
void ConvHalfWinogradAvx512Vnni(const ConvHalfParams& params, int64_t part,
                                int64_t parts, std::byte* scratch);
void ConvHalfWinogradAvx512Bf16(const ConvHalfParams& params, int64_t part,
                                int64_t parts, std::byte* scratch);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_CONV_HALF_WINOGRAD_CONV_HALF_WINOGRAD_H_
