// Float convolution with constant weights; a matrix product with constant
// weights is the 1x1 case on one row of pixels.
//
//   v = bias[o] + sum over (i, j, c) of
//         x[n, oy*sh - pt + i*dh, ox*sw - pl + j*dw, c] * w[o, i, j, c]
//   v = before(v); v = v + residual[n, oy, ox, o]; y[n, oy, ox, o] = after(v)
//
// x is [N,H,W,C], y and residual [N,OH,OW,O]. With `group` > 1, output o sees
// only the C / group channels of its own group. Padding is zero.
//
// Order of sums: the products of an output, in the order of i, j, c, form
// chains of kConvF32Chain that each start at zero; the chains are added up in
// their order, and the bias comes last. (A chain that starts at a large bias
// rounds every product to the bias's precision: seen at the outputs of a
// network of a hundred layers.) Vector levels use fma, the reference rounds
// products. So a result depends on the level, never on tiles, parts or threads,
// and is within 2 K eps sum|x w| of any other level's. (conv_f32_winograd,
// which may run in this family's place, has a bound of its own.)
#ifndef OCTET_KERNELS_CONV_F32_CONV_F32_H_
#define OCTET_KERNELS_CONV_F32_CONV_F32_H_

#include <cstddef>
#include <cstdint>

#include "kernels/kernel_table.h"
#include "kernels/window.h"
#include "kernels/work.h"
#include "octet/function.h"

namespace octet::kernels {

inline constexpr int64_t kConvF32Chain = 128;

// Distances are in elements. A row of x is in_w * x_pixel_stride, an
// image in_h rows, and likewise for y and residual.
struct ConvF32Params {
  const float* x;
  int64_t batch, in_h, in_w, in_channels;
  int64_t x_pixel_stride;  // >= in_channels
  float* y;
  int64_t out_h, out_w, out_channels;
  int64_t y_pixel_stride;  // >= out_channels
  Window window;
  int64_t group = 1;                // divides both numbers of channels
  const float* weight;              // PackConvF32's
  const float* bias = nullptr;      // [out_channels]; null: zero
  const float* residual = nullptr;  // may be y; null: none
  int64_t residual_pixel_stride = 0;
  Function before, after;
};

// All kernels, best first; the best for `level`; how to cut the work.
KernelTable<ConvF32Params> ConvF32Kernels();
KernelFn<ConvF32Params> FindConvF32(CpuLevel level);
Work PlanConvF32(const ConvF32Params& params, int threads);

void ConvF32Reference(const ConvF32Params& params, int64_t part, int64_t parts,
                      std::byte* scratch);

// Instruction-set levels.
void ConvF32Avx2(const ConvF32Params& params, int64_t part, int64_t parts,
                 std::byte* scratch);
void ConvF32Avx512Vnni(const ConvF32Params& params, int64_t part, int64_t parts,
                       std::byte* scratch);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_CONV_F32_CONV_F32_H_
