// int8 convolution and matrix product.
//
// For image n, output pixel (y, x) and output channel o of group g:
//
//   acc = comp[o] + sum over ky, kx, i of  X(n, y, x, ky, kx, g, i) *
//                                          W(o, ky, kx, i)
//
// exact in int32, where X is the u8 code of x under the window (window.h), or
// x_zero where the window hangs over the edge, and W the s8 weight. comp holds
// -x_zero * sum(W) (and an int32 bias, if there is one), so that acc is the sum
// of (X - x_zero) * W. Then the epilogue (kernels/epilogue) makes the output.
//
//   x:  u8 [batch][in_h][in_w][in_channels], pixels x_pixel_stride apart
//   y:  [batch][out_h][out_w][out_channels], in the epilogue
//   W:  packed by PackConvU8 (conv_u8_pack.h); weights that do not fit s8 are
//       the sum of weight_parts s8 weights
//
// A matrix product of M rows is one image of one row of M pixels with a 1x1
// window. The caller proves that no sum overflows (SumsFitInt32). Group > 1
// works but is not tuned; depthwise has its own family.
#ifndef OCTET_KERNELS_CONV_U8_CONV_U8_H_
#define OCTET_KERNELS_CONV_U8_CONV_U8_H_

#include <cstddef>
#include <cstdint>

#include "kernels/epilogue/epilogue.h"
#include "kernels/kernel_table.h"
#include "kernels/window.h"
#include "kernels/work.h"

namespace octet::kernels {

// How the sums are made; never changes the result.
enum class ConvU8Algorithm : uint8_t {
  kChoose,    // by the shape and the CPU level
  kDirect,    // this family
  kWinograd,  // kernels/conv_u8_winograd where that is exact, else this
};

struct ConvU8Params {
  int64_t batch = 1;
  int64_t in_h = 1;
  int64_t in_w = 1;
  int64_t in_channels = 1;
  int64_t out_h = 1;
  int64_t out_w = 1;
  int64_t out_channels = 1;
  int64_t group = 1;  // divides both numbers of channels
  Window window;

  const uint8_t* x = nullptr;
  int64_t x_pixel_stride = 0;  // elements, >= in_channels
  uint8_t x_zero = 0;
  const int8_t* weight = nullptr;
  int64_t weight_parts = 1;
  // No sum of X * W, comp left out, is larger in magnitude, whatever the codes
  // are; 0 if that is not known.
  int64_t sum_bound = 0;

  EpilogueU8 epilogue;

  // Tactic; 0 lets the kernel choose. Never changes the result.
  ConvU8Algorithm algorithm = ConvU8Algorithm::kChoose;
  int64_t tile_vectors = 0;  // vectors of 16 channels per tile, 1 to 4
  int64_t tile_block = 0;    // per block of pixels: tiles, or output rows
                             // where windows overlap
};

// All kernels, best first; the best for `level`.
KernelTable<ConvU8Params> ConvU8Kernels();
KernelFn<ConvU8Params> FindConvU8(CpuLevel level);

// How to cut the work: even bands of output rows, and blocks of channels where
// rows are few; one part where all of it takes less than about 5 us.
Work PlanConvU8(const ConvU8Params& params, int threads);
// The same with no more scratch than the best kernel for `level` needs.
Work PlanConvU8At(CpuLevel level, const ConvU8Params& params, int threads);

void ConvU8Reference(const ConvU8Params& params, int64_t part, int64_t parts,
                     std::byte* scratch);
void ConvU8Avx2(const ConvU8Params& params, int64_t part, int64_t parts,
                std::byte* scratch);
void ConvU8AvxVnni(const ConvU8Params& params, int64_t part, int64_t parts,
                   std::byte* scratch);
void ConvU8Avx512Vnni(const ConvU8Params& params, int64_t part, int64_t parts,
                      std::byte* scratch);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_CONV_U8_CONV_U8_H_
