// Float depthwise convolution with constant weights: every channel has its own
// window.
//
//   v = bias[c] + sum over (i, j) of
//         x[n, oy*sh - pt + i*dh, ox*sw - pl + j*dw, c] * w[i, j, c]
//   v = before(v); v = v + residual[n, oy, ox, c]; y[n, oy, ox, c] = after(v)
//
// x is [N,H,W,C], y and residual [N,OH,OW,C]; padding is zero. Each output is
// one chain of sums over i, j, and the bias comes last (see conv_f32.h); vector
// levels use fma, the reference rounds products; never dependent on the split.
#ifndef OCTET_KERNELS_DEPTHWISE_F32_DEPTHWISE_F32_H_
#define OCTET_KERNELS_DEPTHWISE_F32_DEPTHWISE_F32_H_

#include <cstddef>
#include <cstdint>

#include "kernels/kernel_table.h"
#include "kernels/window.h"
#include "kernels/work.h"
#include "octet/function.h"

namespace octet::kernels {

// Distances in elements.
struct DepthwiseF32Params {
  const float* x;
  int64_t batch, in_h, in_w, channels;
  int64_t x_pixel_stride;
  float* y;
  int64_t out_h, out_w;
  int64_t y_pixel_stride;
  Window window;
  const float* weight;  // [kernel_h * kernel_w][C padded to 16], padding zero
  const float* bias = nullptr;      // [channels]; null: zero
  const float* residual = nullptr;  // may be y; null: none
  int64_t residual_pixel_stride = 0;
  Function before, after;
};

// All kernels, best first; the best for `level`; how to cut the work.
KernelTable<DepthwiseF32Params> DepthwiseF32Kernels();
KernelFn<DepthwiseF32Params> FindDepthwiseF32(CpuLevel level);
Work PlanDepthwiseF32(const DepthwiseF32Params& params, int threads);

void DepthwiseF32Reference(const DepthwiseF32Params& params, int64_t part,
                           int64_t parts, std::byte* scratch);

// Instruction-set levels.
void DepthwiseF32Avx2(const DepthwiseF32Params& params, int64_t part,
                      int64_t parts, std::byte* scratch);
void DepthwiseF32Avx512Vnni(const DepthwiseF32Params& params, int64_t part,
                            int64_t parts, std::byte* scratch);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_DEPTHWISE_F32_DEPTHWISE_F32_H_
