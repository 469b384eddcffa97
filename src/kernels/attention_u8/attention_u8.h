// Attention on codes, a head after the other. Of row i of a:
//
//   s[j] = fma(float(sum over k of (a[i, k] - za) (b[k, j] - zb)), score_scale,
//              residual[i, j])
//   p[j] = rne(255 e^(s[j] - max s)), 0 where that is not a number
//   f    = fl(scale / float(sum of p)), 0 if no p is above 0
//   y[i, n] = sat(rne(fl(float(sum over j of p[j] (c[j, n] - zc)) f)) + zy)
//
// What a softmax gives is rounded to 8 bits of the largest of its row, and the
// rounded numbers are what is made to sum up to 1: many small shares stay what
// they are. e^x is elementary's CoarseExp2 of fl(x log2(e)), and 0 where that
// is below 2^-125. Sums of codes are exact, so all levels give equal bits.
#ifndef OCTET_KERNELS_ATTENTION_U8_ATTENTION_U8_H_
#define OCTET_KERNELS_ATTENTION_U8_ATTENTION_U8_H_

#include <cstddef>
#include <cstdint>

#include "kernels/kernel_table.h"
#include "kernels/products_of_codes/matrices_of_codes.h"
#include "kernels/work.h"

namespace octet::kernels {

struct AttentionU8Params {
  // Depth and keys: at most kMostProductsOfCodes (base/quant.h).
  int64_t rows, depth, keys, columns;
  int batch_rank = 0;
  int64_t batch[kMaxMatMulBatchRank];
  MatricesOfCodes a;  // [rows][depth], rows without gaps
  MatricesOfCodes b;  // [depth][keys]
  MatricesOfCodes c;  // [keys][columns]
  float score_scale;
  const float* residual = nullptr;  // [rows][keys], rows without gaps
  int64_t residual_batch_stride[kMaxMatMulBatchRank];
  int64_t residual_row_stride = 0;
  uint8_t* y;  // [rows][columns], rows without gaps
  int64_t y_batch_stride[kMaxMatMulBatchRank];
  int64_t y_row_stride;
  int32_t y_zero;
  float scale;  // c's over y's
};

// All kernels, best first; the best for `level`; how to cut the work.
KernelTable<AttentionU8Params> AttentionU8Kernels();
KernelFn<AttentionU8Params> FindAttentionU8(CpuLevel level);
Work PlanAttentionU8(const AttentionU8Params& params, int threads);

void AttentionU8Reference(const AttentionU8Params& params, int64_t part,
                          int64_t parts, std::byte* scratch);

// Instruction-set levels.
void AttentionU8Avx2(const AttentionU8Params& params, int64_t part,
                     int64_t parts, std::byte* scratch);
void AttentionU8Avx512Vnni(const AttentionU8Params& params, int64_t part,
                           int64_t parts, std::byte* scratch);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_ATTENTION_U8_ATTENTION_U8_H_
