// Copies elements between two strided layouts: transpose, slice, concatenation,
// expansion.
//
//   y[sum i_d * y_strides[d]] = x[sum i_d * x_strides[d]],  0 <= i_d <
//   extents[d]
#ifndef OCTET_KERNELS_STRIDED_COPY_STRIDED_COPY_H_
#define OCTET_KERNELS_STRIDED_COPY_STRIDED_COPY_H_

#include <cstddef>
#include <cstdint>

#include "kernels/kernel_table.h"
#include "kernels/work.h"

namespace octet::kernels {

inline constexpr int kMaxCopyRank = 8;

// Distances in elements; a stride of x may be 0 (expansion) or negative
// (reversal). No two elements of y may coincide, and x and y may not overlap.
struct StridedCopyParams {
  int64_t element_bytes;  // 1, 2, 4 or 8
  int rank;               // 0: one element
  int64_t extents[kMaxCopyRank];
  int64_t x_strides[kMaxCopyRank];
  int64_t y_strides[kMaxCopyRank];
  const void* x;  // element at index 0: offsets are already added
  void* y;
};

// All kernels, best first; the best for `level`; how to cut the work.
KernelTable<StridedCopyParams> StridedCopyKernels();
KernelFn<StridedCopyParams> FindStridedCopy(CpuLevel level);
Work PlanStridedCopy(const StridedCopyParams& params, int threads);

void StridedCopyReference(const StridedCopyParams& params, int64_t part,
                          int64_t parts, std::byte* scratch);

// Drops extents of 1, sorts axes by falling stride of y and joins neighbours
// that both layouts step through evenly. Describes the same copy.
StridedCopyParams Simplified(const StridedCopyParams& params);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_STRIDED_COPY_STRIDED_COPY_H_
