// Sixteen vectors of floats, transposed in registers.
#ifndef OCTET_KERNELS_STRIDED_COPY_TRANSPOSE_AVX512_H_
#define OCTET_KERNELS_STRIDED_COPY_TRANSPOSE_AVX512_H_

#include <immintrin.h>

namespace octet::kernels {
namespace {

// Lane j of a[i] and lane i of a[j] change places: single lanes, then pairs
// within quarters of a vector, then quarters.
[[gnu::always_inline]] inline void TransposeLanes(__m512 (&a)[16]) {
  __m512 b[16];
#pragma GCC unroll 8
  for (int i = 0; i < 16; i += 2) {
    b[i] = _mm512_unpacklo_ps(a[i], a[i + 1]);
    b[i + 1] = _mm512_unpackhi_ps(a[i], a[i + 1]);
  }
#pragma GCC unroll 4
  for (int i = 0; i < 16; i += 4) {
    a[i] = _mm512_shuffle_ps(b[i], b[i + 2], 0x44);
    a[i + 1] = _mm512_shuffle_ps(b[i], b[i + 2], 0xee);
    a[i + 2] = _mm512_shuffle_ps(b[i + 1], b[i + 3], 0x44);
    a[i + 3] = _mm512_shuffle_ps(b[i + 1], b[i + 3], 0xee);
  }
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) {
    b[i] = _mm512_shuffle_f32x4(a[i], a[i + 4], 0x88);
    b[i + 4] = _mm512_shuffle_f32x4(a[i], a[i + 4], 0xdd);
    b[i + 8] = _mm512_shuffle_f32x4(a[i + 8], a[i + 12], 0x88);
    b[i + 12] = _mm512_shuffle_f32x4(a[i + 8], a[i + 12], 0xdd);
  }
#pragma GCC unroll 8
  for (int i = 0; i < 8; ++i) {
    a[i] = _mm512_shuffle_f32x4(b[i], b[i + 8], 0x88);
    a[i + 8] = _mm512_shuffle_f32x4(b[i], b[i + 8], 0xdd);
  }
}

}  // namespace
}  // namespace octet::kernels

#endif  // OCTET_KERNELS_STRIDED_COPY_TRANSPOSE_AVX512_H_
