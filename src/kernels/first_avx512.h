// Masks of what is left of a row, for AVX-512.
#ifndef OCTET_KERNELS_FIRST_AVX512_H_
#define OCTET_KERNELS_FIRST_AVX512_H_

#include <immintrin.h>

#include <cstdint>

namespace octet::kernels {
namespace {

// Ones for the first n of 64 or 16.
[[gnu::always_inline]] inline __mmask64 FirstBytes(int64_t n) {
  return n >= 64 ? ~0ull : (1ull << n) - 1;
}
[[gnu::always_inline]] inline __mmask16 FirstLanes(int64_t n) {
  return n >= 16 ? __mmask16(0xffff) : __mmask16((1u << n) - 1);
}

}  // namespace
}  // namespace octet::kernels

#endif  // OCTET_KERNELS_FIRST_AVX512_H_
