// The inner loops of quantize, and the loops around them.
#ifndef OCTET_KERNELS_QUANTIZE_QUANTIZE_ROWS_H_
#define OCTET_KERNELS_QUANTIZE_QUANTIZE_ROWS_H_

#include <cstddef>
#include <cstdint>

#include "kernels/quantize/quantize.h"
#include "kernels/table_u8/table_u8.h"

namespace octet::kernels {

// Scale and zero point of n neighbours: entry i * step, step being 1 or 0.
struct QuantSlice {
  const float* scale;
  const int32_t* zero_point;
  int64_t step;
};

// With one scale x / s may be had as x * fl(1 / s), unless that lies so near a
// tie that the two could be rounded to different codes: only then is divided.
// Up to 256 steps the quotient and the product differ by less than 2^-13 (by
// 2^-24 of it for each rounding, and 2^-22 where 1 / s is no normal float);
// beyond, both saturate.
[[maybe_unused]] constexpr float kFarFromTie = 0.5f - 1.0f / 8192;
[[maybe_unused]] constexpr float kFarSteps = 512;

// One level's loops over n neighbours. y never overlaps x, but for
// requantize's, which may be x.
struct QuantizeRowFns {
  void (*quantize)(const float* x, uint8_t* y, int64_t n,
                   const QuantSlice& quant);
  void (*dequantize)(const uint8_t* x, float* y, int64_t n,
                     const QuantSlice& quant);
  void (*requantize)(const uint8_t* x, uint8_t* y, int64_t n,
                     const QuantSlice& x_quant, const QuantSlice& y_quant);
};
extern const QuantizeRowFns kQuantizeRowsAvx2;
extern const QuantizeRowFns kQuantizeRowsAvx512Vnni;

// Bytes of scratch that RunRequantize needs.
int64_t RequantizeScratch(const RequantizeParams& params);

void RunQuantize(const QuantizeRowFns& fns, const QuantizeParams& params,
                 int64_t part, int64_t parts);
void RunDequantize(const QuantizeRowFns& fns, const DequantizeParams& params,
                   int64_t part, int64_t parts);
// By a table of 256 entries where both scales are per tensor, else code by
// code.
void RunRequantize(const QuantizeRowFns& fns, KernelFn<TableU8Params> table_u8,
                   const RequantizeParams& params, int64_t part, int64_t parts,
                   std::byte* scratch);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_QUANTIZE_QUANTIZE_ROWS_H_
