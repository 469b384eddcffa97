// Layer normalization of rows.
//
//   mean = sum(x) / n; var = sum((x - mean)^2) / n
//   y = (x - mean) / sqrt(var + epsilon) * scale + bias
//
// The order of the sums depends on the level and n, never on the split. The
// result may be codes, made of exactly these floats (kernels/quantize).
#ifndef OCTET_KERNELS_LAYER_NORM_F32_LAYER_NORM_F32_H_
#define OCTET_KERNELS_LAYER_NORM_F32_LAYER_NORM_F32_H_

#include <cstddef>
#include <cstdint>

#include "kernels/channel_quant.h"
#include "kernels/kernel_table.h"
#include "kernels/work.h"

namespace octet::kernels {

// Distances in elements.
struct LayerNormF32Params {
  int64_t rows, columns;
  const float* x;
  int64_t x_stride;
  float* y;  // may be x if the strides are the same
  int64_t y_stride;
  const float* scale;           // [columns]
  const float* bias = nullptr;  // [columns]; null: zero
  float epsilon;
  // Where not null, what is written instead of y, with y's stride.
  uint8_t* y_codes = nullptr;
  ChannelQuant y_quant = {};
};

// All kernels, best first; the best for `level`; how to cut the work.
KernelTable<LayerNormF32Params> LayerNormF32Kernels();
KernelFn<LayerNormF32Params> FindLayerNormF32(CpuLevel level);
Work PlanLayerNormF32(const LayerNormF32Params& params, int threads);

// These know of no codes: the rows of the table do.
void LayerNormF32Reference(const LayerNormF32Params& params, int64_t part,
                           int64_t parts, std::byte* scratch);
void LayerNormF32Avx2(const LayerNormF32Params& params, int64_t part,
                      int64_t parts, std::byte* scratch);
void LayerNormF32Avx512Vnni(const LayerNormF32Params& params, int64_t part,
                            int64_t parts, std::byte* scratch);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_LAYER_NORM_F32_LAYER_NORM_F32_H_
