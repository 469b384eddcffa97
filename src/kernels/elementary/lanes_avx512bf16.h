// Sixteen lanes of AVX-512 that read, multiply and write bf16.
//
// Its instructions take denormal numbers as zeros and write none. Functions are
// for results that are rounded to bf16: within 2^-12 of their size or 2^-100
// (Gelu: 2^-26).
#ifndef OCTET_KERNELS_ELEMENTARY_LANES_AVX512BF16_H_
#define OCTET_KERNELS_ELEMENTARY_LANES_AVX512BF16_H_

#include <immintrin.h>

#include <cstdint>

#include "kernels/elementary/lanes_avx512.h"

namespace octet::kernels {
namespace {

struct Avx512Bf16Lanes : Avx512Lanes {
  using Pairs = __m512i;
  static Pairs LoadPairs(const uint16_t* p) { return _mm512_loadu_si512(p); }
  static Pairs Repeat(const uint16_t* p) {
    int32_t pair;
    __builtin_memcpy(&pair, p, sizeof pair);
    return _mm512_set1_epi32(pair);
  }
  // The intrinsic makes g++ 12 copy and spill sums in a full tile.
  [[gnu::always_inline]] static void AddDots(F& sum, Pairs x, Pairs w) {
    asm("vdpbf16ps %2, %1, %0" : "+v"(sum) : "v"(x), "v"(w));
  }
  [[gnu::always_inline]] static void AddDotsOf(F& sum, Pairs x,
                                               const uint16_t* w) {
    asm("vdpbf16ps %2, %1, %0"
        : "+v"(sum)
        : "v"(x), "m"(*reinterpret_cast<const __m512i*>(w)));
  }

  static F LoadHalves(const uint16_t* p) {
    const __m256i halves =
        _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
    return _mm512_castsi512_ps(
        _mm512_slli_epi32(_mm512_cvtepu16_epi32(halves), 16));
  }
  static void StoreHalves(uint16_t* p, F a) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(p),
                        __m256i(_mm512_cvtneps_pbh(a)));
  }
  static void StoreTwoHalves(uint16_t* p, F a, F b) {
    _mm512_storeu_si512(p, __m512i(_mm512_cvtne2ps_pbh(b, a)));
  }
  static void StoreFirstHalves(uint16_t* p, F a, int64_t n) {
    _mm256_mask_storeu_epi16(p, __mmask16((1u << n) - 1),
                             __m256i(_mm512_cvtneps_pbh(a)));
  }

  // -log2(e), and 2^f for 0 <= f < 1 to 2^-13.7 of it; see ExpForHalves.
  static constexpr float kConstants[] = {-1.44269502f, 0.9999252f,  0.6958335f,
                                         0.22606719f,  0.07802452f, 1.0f};

  // 2^x for what is rounded to halves: 2^-13 of it. Below -126 it may be 0.
  static F ExpForHalves(F x, const float* constants = kConstants) {
    const F f = _mm512_reduce_ps(x, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC);
    F power = Fma(f, Set(constants[4]), Set(constants[3]));
    power = Fma(f, power, Set(constants[2]));
    power = Fma(f, power, Set(constants[1]));
    return _mm512_scalef_ps(power, x);  // times 2^floor(x)
  }
  // The last is where kConstants are read from: from a pointer that the
  // compiler knows nothing of they take no registers.
  static F Sigmoid(F x, const float* constants = kConstants) {
    const F one = Set(constants[5]);
    return Div(one,
               Add(one, ExpForHalves(Mul(x, Set(constants[0])), constants)));
  }
  static F Silu(F x, const float* constants = kConstants) {
    const F e = ExpForHalves(Mul(x, Set(constants[0])), constants);
    return Div(x, Add(Set(constants[5]), e));
  }
  // x * Phi(x); below -6, where it is smaller than 2^-27, as at -6.
  static F Gelu(F x) {
    // log2(2 Phi(-a)) / a for a <= 6; 2^-18 of Phi(-a).
    constexpr float kRate[] = {
        -1.15121437f,    -0.458541585f,   -0.0538909381f,  0.00847684713f,
        -0.00092318568f, 6.07261526e-05f, -1.79377997e-06f};
    const F bounded = Max(Set(-6.0f), x);
    const F a = Min(Set(6.0f), Abs(bounded));
    F rate = Set(kRate[6]);
#pragma GCC unroll 6
    for (int i = 5; i >= 0; --i) rate = Fma(rate, a, Set(kRate[i]));
    const F tail = ExpForHalves(Fma(a, rate, Set(-1.0f)));
    const F phi = Select(Less(x, Set(0)), tail, Sub(Set(1.0f), tail));
    return Mul(bounded, phi);
  }
};

}  // namespace
}  // namespace octet::kernels

#endif  // OCTET_KERNELS_ELEMENTARY_LANES_AVX512BF16_H_
