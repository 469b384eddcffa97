// Reduction of any axes of a float tensor.
//
//   y[kept...] = op over all reduced indices of x[kept..., reduced...]
//   mean: sum / count. sum_square: sum of x * x. An empty reduction gives 0
//   (sum, sum_square), 1 (prod), NaN (mean), -inf (max), +inf (min).
//
// The order of operations depends on the level and on the shape, never on the
// split. With a NaN, max and min are unspecified.
#ifndef OCTET_KERNELS_REDUCE_F32_REDUCE_F32_H_
#define OCTET_KERNELS_REDUCE_F32_REDUCE_F32_H_

#include <cstddef>
#include <cstdint>

#include "kernels/kernel_table.h"
#include "kernels/work.h"

namespace octet::kernels {

enum class ReduceOp : uint8_t { kMean, kSum, kMax, kMin, kProd, kSumSquare };
inline constexpr int kMaxReduceRank = 8;

// The axes of x, sorted into those that stay and those that go, each in the
// order that they have in x. Distances in elements.
struct ReduceF32Params {
  ReduceOp op;
  int kept_rank;
  int64_t kept[kMaxReduceRank];
  int64_t x_kept_strides[kMaxReduceRank];
  int64_t y_strides[kMaxReduceRank];
  int reduced_rank;
  int64_t reduced[kMaxReduceRank];
  int64_t x_reduced_strides[kMaxReduceRank];
  const float* x;
  float* y;
};

// All kernels, best first; the best for `level`; how to cut the work.
KernelTable<ReduceF32Params> ReduceF32Kernels();
KernelFn<ReduceF32Params> FindReduceF32(CpuLevel level);
Work PlanReduceF32(const ReduceF32Params& params, int threads);

void ReduceF32Reference(const ReduceF32Params& params, int64_t part,
                        int64_t parts, std::byte* scratch);

// Instruction-set levels.
void ReduceF32Avx2(const ReduceF32Params& params, int64_t part, int64_t parts,
                   std::byte* scratch);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_REDUCE_F32_REDUCE_F32_H_
