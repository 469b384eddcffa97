// Softmax along one axis.
//
//   y[o, k, i] = exp(x[o, k, i] - m) / sum over k of exp(x[o, k, i] - m),
//   m = max over k of x[o, k, i]
//
// or, with weights w, what is expected of them:
//
//   y[o, 0, i] = sum over k of w[k] * softmax(x)[o, k, i]
//
// exp is kernels/elementary's. The order of the sum depends on the level and on
// the shape, never on the split. The result may be codes, made of exactly these
// floats (kernels/quantize).
#ifndef OCTET_KERNELS_SOFTMAX_F32_SOFTMAX_F32_H_
#define OCTET_KERNELS_SOFTMAX_F32_SOFTMAX_F32_H_

#include <cstddef>
#include <cstdint>

#include "kernels/channel_quant.h"
#include "kernels/kernel_table.h"
#include "kernels/work.h"

namespace octet::kernels {

// [outer][size][inner], the axis in the middle; elements of `inner` are
// neighbours in memory. Distances in elements.
struct SoftmaxF32Params {
  int64_t outer, size, inner;
  const float* x;
  int64_t x_outer_stride, x_axis_stride;
  float* y;  // may be x if the strides are the same
  int64_t y_outer_stride, y_axis_stride;
  const float* weights = nullptr;  // `size` of them
  // Where not null, what is written instead of y, with y's strides. Only of
  // lines of neighbours: inner and both axis strides are 1, without weights.
  uint8_t* y_codes = nullptr;
  ChannelQuant y_quant = {};
};

// All kernels, best first; the best for `level`; how to cut the work.
KernelTable<SoftmaxF32Params> SoftmaxF32Kernels();
KernelFn<SoftmaxF32Params> FindSoftmaxF32(CpuLevel level);
Work PlanSoftmaxF32(const SoftmaxF32Params& params, int threads);

// These know of no codes: the rows of the table do.
void SoftmaxF32Reference(const SoftmaxF32Params& params, int64_t part,
                         int64_t parts, std::byte* scratch);
void SoftmaxF32Avx2(const SoftmaxF32Params& params, int64_t part, int64_t parts,
                    std::byte* scratch);
void SoftmaxF32Avx512Vnni(const SoftmaxF32Params& params, int64_t part,
                          int64_t parts, std::byte* scratch);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_SOFTMAX_F32_SOFTMAX_F32_H_
