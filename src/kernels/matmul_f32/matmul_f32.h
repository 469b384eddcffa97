// Float matrix product of two computed operands, batched.
//
//   v = bias[j] + sum over k of a[..., i, k] * b[..., k, j]
//   y[..., i, j] = after(before(v) + residual[..., i, j])
//
// Everything has strides, so that an operand may be some other axes of a larger
// value (the heads of an attention), and b may be transposed; a stride of 0
// repeats an operand. Sums over k form chains as in conv_f32.h (the reference:
// one), and the bias comes last; vector levels use fma; never dependent on the
// split.
#ifndef OCTET_KERNELS_MATMUL_F32_MATMUL_F32_H_
#define OCTET_KERNELS_MATMUL_F32_MATMUL_F32_H_

#include <cstddef>
#include <cstdint>

#include "kernels/kernel_table.h"
#include "kernels/work.h"
#include "octet/function.h"

namespace octet::kernels {

inline constexpr int kMaxMatMulBatchRank = 6;

// Distances in elements. Rows of a, y and the residual are without gaps.
struct MatMulF32Params {
  int64_t m, k, n;
  int batch_rank = 0;
  int64_t batch[kMaxMatMulBatchRank];
  int64_t a_batch_stride[kMaxMatMulBatchRank];
  int64_t b_batch_stride[kMaxMatMulBatchRank];
  int64_t y_batch_stride[kMaxMatMulBatchRank];
  int64_t residual_batch_stride[kMaxMatMulBatchRank];
  const float* a;  // m rows of k
  int64_t a_row_stride;
  const float* b;  // k rows of n
  int64_t b_row_stride;
  int64_t b_column_stride = 1;
  float* y;  // m rows of n
  int64_t y_row_stride;
  const float* bias = nullptr;  // [n]; null: zero
  Function before;
  const float* residual = nullptr;  // m rows of n; null: none
  int64_t residual_row_stride = 0;
  Function after;
};

// Elements from an operand's start to its matrix of batch number `batch`.
int64_t MatMulBatchOffset(const MatMulF32Params& params, const int64_t* strides,
                          int64_t batch);

// All kernels, best first; the best for `level`; how to cut the work.
KernelTable<MatMulF32Params> MatMulF32Kernels();
KernelFn<MatMulF32Params> FindMatMulF32(CpuLevel level);
Work PlanMatMulF32(const MatMulF32Params& params, int threads);

void MatMulF32Reference(const MatMulF32Params& params, int64_t part,
                        int64_t parts, std::byte* scratch);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_MATMUL_F32_MATMUL_F32_H_
