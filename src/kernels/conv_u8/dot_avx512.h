// One-instruction wrappers of the AVX-512 products.
//
// g++ 12 copies and spills registers around _mm512_dpbusd_epi32 when a tile
// fills the register file (1.9 instructions a product, not 1.4); inline
// assembly of just the instruction cures it.
#ifndef OCTET_KERNELS_CONV_U8_DOT_AVX512_H_
#define OCTET_KERNELS_CONV_U8_DOT_AVX512_H_

#include <immintrin.h>

#include <cstdint>

namespace octet::kernels {
namespace {

// sum += four products of u8 codes and s8 weights in each lane.
[[gnu::always_inline]] inline void Dot(__m512i& sum, __m512i codes,
                                       __m512i weights) {
  asm("vpdpbusd %2, %1, %0" : "+v"(sum) : "v"(codes), "v"(weights));
}

// The same with weights from memory: only the signed operand may be there.
[[gnu::always_inline]] inline void DotMemory(__m512i& sum, __m512i codes,
                                             const int8_t* weights) {
  asm("vpdpbusd %2, %1, %0"
      : "+v"(sum)
      : "v"(codes), "m"(*reinterpret_cast<const __m512i*>(weights)));
}

// Four neighbouring codes in every lane.
[[gnu::always_inline]] inline __m512i RepeatFour(const uint8_t* p) {
  int32_t four;
  __builtin_memcpy(&four, p, sizeof four);
  return _mm512_set1_epi32(four);
}

}  // namespace
}  // namespace octet::kernels

#endif  // OCTET_KERNELS_CONV_U8_DOT_AVX512_H_
