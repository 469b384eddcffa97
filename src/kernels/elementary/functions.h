// The one definition of every unary function: a fixed sequence of IEEE
// operations over a set of lanes.
//
// V gives the lanes: types F (floats), I (32-bit integers), M (a mask) and the
// operations on them (lanes_scalar.h, lanes_avx2.h, lanes_avx512.h). Min(a, b)
// is a < b ? a : b and Max(a, b) is a > b ? a : b, as in SSE: both return b
// when one is NaN. Everything has internal linkage, so that files of any
// instruction set may include this.
//
// Polynomials are minimax fits made for these intervals (weighted least
// squares, reweighted until the error levels); the comment on each gives the
// error before rounding.
#ifndef OCTET_KERNELS_ELEMENTARY_FUNCTIONS_H_
#define OCTET_KERNELS_ELEMENTARY_FUNCTIONS_H_

#include <cstdint>

#include "kernels/elementary/lanes_pair.h"
#include "kernels/elementary/tails.h"
#include "octet/function.h"

namespace octet::kernels {
namespace {

// c[0] + c[1] x + ... + c[N - 1] x^(N - 1), by Horner's rule.
template <typename V, int N>
[[gnu::always_inline]] inline typename V::F Polynomial(const float (&c)[N],
                                                       typename V::F x) {
  typename V::F sum = V::Set(c[N - 1]);
#pragma GCC unroll 16
  for (int i = N - 2; i >= 0; --i) sum = V::Fma(sum, x, V::Set(c[i]));
  return sum;
}

// x = n * log(2) + f, |f| <= log(2) / 2, and e^f - 1.
template <typename V>
struct ReducedExp {
  typename V::F n;
  typename V::F expm1;
};

// Below -104, e^x rounds to 0; above 89, to infinity.
template <typename V>
[[gnu::always_inline]] inline ReducedExp<V> ReduceExp(typename V::F x,
                                                      float least = -104.0f) {
  // (e^f - 1 - f) / f^2; 2^-28 of e^f.
  constexpr float kTail[] = {0.49999994f, 0.166665211f, 0.0416682735f,
                             0.00836868584f, 0.00138201355f};
  x = V::Max(V::Set(least), V::Min(V::Set(89.0f), x));
  const typename V::F n = V::Round(V::Mul(x, V::Set(1.44269502f)));
  typename V::F f = V::Fma(n, V::Set(-0.693147182f), x);
  f = V::Fma(n, V::Set(1.90465421e-9f), f);
  const typename V::F tail = Polynomial<V>(kTail, f);
  return {n, V::Fma(V::Mul(f, f), tail, f)};
}

template <typename V>
[[gnu::always_inline]] inline typename V::F Exp(typename V::F x) {
  const ReducedExp<V> r = ReduceExp<V>(x);
  return V::Scale(V::Add(r.expm1, V::Set(1.0f)), r.n);
}

// The same, but never less than e^-86: all powers of two on the way are normal
// floats then, which takes fewer operations.
template <typename V>
[[gnu::always_inline]] inline typename V::F NormalExp(typename V::F x) {
  const typename V::F one = V::Set(1.0f);
  const ReducedExp<V> r = ReduceExp<V>(x, -86.0f);
  // 2^n may be infinity, half of it is not.
  const typename V::F half =
      V::AddExponent(V::Add(r.expm1, one), V::Sub(r.n, one));
  return V::Add(half, half);
}

// e^x - 1 for x <= 0 without cancellation.
template <typename V>
[[gnu::always_inline]] inline typename V::F Expm1(typename V::F x) {
  const ReducedExp<V> r = ReduceExp<V>(x);
  const typename V::F power = V::Scale(V::Set(1.0f), r.n);
  return V::Fma(power, r.expm1, V::Sub(power, V::Set(1.0f)));
}

template <typename V>
[[gnu::always_inline]] inline typename V::F Log(typename V::F x) {
  // (log(1 + f) - f + f^2 / 2) / f^3 on [sqrt(1/2) - 1, sqrt(2) - 1]; 2^-27.
  constexpr float kTail[] = {0.333333313f,  -0.250008196f, 0.200012416f,
                             -0.166234091f, 0.142015815f,  -0.131596133f,
                             0.127621979f,  -0.0763639584f};
  using F = typename V::F;
  const auto is_small = V::Less(x, V::Set(1.17549435e-38f));
  const F scaled = V::Select(is_small, V::Mul(x, V::Set(8388608.0f)), x);
  F k;
  const F f = V::Sub(V::SplitExponent(scaled, &k), V::Set(1.0f));
  k = V::Select(is_small, V::Sub(k, V::Set(23.0f)), k);
  const F f2 = V::Mul(f, f);
  F low = V::Mul(V::Mul(f2, f), Polynomial<V>(kTail, f));
  low = V::Fma(k, V::Set(-1.90465421e-9f), low);
  low = V::Fma(f2, V::Set(-0.5f), low);
  F y = V::Fma(k, V::Set(0.693147182f), V::Add(f, low));
  // The split above knows neither infinities nor what is not positive.
  const F infinity = V::Set(__builtin_inff());
  y = V::Select(V::Less(x, infinity), y, x);
  y = V::Select(V::Less(V::Set(0.0f), x), y, V::Set(-__builtin_inff()));
  y = V::Select(V::Less(x, V::Set(0.0f)), V::Set(__builtin_nanf("")), y);
  return V::Select(V::IsNan(x), x, y);
}

// log(1 + x) for 0 <= x <= 1.
template <typename V>
[[gnu::always_inline]] inline typename V::F Log1p(typename V::F x) {
  // log(1 + x) / x; 2^-27.
  constexpr float kRatio[] = {1.0f,           -0.499999315f,  0.333304644f,
                              -0.249580204f,  0.196921214f,   -0.153449774f,
                              0.106613711f,   -0.0574604869f, 0.0200884696f,
                              -0.00329107977f};
  return V::Mul(x, Polynomial<V>(kRatio, x));
}

// What PowerOfLastBits adds for each eighth: the bits of 2^(i / 8), less those
// of 2^0 and less i << 20.
alignas(32) constexpr uint32_t kEighths[] = {0,          0xfffb95c2, 0xfff837f0,
                                             0xfff5fed7, 0xfff504f3, 0xfff5672a,
                                             0xfff744fd, 0xfffac0c7};

// 1 + e^-x, which is infinity below -88.7. Powers of two by eighths leave a
// short polynomial, and none is rounded before the sum.
template <typename V>
[[gnu::always_inline]] inline typename V::F OnePlusExpOfMinus(typename V::F x) {
  // e^-f for |f| <= log(2) / 16; 2^-25.2 of it.
  constexpr float kPower[] = {1.0f, -1.0f, 0.500064909f, -0.166642934f};
  // Added to a small number, the last bits of the sum are that number's nearest
  // integer and eight times the bias of exponents.
  const typename V::F shift = V::Set(12582912.0f + 8 * 127.0f);
  x = V::Max(V::Set(-88.75f), V::Min(V::Set(87.0f), x));
  const typename V::F biased = V::Fma(x, V::Set(-11.5415602f), shift);
  const typename V::F n = V::Sub(biased, shift);
  typename V::F f = V::Fma(n, V::Set(0.0866433978f), x);
  f = V::Fma(n, V::Set(-2.38081776e-10f), f);
  return V::Fma(Polynomial<V>(kPower, f), V::PowerOfLastBits(kEighths, biased),
                V::Set(1.0f));
}

template <typename V>
[[gnu::always_inline]] inline typename V::F Sigmoid(typename V::F x) {
  return V::Div(V::Set(1.0f), OnePlusExpOfMinus<V>(x));
}

template <typename V>
[[gnu::always_inline]] inline typename V::F Silu(typename V::F x) {
  return V::Div(x, OnePlusExpOfMinus<V>(x));
}

// 2^x for |x| <= 125, to 2^-13 of it: for results that are rounded to 8-bit
// codes, of which this is a fortieth at most.
template <typename V>
[[gnu::always_inline]] inline typename V::F CoarseExp2(typename V::F x) {
  // 2^f for |f| <= 1/2; 2^-13.7 of it.
  constexpr float kPower[] = {0.99992806f, 0.69326097f, 0.24261113f,
                              0.05517167f};
  const typename V::F n = V::Round(x);
  return V::AddExponent(Polynomial<V>(kPower, V::Sub(x, n)), n);
}

// Below -86, where the function is smaller than any code, it stays what it is
// there. The operands' order lets a NaN through.
template <typename V>
[[gnu::always_inline]] inline typename V::F CoarseSigmoid(typename V::F x) {
  const typename V::F bounded = V::Max(V::Set(-86.0f), x);
  const typename V::F power = V::Mul(bounded, V::Set(-1.44269502f));
  const typename V::F e = CoarseExp2<V>(V::Max(V::Set(-125.0f), power));
  return V::Div(V::Set(1.0f), V::Add(V::Set(1.0f), e));
}

// tanh(a) = -m / (m + 2), m = e^(-2a) - 1, for a >= 0: nothing cancels and
// nothing overflows.
template <typename V>
[[gnu::always_inline]] inline typename V::F Tanh(typename V::F x) {
  const typename V::F m = Expm1<V>(V::Mul(V::Abs(x), V::Set(-2.0f)));
  const typename V::F y = V::Div(m, V::Add(m, V::Set(2.0f)));
  return V::CopySign(y, x);
}

template <typename V>
[[gnu::always_inline]] inline typename V::F Erf(typename V::F x) {
  // erf(a) / a - 1 in powers of a^2, a <= 0.95; 2^-25.
  constexpr float kSmall[] = {0.128379166f,   -0.376122892f,  0.11280147f,
                              -0.0267163981f, 0.00492966361f, -0.0005704551f};
  // -log(1 - erf(a)) for 0.95 <= a <= 3.95; 2^-29 of erf.
  constexpr float kLarge[] = {0.000244721858f, 1.1274749f,     0.637517214f,
                              0.103640102f,    -0.0220875237f, 0.00300850882f,
                              -0.00019242386f};
  using F = typename V::F;
  const F a = V::Abs(x);
  const F small = V::Fma(a, Polynomial<V>(kSmall, V::Mul(a, a)), a);
  // erf(3.95) rounds to 1 already. The operands' order lets a NaN through.
  const F b = V::Min(V::Set(3.95f), a);
  const F large =
      V::Sub(V::Set(1.0f), Exp<V>(V::Neg(Polynomial<V>(kLarge, b))));
  return V::CopySign(V::Select(V::Less(a, V::Set(0.95f)), small, large), x);
}

// x * Phi(x), where Phi(-a) = exp(-a h(a)) / 2: one polynomial for both tails,
// and no cancellation in the negative one.
template <typename V>
[[gnu::always_inline]] inline typename V::F Gelu(typename V::F x) {
  // -log(2 Phi(-a)) / a for a <= 6; 2^-27 of x Phi(x).
  constexpr float kRate[] = {
      0.79788506f,      0.318302721f,    0.0363691933f,
      -0.00485498458f,  4.59499279e-05f, 0.000162078024f,
      -3.98390439e-05f, 4.45552314e-06f, -2.00165772e-07f};
  using F = typename V::F;
  const F a = V::Abs(x);
  const F rate = Polynomial<V>(kRate, a);
  F tail = V::Mul(NormalExp<V>(V::Neg(V::Mul(a, rate))), V::Set(0.5f));
  tail = V::Select(V::Less(V::Set(6.0f), a), V::Set(0.0f), tail);
  const F phi =
      V::Select(V::Less(x, V::Set(0.0f)), tail, V::Sub(V::Set(1.0f), tail));
  return V::Mul(x, phi);
}

// x * sigmoid(2 sqrt(2 / pi) (x + 0.044715 x^3)), the same as the tanh form.
template <typename V>
[[gnu::always_inline]] inline typename V::F GeluTanh(typename V::F x) {
  const typename V::F cubic =
      V::Fma(V::Mul(x, x), V::Set(0.0713548163f), V::Set(1.59576912f));
  return V::Div(x, OnePlusExpOfMinus<V>(V::Mul(x, cubic)));
}

template <typename V>
[[gnu::always_inline]] inline typename V::F Softplus(typename V::F x) {
  const typename V::F tail = Log1p<V>(Exp<V>(V::Neg(V::Abs(x))));
  return V::Add(V::Max(V::Set(0.0f), x), tail);
}

// tanh(log(1 + e)) = n / (n + 2), n = e (e + 2), e = e^x: all positive.
template <typename V>
[[gnu::always_inline]] inline typename V::F Mish(typename V::F x) {
  // From 20 on the quotient rounds to 1; the bound keeps n finite.
  const typename V::F e = Exp<V>(V::Min(V::Set(20.0f), x));
  const typename V::F n = V::Mul(e, V::Add(e, V::Set(2.0f)));
  return V::Mul(x, V::Div(n, V::Add(n, V::Set(2.0f))));
}

template <typename V>
[[gnu::always_inline]] inline typename V::F Clamp(typename V::F x,
                                                  typename V::F low,
                                                  typename V::F high) {
  return V::Min(high, V::Max(low, x));
}

// The function of one kind; alpha and beta as in octet::Function. For codes:
// the coarse one where there is one, for a result that becomes a code.
template <typename V, FunctionKind kKind, bool kForCodes = false>
[[gnu::always_inline]] inline typename V::F Call(typename V::F x,
                                                 typename V::F alpha,
                                                 typename V::F beta) {
  using F = typename V::F;
  const F zero = V::Set(0.0f);
  const F one = V::Set(1.0f);
  const auto is_negative = V::Less(x, zero);
  if constexpr (kKind == FunctionKind::kRelu) return V::Max(zero, x);
  if constexpr (kKind == FunctionKind::kLeakyRelu)
    return V::Select(is_negative, V::Mul(alpha, x), x);
  if constexpr (kKind == FunctionKind::kClip) return Clamp<V>(x, alpha, beta);
  if constexpr (kKind == FunctionKind::kSigmoid)
    return kForCodes ? CoarseSigmoid<V>(x) : Sigmoid<V>(x);
  if constexpr (kKind == FunctionKind::kSilu)
    return kForCodes ? AddTail<V>(kSiluTail, x) : Silu<V>(x);
  if constexpr (kKind == FunctionKind::kHardSigmoid)
    return Clamp<V>(V::Fma(alpha, x, beta), zero, one);
  if constexpr (kKind == FunctionKind::kHardSwish)
    return V::Mul(
        x, Clamp<V>(V::Fma(x, V::Set(0.166666672f), V::Set(0.5f)), zero, one));
  if constexpr (kKind == FunctionKind::kTanh) return Tanh<V>(x);
  if constexpr (kKind == FunctionKind::kGelu)
    return kForCodes ? AddTail<V>(kGeluTail, x) : Gelu<V>(x);
  if constexpr (kKind == FunctionKind::kGeluTanh) return GeluTanh<V>(x);
  if constexpr (kKind == FunctionKind::kElu)
    return V::Select(is_negative, V::Mul(alpha, Expm1<V>(x)), x);
  if constexpr (kKind == FunctionKind::kSoftplus) return Softplus<V>(x);
  if constexpr (kKind == FunctionKind::kMish) return Mish<V>(x);
  if constexpr (kKind == FunctionKind::kExp) return Exp<V>(x);
  if constexpr (kKind == FunctionKind::kLog) return Log<V>(x);
  if constexpr (kKind == FunctionKind::kSqrt) return V::Sqrt(x);
  if constexpr (kKind == FunctionKind::kReciprocal) return V::Div(one, x);
  if constexpr (kKind == FunctionKind::kErf) return Erf<V>(x);
  if constexpr (kKind == FunctionKind::kAbs) return V::Abs(x);
  if constexpr (kKind == FunctionKind::kNeg) return V::Neg(x);
  if constexpr (kKind == FunctionKind::kFloor) return V::Floor(x);
  if constexpr (kKind == FunctionKind::kCeil) return V::Ceil(x);
  if constexpr (kKind == FunctionKind::kRound) return V::Round(x);
  return x;
}

// y[i] = Call(x[i]) for a whole array.
template <typename V, FunctionKind kKind, bool kForCodes = false>
void CallAll(const Function& function, const float* x, float* y, int64_t n) {
  using Pair = PairLanes<V>;
  const typename V::F alpha = V::Set(function.alpha);
  const typename V::F beta = V::Set(function.beta);
  int64_t i = 0;
  for (; i + Pair::kLanes <= n; i += Pair::kLanes) {
    Pair::Store(y + i, Call<Pair, kKind, kForCodes>(
                           Pair::Load(x + i), {alpha, alpha}, {beta, beta}));
  }
  for (; i + V::kLanes <= n; i += V::kLanes) {
    V::Store(y + i, Call<V, kKind, kForCodes>(V::Load(x + i), alpha, beta));
  }
  if (i < n) {
    V::StoreFirst(y + i, Call<V, kKind, kForCodes>(V::Load(x + i), alpha, beta),
                  n - i);
  }
}

using CallAllFn = void (*)(const Function&, const float*, float*, int64_t);

// CallAll of each kind, in the order of FunctionKind.
template <typename V>
constexpr CallAllFn kCallAll[] = {
    CallAll<V, FunctionKind::kIdentity>,
    CallAll<V, FunctionKind::kRelu>,
    CallAll<V, FunctionKind::kLeakyRelu>,
    CallAll<V, FunctionKind::kClip>,
    CallAll<V, FunctionKind::kSigmoid>,
    CallAll<V, FunctionKind::kSilu>,
    CallAll<V, FunctionKind::kHardSigmoid>,
    CallAll<V, FunctionKind::kHardSwish>,
    CallAll<V, FunctionKind::kTanh>,
    CallAll<V, FunctionKind::kGelu>,
    CallAll<V, FunctionKind::kGeluTanh>,
    CallAll<V, FunctionKind::kElu>,
    CallAll<V, FunctionKind::kSoftplus>,
    CallAll<V, FunctionKind::kMish>,
    CallAll<V, FunctionKind::kExp>,
    CallAll<V, FunctionKind::kLog>,
    CallAll<V, FunctionKind::kSqrt>,
    CallAll<V, FunctionKind::kReciprocal>,
    CallAll<V, FunctionKind::kErf>,
    CallAll<V, FunctionKind::kAbs>,
    CallAll<V, FunctionKind::kNeg>,
    CallAll<V, FunctionKind::kFloor>,
    CallAll<V, FunctionKind::kCeil>,
    CallAll<V, FunctionKind::kRound>,
};

template <typename V>
[[gnu::always_inline]] inline void ElementaryForCodes(const Function& function,
                                                      const float* x, float* y,
                                                      int64_t n) {
  if (function.kind == FunctionKind::kSilu) {
    CallAll<V, FunctionKind::kSilu, true>(function, x, y, n);
  } else if (function.kind == FunctionKind::kSigmoid) {
    CallAll<V, FunctionKind::kSigmoid, true>(function, x, y, n);
  } else if (function.kind == FunctionKind::kGelu) {
    CallAll<V, FunctionKind::kGelu, true>(function, x, y, n);
  } else {
    kCallAll<V>[int(function.kind)](function, x, y, n);
  }
}

}  // namespace
}  // namespace octet::kernels

#endif  // OCTET_KERNELS_ELEMENTARY_FUNCTIONS_H_
