// Eight vectors of floats, transposed in registers.
#ifndef OCTET_KERNELS_STRIDED_COPY_TRANSPOSE_AVX2_H_
#define OCTET_KERNELS_STRIDED_COPY_TRANSPOSE_AVX2_H_

#include <immintrin.h>

namespace octet::kernels {
namespace {

// Lane j of a[i] and lane i of a[j] change places.
[[gnu::always_inline]] inline void TransposeLanes(__m256 (&a)[8]) {
  __m256 b[8];
#pragma GCC unroll 4
  for (int i = 0; i < 8; i += 2) {
    b[i] = _mm256_unpacklo_ps(a[i], a[i + 1]);
    b[i + 1] = _mm256_unpackhi_ps(a[i], a[i + 1]);
  }
#pragma GCC unroll 2
  for (int i = 0; i < 8; i += 4) {
    a[i] = _mm256_shuffle_ps(b[i], b[i + 2], 0x44);
    a[i + 1] = _mm256_shuffle_ps(b[i], b[i + 2], 0xee);
    a[i + 2] = _mm256_shuffle_ps(b[i + 1], b[i + 3], 0x44);
    a[i + 3] = _mm256_shuffle_ps(b[i + 1], b[i + 3], 0xee);
  }
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) {
    b[i] = _mm256_permute2f128_ps(a[i], a[i + 4], 0x20);
    b[i + 4] = _mm256_permute2f128_ps(a[i], a[i + 4], 0x31);
  }
#pragma GCC unroll 8
  for (int i = 0; i < 8; ++i) a[i] = b[i];
}

}  // namespace
}  // namespace octet::kernels

#endif  // OCTET_KERNELS_STRIDED_COPY_TRANSPOSE_AVX2_H_
