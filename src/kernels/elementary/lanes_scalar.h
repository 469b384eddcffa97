// One lane of plain C++, for functions.h.
#ifndef OCTET_KERNELS_ELEMENTARY_LANES_SCALAR_H_
#define OCTET_KERNELS_ELEMENTARY_LANES_SCALAR_H_

#include <cstdint>

namespace octet::kernels {
namespace {

struct ScalarLanes {
  using F = float;
  using M = bool;
  static constexpr int64_t kLanes = 1;

  static F Load(const float* p) { return *p; }
  static void Store(float* p, F a) { *p = a; }
  static void StoreFirst(float*, F, int64_t) {}
  static F Set(float a) { return a; }
  static F Add(F a, F b) { return a + b; }
  static F Sub(F a, F b) { return a - b; }
  static F Mul(F a, F b) { return a * b; }
  static F Div(F a, F b) { return a / b; }
  static F Fma(F a, F b, F c) { return __builtin_fmaf(a, b, c); }
  static F Min(F a, F b) { return a < b ? a : b; }
  static F Max(F a, F b) { return a > b ? a : b; }
  static F Sqrt(F a) { return __builtin_sqrtf(a); }
  static F Round(F a) { return __builtin_rintf(a); }
  static F Floor(F a) { return __builtin_floorf(a); }
  static F Ceil(F a) { return __builtin_ceilf(a); }
  static F Abs(F a) { return __builtin_fabsf(a); }
  static F Neg(F a) { return -a; }
  static F CopySign(F a, F sign) { return __builtin_copysignf(a, sign); }
  static M Less(F a, F b) { return a < b; }
  static M IsNan(F a) { return a != a; }
  static F Select(M m, F a, F b) { return m ? a : b; }

  // a * 2^n for an integral n in [-200, 200], rounded once: the first factor
  // never leaves the normal floats.
  static F Scale(F a, F n) {
    const int whole = n == n ? int(n) : 0;
    const int half = whole >> 1;
    return a * Power(half) * Power(whole - half);
  }
  // a * 2^n where both are normal floats.
  static F AddExponent(F a, F n) {
    const uint32_t whole = n == n ? uint32_t(int(n)) : 0;
    return __builtin_bit_cast(float,
                              __builtin_bit_cast(uint32_t, a) + (whole << 23));
  }
  // 2^(k / 8 - 127), where k is what the last 11 bits of a say; the next is 0.
  // functions.h has the table.
  static F PowerOfLastBits(const uint32_t* eighths, F a) {
    const uint32_t bits = __builtin_bit_cast(uint32_t, a);
    return __builtin_bit_cast(float, (bits << 20) + eighths[bits & 7]);
  }
  // a = m * 2^k with m in [sqrt(1/2), sqrt(2)), for a normal a > 0.
  static F SplitExponent(F a, F* k) {
    const uint32_t bits = __builtin_bit_cast(uint32_t, a);
    const int32_t exponent = int32_t(bits - 0x3f3504f3u) >> 23;
    *k = float(exponent);
    return __builtin_bit_cast(float, bits - (uint32_t(exponent) << 23));
  }

  // The entry of eight that bits 22 to 24 of `selector` name.
  static F Pick(const float* table, F selector) {
    return table[__builtin_bit_cast(uint32_t, selector) >> 22 & 7];
  }

 private:
  static F Power(int n) {
    return __builtin_bit_cast(float, uint32_t(n + 127) << 23);
  }
};

}  // namespace
}  // namespace octet::kernels

#endif  // OCTET_KERNELS_ELEMENTARY_LANES_SCALAR_H_
