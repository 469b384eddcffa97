// Two sets of lanes as one, for functions.h: their operations alternate, so
// that none waits for the one right before it. The results are those of V.
#ifndef OCTET_KERNELS_ELEMENTARY_LANES_PAIR_H_
#define OCTET_KERNELS_ELEMENTARY_LANES_PAIR_H_

#include <cstdint>

namespace octet::kernels {
namespace {

template <typename V>
struct PairLanes {
  struct F {
    typename V::F a, b;
  };
  struct M {
    typename V::M a, b;
  };
  static constexpr int64_t kLanes = 2 * V::kLanes;

  static F Load(const float* p) { return {V::Load(p), V::Load(p + V::kLanes)}; }
  static void Store(float* p, F x) {
    V::Store(p, x.a);
    V::Store(p + V::kLanes, x.b);
  }
  static F Set(float x) { return {V::Set(x), V::Set(x)}; }
  static F Add(F x, F y) { return {V::Add(x.a, y.a), V::Add(x.b, y.b)}; }
  static F Sub(F x, F y) { return {V::Sub(x.a, y.a), V::Sub(x.b, y.b)}; }
  static F Mul(F x, F y) { return {V::Mul(x.a, y.a), V::Mul(x.b, y.b)}; }
  static F Div(F x, F y) { return {V::Div(x.a, y.a), V::Div(x.b, y.b)}; }
  static F Fma(F x, F y, F z) {
    return {V::Fma(x.a, y.a, z.a), V::Fma(x.b, y.b, z.b)};
  }
  static F Min(F x, F y) { return {V::Min(x.a, y.a), V::Min(x.b, y.b)}; }
  static F Max(F x, F y) { return {V::Max(x.a, y.a), V::Max(x.b, y.b)}; }
  static F Sqrt(F x) { return {V::Sqrt(x.a), V::Sqrt(x.b)}; }
  static F Round(F x) { return {V::Round(x.a), V::Round(x.b)}; }
  static F Floor(F x) { return {V::Floor(x.a), V::Floor(x.b)}; }
  static F Ceil(F x) { return {V::Ceil(x.a), V::Ceil(x.b)}; }
  static F Abs(F x) { return {V::Abs(x.a), V::Abs(x.b)}; }
  static F Neg(F x) { return {V::Neg(x.a), V::Neg(x.b)}; }
  static F CopySign(F x, F sign) {
    return {V::CopySign(x.a, sign.a), V::CopySign(x.b, sign.b)};
  }
  static M Less(F x, F y) { return {V::Less(x.a, y.a), V::Less(x.b, y.b)}; }
  static M IsNan(F x) { return {V::IsNan(x.a), V::IsNan(x.b)}; }
  static F Select(M m, F x, F y) {
    return {V::Select(m.a, x.a, y.a), V::Select(m.b, x.b, y.b)};
  }
  static F Scale(F x, F n) { return {V::Scale(x.a, n.a), V::Scale(x.b, n.b)}; }
  static F AddExponent(F x, F n) {
    return {V::AddExponent(x.a, n.a), V::AddExponent(x.b, n.b)};
  }
  static F PowerOfLastBits(const uint32_t* eighths, F a) {
    return {V::PowerOfLastBits(eighths, a.a), V::PowerOfLastBits(eighths, a.b)};
  }
  static F SplitExponent(F x, F* k) {
    return {V::SplitExponent(x.a, &k->a), V::SplitExponent(x.b, &k->b)};
  }
  static F Pick(const float* table, F selector) {
    return {V::Pick(table, selector.a), V::Pick(table, selector.b)};
  }
};

}  // namespace
}  // namespace octet::kernels

#endif  // OCTET_KERNELS_ELEMENTARY_LANES_PAIR_H_
