#include <cmath>

#include "kernels/attention_u8/attention_u8.h"
#include "kernels/attention_u8/attention_u8_piece.h"
#include "kernels/elementary/functions.h"
#include "kernels/elementary/lanes_scalar.h"
#include "kernels/split.h"

namespace octet::kernels {
namespace {

constexpr float kLog2E = 1.44269502f;

float Score(const AttentionU8Params& p, const AttentionU8Piece& piece,
            int64_t row, int64_t key) {
  int32_t sum = 0;
  for (int64_t k = 0; k < p.depth; ++k) {
    sum += (piece.a[row * p.a.row_stride + k] - p.a.zero) *
           (piece.b[k * p.b.row_stride + key * p.b.column_stride] - p.b.zero);
  }
  const float residual =
      piece.residual == nullptr
          ? 0
          : piece.residual[row * p.residual_row_stride + key];
  return std::fma(float(sum), p.score_scale, residual);
}

int32_t Share(float score, float largest) {
  const float power = (score - largest) * kLog2E;
  const float bounded = power > -125.0f ? power : -125.0f;
  return int32_t(std::nearbyint(CoarseExp2<ScalarLanes>(bounded) * 255.0f));
}

void RunRow(const AttentionU8Params& p, const AttentionU8Piece& piece,
            int64_t row, const AttentionU8Scratch& scratch) {
  float* scores = reinterpret_cast<float*>(scratch.scores);
  float largest = -HUGE_VALF;
  for (int64_t j = 0; j < p.keys; ++j) {
    scores[j] = Score(p, piece, row, j);
    if (scores[j] > largest) largest = scores[j];
  }
  int32_t total = 0;
  for (int64_t j = 0; j < p.keys; ++j) {
    scratch.shares[j] = int16_t(Share(scores[j], largest));
    total += scratch.shares[j];
  }
  const float factor = total > 0 ? p.scale / float(total) : 0;
  for (int64_t n = 0; n < p.columns; ++n) {
    int32_t sum = 0;
    for (int64_t j = 0; j < p.keys; ++j) {
      sum += scratch.shares[j] *
             (piece.c[j * p.c.row_stride + n * p.c.column_stride] - p.c.zero);
    }
    float steps = float(sum) * factor;
    const float low = float(-p.y_zero), high = float(255 - p.y_zero);
    steps = steps > low ? steps : low;
    steps = steps < high ? steps : high;
    piece.y[row * p.y_row_stride + n] =
        uint8_t(int32_t(std::nearbyint(steps)) + p.y_zero);
  }
}

}  // namespace

void AttentionU8Reference(const AttentionU8Params& p, int64_t part,
                          int64_t parts, std::byte* scratch) {
  const AttentionU8Scratch kept = LayOutAttentionU8(p, scratch);
  const Piece pieces = PieceOf(AttentionU8Pieces(p), part, parts);
  for (int64_t i = pieces.begin; i < pieces.end; ++i) {
    const AttentionU8Piece piece = AttentionU8PieceAt(p, i);
    for (int64_t row = piece.first; row < piece.end; ++row) {
      RunRow(p, piece, row, kept);
    }
  }
}

}  // namespace octet::kernels
