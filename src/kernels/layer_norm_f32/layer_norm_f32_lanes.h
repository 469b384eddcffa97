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

// Sums over a row: as many as hide how long an addition takes. Vector i goes to
// sum i % kSums, and those are added in pairs.
constexpr int64_t kSums = 4;

// The sum over a row of add(vector, sum), with `otherwise` behind its end.
template <typename V, typename AddTo>
[[gnu::always_inline]] inline float SumOfRow(const float* x, int64_t n,
                                             float otherwise, AddTo add) {
  using F = typename V::F;
  F sums[kSums] = {V::Set(0.0f), V::Set(0.0f), V::Set(0.0f), V::Set(0.0f)};
  int64_t i = 0;
  for (; i + kSums * V::kLanes <= n; i += kSums * V::kLanes) {
#pragma GCC unroll 4
    for (int64_t s = 0; s < kSums; ++s) {
      sums[s] = add(V::Load(x + i + s * V::kLanes), sums[s]);
    }
  }
  for (int64_t s = 0; i < n; i += V::kLanes, ++s) {
    sums[s] = add(LoadSome<V>(x + i, n - i, otherwise), sums[s]);
  }
  return AddLanes<V>(
      V::Add(V::Add(sums[0], sums[1]), V::Add(sums[2], sums[3])));
}

template <typename V>
void NormalizeRow(const LayerNormF32Params& p, const float* x, float* y) {
  using F = typename V::F;
  const int64_t n = p.columns;
  const float mean_of_row =
      SumOfRow<V>(x, n, 0, [](F v, F sum) { return V::Add(sum, v); }) /
      float(n);
  const F mean = V::Set(mean_of_row);
  const float variance = SumOfRow<V>(x, n, mean_of_row,
                                     [mean](F v, F sum) {
                                       const F distance = V::Sub(v, mean);
                                       return V::Fma(distance, distance, sum);
                                     }) /
                         float(n);
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
