// The definition of layer_norm_f32: plain loops.
#include <cmath>

#include "kernels/layer_norm_f32/layer_norm_f32.h"
#include "kernels/split.h"

namespace octet::kernels {

void LayerNormF32Reference(const LayerNormF32Params& p, int64_t part,
                           int64_t parts, std::byte*) {
  const Piece piece = PieceOf(p.rows, part, parts);
  for (int64_t row = piece.begin; row < piece.end; ++row) {
    const float* x = p.x + row * p.x_stride;
    float* y = p.y + row * p.y_stride;
    double sum = 0, squares = 0;
    for (int64_t i = 0; i < p.columns; ++i) sum += x[i];
    const float mean = float(sum / double(p.columns));
    for (int64_t i = 0; i < p.columns; ++i) {
      const double distance = double(x[i]) - mean;
      squares += distance * distance;
    }
    const float variance = float(squares / double(p.columns));
    const float inverse = 1 / std::sqrt(variance + p.epsilon);
    for (int64_t i = 0; i < p.columns; ++i) {
      y[i] = (x[i] - mean) * inverse * p.scale[i] +
             (p.bias == nullptr ? 0.0f : p.bias[i]);
    }
  }
}

}  // namespace octet::kernels
