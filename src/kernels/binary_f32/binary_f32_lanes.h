// binary_f32's rows over any lanes (kernels/elementary). Internal linkage, so
// that files of any instruction set may include this.
#ifndef OCTET_KERNELS_BINARY_F32_BINARY_F32_LANES_H_
#define OCTET_KERNELS_BINARY_F32_BINARY_F32_LANES_H_

#include <cstdint>

#include "kernels/binary_f32/binary_f32_rows.h"
#include "kernels/float_epilogue/float_epilogue_lanes.h"

namespace octet::kernels {
namespace {

// 1 where x is neither +0 nor -0, else 0.
template <typename V>
[[gnu::always_inline]] inline typename V::F Truth(typename V::F x) {
  const typename V::F zero = V::Set(0.0f), one = V::Set(1.0f);
  const typename V::F is_nan = V::Select(V::IsNan(x), one, zero);
  return V::Select(V::Less(zero, V::Abs(x)), one, is_nan);
}

template <typename V, BinaryOp kOp>
[[gnu::always_inline]] inline typename V::F Apply(typename V::F a,
                                                  typename V::F b) {
  using F = typename V::F;
  const F zero = V::Set(0.0f), one = V::Set(1.0f);
  if constexpr (kOp == BinaryOp::kAdd) return V::Add(a, b);
  if constexpr (kOp == BinaryOp::kSub) return V::Sub(a, b);
  if constexpr (kOp == BinaryOp::kMul) return V::Mul(a, b);
  if constexpr (kOp == BinaryOp::kDiv) return V::Div(a, b);
  if constexpr (kOp == BinaryOp::kMin) return V::Min(a, b);
  if constexpr (kOp == BinaryOp::kMax) return V::Max(a, b);
  if constexpr (kOp == BinaryOp::kLess)
    return V::Select(V::Less(a, b), one, zero);
  if constexpr (kOp == BinaryOp::kGreater)
    return V::Select(V::Less(b, a), one, zero);
  if constexpr (kOp == BinaryOp::kEqual) {
    const F not_less = V::Select(V::Less(a, b), zero, one);
    const F neither = V::Select(V::Less(b, a), zero, not_less);
    return V::Select(V::IsNan(a), zero, V::Select(V::IsNan(b), zero, neither));
  }
  if constexpr (kOp == BinaryOp::kAnd) return V::Mul(Truth<V>(a), Truth<V>(b));
  if constexpr (kOp == BinaryOp::kOr) return V::Max(Truth<V>(a), Truth<V>(b));
  return a;
}

// kA, kB: whether the operand steps from element to element, or is repeated.
template <typename V, BinaryOp kOp, bool kA, bool kB>
void ApplyRows(const BinaryF32Rows& rows) {
  using F = typename V::F;
  // Stores of floats might otherwise change what it says.
  const BinaryF32Rows r = rows;
  for (int64_t row = 0; row < r.rows; ++row) {
    const float* a = r.a + row * r.a_row_stride;
    const float* b = r.b + row * r.b_row_stride;
    float* y = r.y + row * r.y_row_stride;
    const F one_a = V::Set(*a), one_b = V::Set(*b);
    const auto apply = [&](int64_t i) {
      F results[] = {Apply<V, kOp>(kA ? V::Load(a + i) : one_a,
                                   kB ? V::Load(b + i) : one_b)};
      ClampAll<V>(r.after, results);
      return results[0];
    };
    int64_t i = 0;
#pragma GCC unroll 4
    for (; i + V::kLanes <= r.columns; i += V::kLanes) {
      V::Store(y + i, apply(i));
    }
    if (i < r.columns) V::StoreFirst(y + i, apply(i), r.columns - i);
  }
}

template <typename V, BinaryOp kOp>
void RunOp(const BinaryF32Rows& r) {
  if (r.a_step != 0) {
    (r.b_step != 0 ? ApplyRows<V, kOp, true, true>
                   : ApplyRows<V, kOp, true, false>)(r);
  } else {
    (r.b_step != 0 ? ApplyRows<V, kOp, false, true>
                   : ApplyRows<V, kOp, false, false>)(r);
  }
}

template <typename V>
void RunRows(const BinaryF32Rows& r) {
  constexpr void (*kRows[])(const BinaryF32Rows&) = {
      RunOp<V, BinaryOp::kAdd>,
      RunOp<V, BinaryOp::kSub>,
      RunOp<V, BinaryOp::kMul>,
      RunOp<V, BinaryOp::kDiv>,
      nullptr,
      RunOp<V, BinaryOp::kMin>,
      RunOp<V, BinaryOp::kMax>,
      RunOp<V, BinaryOp::kEqual>,
      RunOp<V, BinaryOp::kLess>,
      RunOp<V, BinaryOp::kGreater>,
      RunOp<V, BinaryOp::kAnd>,
      RunOp<V, BinaryOp::kOr>};
  kRows[int(r.op)](r);
}

}  // namespace
}  // namespace octet::kernels

#endif  // OCTET_KERNELS_BINARY_F32_BINARY_F32_LANES_H_
