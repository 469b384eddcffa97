// Converts elements between number formats, as ONNX Cast:
//
//   to integer   toward zero, saturating; NaN gives 0
//   to float     rounded to nearest even
//   from bool    0 or 1; to bool: x != 0 (NaN is true)
//
// Integers of different width also saturate.
#ifndef OCTET_KERNELS_CAST_CAST_H_
#define OCTET_KERNELS_CAST_CAST_H_

#include <cstddef>
#include <cstdint>

#include "kernels/kernel_table.h"
#include "kernels/work.h"
#include "octet/tensor.h"

namespace octet::kernels {

// Rows of `columns` elements, whose starts are x_stride and y_stride elements
// apart. Not in place.
struct CastParams {
  DType from, to;
  int64_t rows, columns;
  const void* x;
  int64_t x_stride;
  void* y;
  int64_t y_stride;
};

// All kernels, best first; the best for `level`; how to cut the work.
KernelTable<CastParams> CastKernels();
KernelFn<CastParams> FindCast(CpuLevel level);
Work PlanCast(const CastParams& params, int threads);

void CastReference(const CastParams& params, int64_t part, int64_t parts,
                   std::byte* scratch);

// Vectors between f32 and the 16-bit floats, the reference for the rest.
void CastAvx2(const CastParams& params, int64_t part, int64_t parts,
              std::byte* scratch);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_CAST_CAST_H_
