// Float matrix product of two computed operands, batched.
//
//   y[..., i, j] = before(bias[j] + sum over k of a[..., i, k] * b[..., k, j])
//
// Batch dimensions broadcast: a stride of 0 repeats an operand. Sums over
// k form chains as in conv_f32.h (the reference: one), and the bias comes last;
// vector levels use fma; never dependent on the split.
#ifndef OCTET_KERNELS_MATMUL_F32_MATMUL_F32_H_
#define OCTET_KERNELS_MATMUL_F32_MATMUL_F32_H_

#include <cstddef>
#include <cstdint>

#include "kernels/kernel_table.h"
#include "kernels/work.h"
#include "octet/function.h"

namespace octet::kernels {

inline constexpr int kMaxMatMulBatchRank = 6;

// Distances in elements. y's batches lie behind each other, each m rows of
// y_row_stride.
struct MatMulF32Params {
  int64_t m, k, n;
  int batch_rank = 0;
  int64_t batch[kMaxMatMulBatchRank];
  int64_t a_batch_stride[kMaxMatMulBatchRank];
  int64_t b_batch_stride[kMaxMatMulBatchRank];
  const float* a;  // m rows of k
  int64_t a_row_stride;
  const float* b;  // k rows of n
  int64_t b_row_stride;
  float* y;
  int64_t y_row_stride;
  const float* bias = nullptr;  // [n]; null: zero
  Function before;
};

// All kernels, best first; the best for `level`; how to cut the work.
KernelTable<MatMulF32Params> MatMulF32Kernels();
KernelFn<MatMulF32Params> FindMatMulF32(CpuLevel level);
Work PlanMatMulF32(const MatMulF32Params& params, int threads);

void MatMulF32Reference(const MatMulF32Params& params, int64_t part,
                        int64_t parts, std::byte* scratch);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_MATMUL_F32_MATMUL_F32_H_
