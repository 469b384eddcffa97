// The definition of matmul_f32: plain loops, a row of y at a time.
#include <algorithm>

#include "kernels/batch.h"
#include "kernels/elementary/elementary.h"
#include "kernels/matmul_f32/matmul_f32.h"
#include "kernels/split.h"

namespace octet::kernels {

void MatMulF32Reference(const MatMulF32Params& p, int64_t part, int64_t parts,
                        std::byte*) {
  const int64_t batches = Batches(p.batch, p.batch_rank);
  const Piece piece = PieceOf(batches * p.m, part, parts);
  for (int64_t row = piece.begin; row < piece.end; ++row) {
    const int64_t batch = row / p.m, i = row % p.m;
    const float* a = p.a + MatMulBatchOffset(p, p.a_batch_stride, batch) +
                     i * p.a_row_stride;
    const float* b = p.b + MatMulBatchOffset(p, p.b_batch_stride, batch);
    float* y = p.y + MatMulBatchOffset(p, p.y_batch_stride, batch) +
               i * p.y_row_stride;
    std::fill_n(y, p.n, 0.0f);
    for (int64_t k = 0; k < p.k; ++k) {
      for (int64_t j = 0; j < p.n; ++j) {
        y[j] += a[k] * b[k * p.b_row_stride + j * p.b_column_stride];
      }
    }
    for (int64_t j = 0; j < p.n && p.bias != nullptr; ++j) y[j] += p.bias[j];
    ElementaryReference(p.before, y, y, p.n);
    if (p.residual != nullptr) {
      const float* residual =
          p.residual + MatMulBatchOffset(p, p.residual_batch_stride, batch) +
          i * p.residual_row_stride;
      for (int64_t j = 0; j < p.n; ++j) y[j] += residual[j];
    }
    ElementaryReference(p.after, y, y, p.n);
  }
}

}  // namespace octet::kernels
