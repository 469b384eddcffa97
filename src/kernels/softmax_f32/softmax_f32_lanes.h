// softmax_f32 over any lanes (kernels/elementary) that can transpose: along the
// lanes for a long line of neighbours, a lane per line where lines are short or
// their elements lie apart. Internal linkage, so that files of any instruction
// set may include this.
#ifndef OCTET_KERNELS_SOFTMAX_F32_SOFTMAX_F32_LANES_H_
#define OCTET_KERNELS_SOFTMAX_F32_SOFTMAX_F32_LANES_H_

#include <cstdint>

#include "kernels/elementary/functions.h"
#include "kernels/softmax_f32/softmax_f32.h"
#include "kernels/split.h"

namespace octet::kernels {
namespace {

template <typename V>
[[gnu::always_inline]] inline void StoreSome(float* y, typename V::F v,
                                             int64_t n) {
  if (n >= V::kLanes) {
    V::Store(y, v);
  } else {
    V::StoreFirst(y, v, n);
  }
}

// The next vector of a line of which n elements are left, with `rest` behind
// them.
template <typename V>
[[gnu::always_inline]] inline typename V::F LoadSome(const float* x, int64_t n,
                                                     float rest) {
  if (n >= V::kLanes) return V::Load(x);
  float some[V::kLanes];
  for (int64_t i = 0; i < V::kLanes; ++i) some[i] = i < n ? x[i] : rest;
  return V::Load(some);
}

// Lanes are added in order.
template <typename V>
[[gnu::always_inline]] inline float SumOfLanes(typename V::F sum) {
  float lanes[V::kLanes];
  V::Store(lanes, sum);
  for (int64_t i = 1; i < V::kLanes; ++i) lanes[0] += lanes[i];
  return lanes[0];
}

// The largest of a line in every lane.
template <typename V>
typename V::F LargestOfLine(const float* x, int64_t n) {
  float lanes[V::kLanes];
  typename V::F largest = V::Set(-__builtin_inff());
  for (int64_t i = 0; i < n; i += V::kLanes) {
    largest = V::Max(largest, LoadSome<V>(x + i, n - i, -__builtin_inff()));
  }
  V::Store(lanes, largest);
  for (int64_t i = 1; i < V::kLanes; ++i) {
    if (lanes[i] > lanes[0]) lanes[0] = lanes[i];
  }
  return V::Set(lanes[0]);
}

// One line of neighbours. Lane i sums elements i, i + kLanes, ... What lies
// behind the line is -inf: its exponential is 0.
template <typename V>
void NormalizeLine(const float* x, float* y, int64_t n) {
  using F = typename V::F;
  const F max = LargestOfLine<V>(x, n);
  F sum = V::Set(0.0f);
  for (int64_t i = 0; i < n; i += V::kLanes) {
    const F some = LoadSome<V>(x + i, n - i, -__builtin_inff());
    const F e = Exp<V>(V::Sub(some, max));
    sum = V::Add(sum, e);
    StoreSome<V>(y + i, e, n - i);
  }
  // One division for the line, not one for each vector.
  const F share = V::Div(V::Set(1.0f), V::Set(SumOfLanes<V>(sum)));
  for (int64_t i = 0; i < n; i += V::kLanes) {
    StoreSome<V>(y + i, V::Mul(V::Load(y + i), share), n - i);
  }
}

// What is expected of weights.
template <typename V>
float ExpectLine(const float* x, const float* weights, int64_t n) {
  using F = typename V::F;
  const F max = LargestOfLine<V>(x, n);
  F sum = V::Set(0.0f), weighted = V::Set(0.0f);
  for (int64_t i = 0; i < n; i += V::kLanes) {
    const F some = LoadSome<V>(x + i, n - i, -__builtin_inff());
    const F e = Exp<V>(V::Sub(some, max));
    sum = V::Add(sum, e);
    weighted = V::Fma(LoadSome<V>(weights + i, n - i, 0.0f), e, weighted);
  }
  return SumOfLanes<V>(weighted) / SumOfLanes<V>(sum);
}

// kLanes neighbouring lines (or the `count` of them that exist) along an axis
// with strides.
template <typename V>
void NormalizeLines(const SoftmaxF32Params& p, const float* x, float* y,
                    int64_t count) {
  using F = typename V::F;
  F largest = V::Load(x);
  for (int64_t k = 1; k < p.size; ++k) {
    largest = V::Max(largest, V::Load(x + k * p.x_axis_stride));
  }
  F sum = V::Set(0.0f), weighted = V::Set(0.0f);
  for (int64_t k = 0; k < p.size; ++k) {
    const F e = Exp<V>(V::Sub(V::Load(x + k * p.x_axis_stride), largest));
    sum = V::Add(sum, e);
    if (p.weights == nullptr) {
      StoreSome<V>(y + k * p.y_axis_stride, e, count);
    } else {
      weighted = V::Fma(V::Set(p.weights[k]), e, weighted);
    }
  }
  if (p.weights != nullptr) {
    return StoreSome<V>(y, V::Div(weighted, sum), count);
  }
  for (int64_t k = 0; k < p.size; ++k) {
    float* at = y + k * p.y_axis_stride;
    StoreSome<V>(at, V::Div(V::Load(at), sum), count);
  }
}

// Lines up to this long are transposed, however few there are: a line's bits do
// not depend on how many are asked for at once. The columns lie on the stack.
constexpr int64_t kShortLine = 64;

// kLanes short lines of neighbours (or the `count` of them that exist). Lane i
// has line i: nothing needs to be added or compared across lanes, which takes
// longer than the exponentials of a short line.
template <typename V>
void NormalizeShortLines(const SoftmaxF32Params& p, const float* x, float* y,
                         int64_t count) {
  using F = typename V::F;
  F columns[kShortLine];
  for (int64_t k = 0; k < p.size; k += V::kLanes) {
    F block[V::kLanes];
#pragma GCC unroll 16
    for (int64_t i = 0; i < V::kLanes; ++i) {
      const int64_t line = i < count ? i : count - 1;
      block[i] = V::Load(x + line * p.x_outer_stride + k);
    }
    V::Transpose(block);
#pragma GCC unroll 16
    for (int64_t i = 0; i < V::kLanes; ++i) columns[k + i] = block[i];
  }
  F largest = columns[0];
  for (int64_t k = 1; k < p.size; ++k) largest = V::Max(largest, columns[k]);
  F sum = V::Set(0.0f);
  if (p.weights != nullptr) {
    F weighted = V::Set(0.0f);
    for (int64_t k = 0; k < p.size; ++k) {
      const F e = Exp<V>(V::Sub(columns[k], largest));
      sum = V::Add(sum, e);
      weighted = V::Fma(V::Set(p.weights[k]), e, weighted);
    }
    float expected[V::kLanes];
    V::Store(expected, V::Div(weighted, sum));
    for (int64_t i = 0; i < count; ++i) y[i * p.y_outer_stride] = expected[i];
    return;
  }
  for (int64_t k = 0; k < p.size; ++k) {
    columns[k] = Exp<V>(V::Sub(columns[k], largest));
    sum = V::Add(sum, columns[k]);
  }
  const F share = V::Div(V::Set(1.0f), sum);
  for (int64_t k = 0; k < p.size; k += V::kLanes) {
    F block[V::kLanes];
#pragma GCC unroll 16
    for (int64_t i = 0; i < V::kLanes; ++i) {
      block[i] = V::Mul(columns[k + i], share);
    }
    V::Transpose(block);
    for (int64_t i = 0; i < count; ++i) {
      StoreSome<V>(y + i * p.y_outer_stride + k, block[i], p.size - k);
    }
  }
}

template <typename V>
void RunShortLines(const SoftmaxF32Params& p, int64_t part, int64_t parts) {
  const Piece piece = PieceOf(p.outer, part, parts, V::kLanes);
  for (int64_t i = piece.begin; i < piece.end; i += V::kLanes) {
    const int64_t rest = piece.end - i;
    NormalizeShortLines<V>(p, p.x + i * p.x_outer_stride,
                           p.y + i * p.y_outer_stride,
                           rest < V::kLanes ? rest : V::kLanes);
  }
}

template <typename V>
void RunSoftmaxF32(const SoftmaxF32Params& p, int64_t part, int64_t parts) {
  if (p.inner == 1 && p.x_axis_stride == 1 && p.y_axis_stride == 1) {
    if (p.size <= kShortLine) return RunShortLines<V>(p, part, parts);
    const Piece piece = PieceOf(p.outer, part, parts);
    for (int64_t i = piece.begin; i < piece.end; ++i) {
      const float* x = p.x + i * p.x_outer_stride;
      float* y = p.y + i * p.y_outer_stride;
      if (p.weights == nullptr) {
        NormalizeLine<V>(x, y, p.size);
      } else {
        *y = ExpectLine<V>(x, p.weights, p.size);
      }
    }
    return;
  }
  // Groups of 16 lines, so that no group has a part of a vector but the last.
  const int64_t groups = (p.inner + 15) / 16;
  const Piece piece = PieceOf(p.outer * groups, part, parts);
  for (int64_t i = piece.begin; i < piece.end; ++i) {
    const int64_t first = i % groups * 16;
    const int64_t end = first + 16 < p.inner ? first + 16 : p.inner;
    for (int64_t line = first; line < end; line += V::kLanes) {
      NormalizeLines<V>(p, p.x + i / groups * p.x_outer_stride + line,
                        p.y + i / groups * p.y_outer_stride + line, end - line);
    }
  }
}

}  // namespace
}  // namespace octet::kernels

#endif  // OCTET_KERNELS_SOFTMAX_F32_SOFTMAX_F32_LANES_H_
