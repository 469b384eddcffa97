// SiLU and GELU for results that are rounded to 8-bit codes: max(0, x) and a
// tail by a small table. Internal linkage, so that files of any instruction set
// may include this.
#ifndef OCTET_KERNELS_ELEMENTARY_TAILS_H_
#define OCTET_KERNELS_ELEMENTARY_TAILS_H_

namespace octet::kernels {
namespace {

// What a function is above max(0, x), by a = |x|: cubics on eight segments, of
// which the exponent and the first bit of the mantissa of a + bias choose one.
// The first two are half as long as the bias, each further pair is twice as
// long as the one before.
struct Tail {
  float bias;
  float end;  // a is held there, in the last segment, where the tail is 0
  // powers[k][i] belongs to a^k; i is bits 22 to 24 of a + bias.
  alignas(32) float powers[4][8];
};

// -a sigmoid(-a), on segments from 1, 2, 3, 5, 7, 11, 0 and 1/2 on.
constexpr Tail kSiluTail = {
    1.0f,
    14.5f,
    {{-0.011329323f, -0.24896142f, -0.64083046f, -0.5361419f, -0.16222678f, 0,
      0, 0.0030748511f},
     {-0.4874257f, -0.13471168f, 0.25727284f, 0.20551555f, 0.04694402f, 0,
      -0.5f, -0.51880634f},
     {0.2725886f, 0.096445f, -0.035181936f, -0.02711432f, -0.0045684213f, 0,
      0.25222036f, 0.29369864f},
     {-0.04282922f, -0.013230796f, 0.0016038641f, 0.0012238508f, 0.00014913353f,
      0, -0.0142532205f, -0.04690503f}}};

// -a Phi(-a), on segments from 3/2, 5/2, 7/2, 11/2, 0, 1/4, 1/2 and 1 on.
constexpr Tail kGeluTail = {
    0.5f,
    7.25f,
    {{-0.38859314f, -0.48627332f, -0.0457593f, 0, 0, 0.0009288251f, 0.00594975f,
      -0.039643865f},
     {0.24446394f, 0.40891972f, 0.028799815f, 0, -0.5f, -0.5107702f, -0.53993f,
      -0.41455883f},
     {-0.029998327f, -0.11584539f, -0.0060160626f, 0, 0.40082043f, 0.44537982f,
      0.50266814f, 0.38769987f},
     {-0.003247673f, 0.011040827f, 0.00041703312f, 0, -0.023426678f,
      -0.08924816f, -0.12734011f, -0.09216882f}}};

// max(0, x) + the tail: within 2^-13 of |x|, and within 2^-12.
template <typename V>
[[gnu::always_inline]] inline typename V::F AddTail(const Tail& tail,
                                                    typename V::F x) {
  using F = typename V::F;
  // The operands' order lets a NaN through, here and at the end.
  const F a = V::Min(V::Set(tail.end), V::Abs(x));
  const F selector = V::Add(a, V::Set(tail.bias));
  F y = V::Pick(tail.powers[3], selector);
  y = V::Fma(y, a, V::Pick(tail.powers[2], selector));
  y = V::Fma(y, a, V::Pick(tail.powers[1], selector));
  y = V::Fma(y, a, V::Pick(tail.powers[0], selector));
  return V::Add(V::Max(V::Set(0.0f), x), y);
}

}  // namespace
}  // namespace octet::kernels

#endif  // OCTET_KERNELS_ELEMENTARY_TAILS_H_
