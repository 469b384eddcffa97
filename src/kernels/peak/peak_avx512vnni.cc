#include <cstdint>

#include "kernels/peak/peak.h"
#include "kernels/peak/twelve.h"

#define OCTET_DOT(i) "vpdpbusd %%zmm15, %%zmm15, %%zmm" #i "\n\t"
#define OCTET_FMA(i) "vfmadd231ps %%zmm15, %%zmm15, %%zmm" #i "\n\t"
#define OCTET_SUMS                                                        \
  "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", \
      "xmm9", "xmm10", "xmm11", "xmm15"

namespace octet::kernels {
namespace {

constexpr int64_t kLoops = 20000;

}  // namespace

int64_t SpinU8Avx512Vnni() {
  for (int64_t loop = 0; loop < kLoops; ++loop) {
    asm volatile(OCTET_TWELVE(OCTET_DOT) : : : OCTET_SUMS);
  }
  return kLoops * 12 * 64;
}

int64_t SpinF32Avx512Vnni() {
  // Zeros, so that no sum turns into something slow.
  asm volatile("vxorps %%xmm15, %%xmm15, %%xmm15" : : : "xmm15");
  for (int64_t loop = 0; loop < kLoops; ++loop) {
    asm volatile(OCTET_TWELVE(OCTET_FMA) : : : OCTET_SUMS);
  }
  return kLoops * 12 * 16;
}

}  // namespace octet::kernels
