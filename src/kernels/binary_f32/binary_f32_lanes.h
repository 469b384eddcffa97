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

template <typename V, BinaryOp kOp>
void ApplyRows(const BinaryF32Rows& r) {
  using F = typename V::F;
  for (int64_t row = 0; row < r.rows; ++row) {
    const float* a = r.a + row * r.a_row_stride;
    const float* b = r.b + row * r.b_row_stride;
    float* y = r.y + row * r.y_row_stride;
    for (int64_t i = 0; i < r.columns; i += V::kLanes) {
      F results[] = {
          Apply<V, kOp>(r.a_step == 0 ? V::Set(*a) : V::Load(a + i),
                        r.b_step == 0 ? V::Set(*b) : V::Load(b + i))};
      ClampAll<V>(r.after, results);
      StoreRow<V>(results, y + i, r.columns - i);
    }
  }
}

template <typename V>
void RunRows(const BinaryF32Rows& r) {
  constexpr void (*kRows[])(const BinaryF32Rows&) = {
      ApplyRows<V, BinaryOp::kAdd>,
      ApplyRows<V, BinaryOp::kSub>,
      ApplyRows<V, BinaryOp::kMul>,
      ApplyRows<V, BinaryOp::kDiv>,
      nullptr,
      ApplyRows<V, BinaryOp::kMin>,
      ApplyRows<V, BinaryOp::kMax>,
      ApplyRows<V, BinaryOp::kEqual>,
      ApplyRows<V, BinaryOp::kLess>,
      ApplyRows<V, BinaryOp::kGreater>,
      ApplyRows<V, BinaryOp::kAnd>,
      ApplyRows<V, BinaryOp::kOr>};
  kRows[int(r.op)](r);
}

}  // namespace
}  // namespace octet::kernels

#endif  // OCTET_KERNELS_BINARY_F32_BINARY_F32_LANES_H_
