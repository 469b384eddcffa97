// Between float and u8, and between two u8 scales, by numerics.md, "Quantize
// and dequantize":
//
//   quantize    q = sat(rne(fl(x / s)) + z); NaN gives z, infinities saturate
//   dequantize  x = fl(float(q - z) * s)
//   requantize  quantize(dequantize(q)), in exactly these float steps
//
// Equal bits at all levels.
#ifndef OCTET_KERNELS_QUANTIZE_QUANTIZE_H_
#define OCTET_KERNELS_QUANTIZE_QUANTIZE_H_

#include <cstddef>
#include <cstdint>

#include "kernels/channel_quant.h"
#include "kernels/kernel_table.h"
#include "kernels/work.h"

namespace octet::kernels {

// Rows of `columns` elements (channels, where a quantization is per channel),
// whose starts are x_stride and y_stride elements apart.
struct QuantizeParams {
  int64_t rows, columns;
  const float* x;
  int64_t x_stride;
  uint8_t* y;
  int64_t y_stride;
  ChannelQuant y_quant;
};

struct DequantizeParams {
  int64_t rows, columns;
  const uint8_t* x;
  int64_t x_stride;
  float* y;
  int64_t y_stride;
  ChannelQuant x_quant;
};

struct RequantizeParams {
  int64_t rows, columns;
  const uint8_t* x;
  int64_t x_stride;
  uint8_t* y;  // may be x
  int64_t y_stride;
  ChannelQuant x_quant, y_quant;
};

// All kernels, best first; the best for `level`; how to cut the work.
KernelTable<QuantizeParams> QuantizeKernels();
KernelFn<QuantizeParams> FindQuantize(CpuLevel level);
Work PlanQuantize(const QuantizeParams& params, int threads);

void QuantizeReference(const QuantizeParams& params, int64_t part,
                       int64_t parts, std::byte* scratch);

// All kernels, best first; the best for `level`; how to cut the work.
KernelTable<DequantizeParams> DequantizeKernels();
KernelFn<DequantizeParams> FindDequantize(CpuLevel level);
Work PlanDequantize(const DequantizeParams& params, int threads);

void DequantizeReference(const DequantizeParams& params, int64_t part,
                         int64_t parts, std::byte* scratch);

// All kernels, best first; the best for `level`; how to cut the work.
KernelTable<RequantizeParams> RequantizeKernels();
KernelFn<RequantizeParams> FindRequantize(CpuLevel level);
Work PlanRequantize(const RequantizeParams& params, int threads);

void RequantizeReference(const RequantizeParams& params, int64_t part,
                         int64_t parts, std::byte* scratch);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_QUANTIZE_QUANTIZE_H_
