// Convolution with constant weights on 16-bit floats (halves: f16 or bf16),
// added up in f32; a matrix product with constant weights is the 1x1 case on
// one row of pixels.
//
//   v = bias[o] + sum over (i, j, c) of
//         x[n, oy*sh - pt + i*dh, ox*sw - pl + j*dw, c] * w[o, i, j, c]
//   v = before(v); v = v + residual[n, oy, ox, o]; y[n, oy, ox, o] = after(v)
//
// As conv_f32, with x, w and the residual exact as f32; y is f32, or rounded
// once to a half (to nearest even; beyond the range of f16: infinity).
//
// Order of sums: that of conv_f32 at the same level, so that there the result
// is conv_f32's of the widened operands, bit for bit: bands of x and panels of
// w are widened into scratch, and conv_f32's tiles run over them. Where the CPU
// multiplies pairs of bf16 (avx512bf16), it is that of vdpbf16ps: pairs of
// neighbouring channels one after the other, the bias last, denormal numbers
// as zeros. There sigmoid, SiLU and GELU before a result that becomes bf16 are
// within 2^-12 (kernels/elementary), and denormal results are zeros.
#ifndef OCTET_KERNELS_CONV_HALF_CONV_HALF_H_
#define OCTET_KERNELS_CONV_HALF_CONV_HALF_H_

#include <cstddef>
#include <cstdint>

#include "kernels/kernel_table.h"
#include "kernels/window.h"
#include "kernels/work.h"
#include "octet/function.h"
#include "octet/tensor.h"

namespace octet::kernels {

// Distances are in elements; see conv_f32.h.
struct ConvHalfParams {
  DType half;  // of x, weight and residual: kF16 or kBF16
  const uint16_t* x;
  int64_t batch, in_h, in_w, in_channels;
  int64_t x_pixel_stride;  // >= in_channels
  bool y_is_half;          // else f32
  void* y;
  int64_t out_h, out_w, out_channels;
  int64_t y_pixel_stride;  // >= out_channels
  Window window;
  int64_t group = 1;                   // divides both numbers of channels
  const uint16_t* weight;              // PackConvHalf's
  const float* bias = nullptr;         // [out_channels]; null: zero
  const uint16_t* residual = nullptr;  // may be y; null: none
  int64_t residual_pixel_stride = 0;
  Function before, after;
};

// All kernels, best first; the best for `level`; how to cut the work.
KernelTable<ConvHalfParams> ConvHalfKernels();
KernelFn<ConvHalfParams> FindConvHalf(CpuLevel level);
Work PlanConvHalf(const ConvHalfParams& params, int threads);
// The same with no more scratch than the best kernel for `level` needs.
Work PlanConvHalfAt(CpuLevel level, const ConvHalfParams& params, int threads);

void ConvHalfReference(const ConvHalfParams& params, int64_t part,
                       int64_t parts, std::byte* scratch);

// Instruction-set levels.
void ConvHalfAvx2(const ConvHalfParams& params, int64_t part, int64_t parts,
                  std::byte* scratch);
void ConvHalfAvx512Vnni(const ConvHalfParams& params, int64_t part,
                        int64_t parts, std::byte* scratch);
void ConvHalfAvx512Bf16(const ConvHalfParams& params, int64_t part,
                        int64_t parts, std::byte* scratch);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_CONV_HALF_CONV_HALF_H_
