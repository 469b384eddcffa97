// Product of two computed matrices of codes, batched.
//
//   y[..., i, j] = sat(rne(fl(float(sum over k of (a[..., i, k] - za)
//                                                 (b[..., k, j] - zb)) scale))
//                      + zy)
//
// Everything has strides, so that an operand may be some other axes of a larger
// value (the heads of an attention), and b may be transposed; a stride of 0
// repeats an operand. Sums are exact, so all levels give equal bits.
#ifndef OCTET_KERNELS_MATMUL_U8_MATMUL_U8_H_
#define OCTET_KERNELS_MATMUL_U8_MATMUL_U8_H_

#include <cstddef>
#include <cstdint>

#include "kernels/kernel_table.h"
#include "kernels/products_of_codes/matrices_of_codes.h"
#include "kernels/work.h"

namespace octet::kernels {

struct MatMulU8Params {
  // Depth: at most kMostProductsOfCodes (base/quant.h).
  int64_t rows, depth, columns;
  int batch_rank = 0;
  int64_t batch[kMaxMatMulBatchRank];
  MatricesOfCodes a;  // [rows][depth], rows without gaps
  MatricesOfCodes b;  // [depth][columns]
  uint8_t* y;         // [rows][columns], rows without gaps
  int64_t y_batch_stride[kMaxMatMulBatchRank];
  int64_t y_row_stride;
  int32_t y_zero;
  float scale;  // a's times b's over y's
};

// All kernels, best first; the best for `level`; how to cut the work.
KernelTable<MatMulU8Params> MatMulU8Kernels();
KernelFn<MatMulU8Params> FindMatMulU8(CpuLevel level);
Work PlanMatMulU8(const MatMulU8Params& params, int threads);

void MatMulU8Reference(const MatMulU8Params& params, int64_t part,
                       int64_t parts, std::byte* scratch);

// Instruction-set levels.
void MatMulU8Avx2(const MatMulU8Params& params, int64_t part, int64_t parts,
                  std::byte* scratch);
void MatMulU8Avx512Vnni(const MatMulU8Params& params, int64_t part,
                        int64_t parts, std::byte* scratch);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_MATMUL_U8_MATMUL_U8_H_
