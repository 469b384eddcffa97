// Fills a strided value with one element.
#ifndef OCTET_KERNELS_FILL_FILL_H_
#define OCTET_KERNELS_FILL_FILL_H_

#include <cstddef>
#include <cstdint>

#include "kernels/kernel_table.h"
#include "kernels/work.h"

namespace octet::kernels {

// Rows of `columns` elements, whose starts are y_stride elements apart.
struct FillParams {
  int64_t element_bytes;  // 1, 2, 4 or 8
  uint64_t bits;          // the element, in the low bytes
  int64_t rows, columns;
  void* y;
  int64_t y_stride;
};

// All kernels, best first; the best for `level`; how to cut the work.
KernelTable<FillParams> FillKernels();
KernelFn<FillParams> FindFill(CpuLevel level);
Work PlanFill(const FillParams& params, int threads);

void FillReference(const FillParams& params, int64_t part, int64_t parts,
                   std::byte* scratch);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_FILL_FILL_H_
