// Picks slices along one axis:
//
//   y[o, j, i] = x[o, index[j], i]; a negative index counts from the end.
//
// Indices must lie in [-size, size): they may come from input, so the caller
// asks GatherIndicesInRange before every run.
#ifndef OCTET_KERNELS_GATHER_GATHER_H_
#define OCTET_KERNELS_GATHER_GATHER_H_

#include <cstddef>
#include <cstdint>

#include "kernels/kernel_table.h"
#include "kernels/work.h"

namespace octet::kernels {

// x is [outer][size][inner], y is [outer][count][inner], both dense.
struct GatherParams {
  int64_t element_bytes;  // any positive number
  int64_t outer, size, inner;
  int64_t count;
  int64_t index_bytes;  // 4: s32, 8: s64
  const void* indices;
  const void* x;
  void* y;
};

// Whether every index is in [-size, size).
bool GatherIndicesInRange(const GatherParams& params);

// All kernels, best first; the best for `level`; how to cut the work.
KernelTable<GatherParams> GatherKernels();
KernelFn<GatherParams> FindGather(CpuLevel level);
Work PlanGather(const GatherParams& params, int threads);

void GatherReference(const GatherParams& params, int64_t part, int64_t parts,
                     std::byte* scratch);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_GATHER_GATHER_H_
