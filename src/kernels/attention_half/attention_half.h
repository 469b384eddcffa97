// Attention on 16-bit floats (halves: f16 or bf16), a head after the other:
//
//   p[..., i, :] = softmax(a[..., i, :] * b + residual[..., i, :])
//   y[..., i, j] = sum over k of p[..., i, k] * c[..., k, j]
//
// Operands are exact as f32; the residual is f32. Scores are added up in f32,
// then the residual; shares are softmax_f32's of the same level, rounded once
// to halves; what they weigh is added up in f32 and rounded once (all to
// nearest even).
//
// Order of sums: that of matmul_f32 at the same level, over widened operands.
// Where the CPU multiplies pairs of bf16 (avx512bf16), it is that of vdpbf16ps:
// pairs of neighbours one after the other, denormal numbers as zeros; and
// exponentials are within 2^-13 (kernels/elementary), which shares that become
// bf16 do not show.
#ifndef OCTET_KERNELS_ATTENTION_HALF_ATTENTION_HALF_H_
#define OCTET_KERNELS_ATTENTION_HALF_ATTENTION_HALF_H_

#include <cstddef>
#include <cstdint>

#include "kernels/kernel_table.h"
#include "kernels/matmul_f32/matmul_f32.h"
#include "kernels/work.h"
#include "octet/tensor.h"

namespace octet::kernels {

// Matrices of halves, one for each batch. Distances in elements.
struct MatricesOfHalves {
  const uint16_t* at;
  int64_t batch_stride[kMaxMatMulBatchRank];
  int64_t row_stride;
  int64_t column_stride = 1;
};

struct AttentionHalfParams {
  DType half;  // of a, b, c and y: kF16 or kBF16
  int64_t rows, depth, keys, columns;
  int batch_rank = 0;
  int64_t batch[kMaxMatMulBatchRank];
  MatricesOfHalves a;               // [rows][depth]; column_stride is 1
  MatricesOfHalves b;               // [depth][keys]
  MatricesOfHalves c;               // [keys][columns]
  const float* residual = nullptr;  // [rows][keys]; null: none
  int64_t residual_batch_stride[kMaxMatMulBatchRank];
  int64_t residual_row_stride = 0;
  uint16_t* y;  // [rows][columns]
  int64_t y_batch_stride[kMaxMatMulBatchRank];
  int64_t y_row_stride;
};

// All kernels, best first; the best for `level`; how to cut the work.
KernelTable<AttentionHalfParams> AttentionHalfKernels();
KernelFn<AttentionHalfParams> FindAttentionHalf(CpuLevel level);
Work PlanAttentionHalf(const AttentionHalfParams& params, int threads);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_ATTENTION_HALF_ATTENTION_HALF_H_
