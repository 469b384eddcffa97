// The definition of softmax_f32: plain loops.
#include <algorithm>
#include <cmath>

#include "kernels/elementary/elementary.h"
#include "kernels/softmax_f32/softmax_f32.h"
#include "kernels/split.h"

namespace octet::kernels {

void SoftmaxF32Reference(const SoftmaxF32Params& p, int64_t part, int64_t parts,
                         std::byte*) {
  const Function exp{FunctionKind::kExp};
  const Piece piece = PieceOf(p.outer * p.inner, part, parts);
  for (int64_t i = piece.begin; i < piece.end; ++i) {
    const float* x = p.x + i / p.inner * p.x_outer_stride + i % p.inner;
    float* y = p.y + i / p.inner * p.y_outer_stride + i % p.inner;
    float largest = -HUGE_VALF, sum = 0, weighted = 0;
    for (int64_t k = 0; k < p.size; ++k) {
      largest = std::max(largest, x[k * p.x_axis_stride]);
    }
    for (int64_t k = 0; k < p.size; ++k) {
      float e = x[k * p.x_axis_stride] - largest;
      ElementaryReference(exp, &e, &e, 1);
      sum += e;
      if (p.weights == nullptr) {
        y[k * p.y_axis_stride] = e;
      } else {
        weighted += p.weights[k] * e;
      }
    }
    if (p.weights != nullptr) {
      *y = weighted / sum;
      continue;
    }
    for (int64_t k = 0; k < p.size; ++k) y[k * p.y_axis_stride] /= sum;
  }
}

}  // namespace octet::kernels
