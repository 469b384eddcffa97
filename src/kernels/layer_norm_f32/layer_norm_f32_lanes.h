// layer_norm_f32 over any lanes (kernels/elementary). Internal linkage, so that
// files of any instruction set may include this.
#ifndef OCTET_KERNELS_LAYER_NORM_F32_LAYER_NORM_F32_LANES_H_
#define OCTET_KERNELS_LAYER_NORM_F32_LAYER_NORM_F32_LANES_H_

#include <cstdint>

#include "kernels/layer_norm_f32/layer_norm_f32.h"
#include "kernels/split.h"

namespace octet::kernels {
namespace {

// The next vector of a row of which n elements are left; what lies behind them
// is `otherwise`.
template <typename V>
[[gnu::always_inline]] inline typename V::F LoadSome(const float* x, int64_t n,
                                                     float otherwise) {
  if (n >= V::kLanes) return V::Load(x);
  float some[V::kLanes];
  for (int64_t i = 0; i < V::kLanes; ++i) some[i] = i < n ? x[i] : otherwise;
  return V::Load(some);
}

template <typename V>
[[gnu::always_inline]] inline float AddLanes(typename V::F v) {
  float lanes[V::kLanes];
  V::Store(lanes, v);
  for (int64_t i = 1; i < V::kLanes; ++i) lanes[0] += lanes[i];
  return lanes[0];
}

template <typename V>
void NormalizeRow(const LayerNormF32Params& p, const float* x, float* y) {
  using F = typename V::F;
  const int64_t n = p.columns;
  F sum = V::Set(0.0f);
  for (int64_t i = 0; i < n; i += V::kLanes) {
    sum = V::Add(sum, LoadSome<V>(x + i, n - i, 0));
  }
  const float mean_of_row = AddLanes<V>(sum) / float(n);
  const F mean = V::Set(mean_of_row);
  F squares = V::Set(0.0f);
  for (int64_t i = 0; i < n; i += V::kLanes) {
    const F distance = V::Sub(LoadSome<V>(x + i, n - i, mean_of_row), mean);
    squares = V::Fma(distance, distance, squares);
  }
  const float variance = AddLanes<V>(squares) / float(n);
  const F inverse = V::Div(V::Set(1.0f), V::Sqrt(V::Set(variance + p.epsilon)));
  for (int64_t i = 0; i < n; i += V::kLanes) {
    const F unit = V::Mul(V::Sub(V::Load(x + i), mean), inverse);
    const F bias = p.bias == nullptr ? V::Set(0.0f) : V::Load(p.bias + i);
    const F result = V::Fma(unit, V::Load(p.scale + i), bias);
    if (n - i >= V::kLanes) {
      V::Store(y + i, result);
    } else {
      V::StoreFirst(y + i, result, n - i);
    }
  }
}

template <typename V>
void RunLayerNormF32(const LayerNormF32Params& p, int64_t part, int64_t parts) {
  const Piece piece = PieceOf(p.rows, part, parts);
  for (int64_t row = piece.begin; row < piece.end; ++row) {
    NormalizeRow<V>(p, p.x + row * p.x_stride, p.y + row * p.y_stride);
  }
}

}  // namespace
}  // namespace octet::kernels

#endif  // OCTET_KERNELS_LAYER_NORM_F32_LAYER_NORM_F32_LANES_H_
