// A float function of every element: y[r, i] = function(x[r, i]).
//
// The functions are those of kernels/elementary, so all levels agree bit for
// bit.
#ifndef OCTET_KERNELS_UNARY_F32_UNARY_F32_H_
#define OCTET_KERNELS_UNARY_F32_UNARY_F32_H_

#include <cstddef>
#include <cstdint>

#include "kernels/kernel_table.h"
#include "kernels/work.h"
#include "octet/function.h"

namespace octet::kernels {

// Rows of `columns` elements, whose starts are x_stride and y_stride elements
// apart. One row if memory has no gaps.
struct UnaryF32Params {
  Function function;
  int64_t rows, columns;
  const float* x;
  int64_t x_stride;
  float* y;  // may be x
  int64_t y_stride;
};

// All kernels, best first; the best for `level`; how to cut the work.
KernelTable<UnaryF32Params> UnaryF32Kernels();
KernelFn<UnaryF32Params> FindUnaryF32(CpuLevel level);
Work PlanUnaryF32(const UnaryF32Params& params, int threads);

void UnaryF32Reference(const UnaryF32Params& params, int64_t part,
                       int64_t parts, std::byte* scratch);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_UNARY_F32_UNARY_F32_H_
