// Attention, a head after the other:
//
//   p[..., i, :] = softmax(a[..., i, :] * b + residual[..., i, :])
//   y[..., i, j] = sum over k of p[..., i, k] * c[..., k, j]
//
// Bit for bit what matmul_f32, softmax_f32 and matmul_f32 of the same level
// make; but the scores of some rows stay in the cache between them.
#ifndef OCTET_KERNELS_ATTENTION_F32_ATTENTION_F32_H_
#define OCTET_KERNELS_ATTENTION_F32_ATTENTION_F32_H_

#include <cstddef>
#include <cstdint>

#include "kernels/kernel_table.h"
#include "kernels/matmul_f32/matmul_f32.h"
#include "kernels/work.h"

namespace octet::kernels {

// Two products of the same batches and rows, with as many columns in the first
// as the second is deep. They have no functions and no bias.
struct AttentionF32Params {
  MatMulF32Params scores;   // y is not looked at
  MatMulF32Params context;  // a is not looked at
};

// All kernels, best first; the best for `level`; how to cut the work.
KernelTable<AttentionF32Params> AttentionF32Kernels();
KernelFn<AttentionF32Params> FindAttentionF32(CpuLevel level);
Work PlanAttentionF32(const AttentionF32Params& params, int threads);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_ATTENTION_F32_ATTENTION_F32_H_
