// Depthwise convolution with constant weights on 16-bit floats (halves: f16 or
// bf16), added up in f32.
//
//   v = bias[c] + sum over (i, j) of
//         x[n, oy*sh - pt + i*dh, ox*sw - pl + j*dw, c] * w[i, j, c]
//   v = before(v); v = v + residual[n, oy, ox, c]; y[n, oy, ox, c] = after(v)
//
// As depthwise_f32 of the widened operands at the same level, bit for bit; y is
// f32, or rounded once to a half (to nearest even; beyond the range of f16:
// infinity).
//
// At avx512bf16, what HasThree (3x3 in bf16) has an order of sums of its own:
// the bias, then the window column by column, what lies outside the image being
// zero. SiLU is within 2^-12 there before it is rounded, and denormal outputs
// are zero.
#ifndef OCTET_KERNELS_DEPTHWISE_HALF_DEPTHWISE_HALF_H_
#define OCTET_KERNELS_DEPTHWISE_HALF_DEPTHWISE_HALF_H_

#include <cstddef>
#include <cstdint>

#include "kernels/kernel_table.h"
#include "kernels/window.h"
#include "kernels/work.h"
#include "octet/function.h"
#include "octet/tensor.h"

namespace octet::kernels {

// Distances in elements.
struct DepthwiseHalfParams {
  DType half;  // of x, weight and residual: kF16 or kBF16
  const uint16_t* x;
  int64_t batch, in_h, in_w, channels;
  int64_t x_pixel_stride;
  bool y_is_half;  // else f32
  void* y;
  int64_t out_h, out_w;
  int64_t y_pixel_stride;
  Window window;
  const uint16_t* weight;       // [kernel_h * kernel_w][C padded to 16], halves
  const float* bias = nullptr;  // [channels]; null: zero
  const uint16_t* residual = nullptr;  // may be y; null: none
  int64_t residual_pixel_stride = 0;
  Function before, after;
};

// All kernels, best first; the best for `level`; how to cut the work.
KernelTable<DepthwiseHalfParams> DepthwiseHalfKernels();
KernelFn<DepthwiseHalfParams> FindDepthwiseHalf(CpuLevel level);
Work PlanDepthwiseHalf(const DepthwiseHalfParams& params, int threads);

void DepthwiseHalfReference(const DepthwiseHalfParams& params, int64_t part,
                            int64_t parts, std::byte* scratch);

// Instruction-set levels.
void DepthwiseHalfAvx2(const DepthwiseHalfParams& params, int64_t part,
                       int64_t parts, std::byte* scratch);
void DepthwiseHalfAvx512Vnni(const DepthwiseHalfParams& params, int64_t part,
                             int64_t parts, std::byte* scratch);
void DepthwiseHalfAvx512Bf16(const DepthwiseHalfParams& params, int64_t part,
                             int64_t parts, std::byte* scratch);

// What has an order of sums of its own at avx512bf16.
bool HasThree(const DepthwiseHalfParams& params);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_DEPTHWISE_HALF_DEPTHWISE_HALF_H_
