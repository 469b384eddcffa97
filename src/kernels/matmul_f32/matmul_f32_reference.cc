// The definition of matmul_f32: plain loops, a row of y at a time.
#include <algorithm>

#include "kernels/elementary/elementary.h"
#include "kernels/matmul_f32/matmul_f32.h"
#include "kernels/split.h"

namespace octet::kernels {

void MatMulF32Reference(const MatMulF32Params& p, int64_t part, int64_t parts,
                        std::byte*) {
  int64_t batches = 1;
  for (int d = 0; d < p.batch_rank; ++d) batches *= p.batch[d];
  const Piece piece = PieceOf(batches * p.m, part, parts);
  for (int64_t row = piece.begin; row < piece.end; ++row) {
    const float* a = p.a + row % p.m * p.a_row_stride;
    const float* b = p.b;
    int64_t rest = row / p.m;
    for (int d = p.batch_rank - 1; d >= 0; --d) {
      a += rest % p.batch[d] * p.a_batch_stride[d];
      b += rest % p.batch[d] * p.b_batch_stride[d];
      rest /= p.batch[d];
    }
    float* y = p.y + row * p.y_row_stride;
    std::fill_n(y, p.n, 0.0f);
    for (int64_t i = 0; i < p.k; ++i) {
      for (int64_t j = 0; j < p.n; ++j)
        y[j] += a[i] * b[i * p.b_row_stride + j];
    }
    for (int64_t j = 0; j < p.n && p.bias != nullptr; ++j) y[j] += p.bias[j];
    ElementaryReference(p.before, y, y, p.n);
  }
}

}  // namespace octet::kernels
