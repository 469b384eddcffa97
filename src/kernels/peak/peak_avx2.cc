#include <cstdint>

#include "kernels/peak/peak.h"
#include "kernels/peak/twelve.h"

// Of weights whose pairs of products fit an int16 (conv_u8/dot_avx2.h).
#define OCTET_DOT(i)                         \
  "vpmaddubsw %%ymm15, %%ymm15, %%ymm13\n\t" \
  "vpmaddwd %%ymm15, %%ymm13, %%ymm13\n\t"   \
  "vpaddd %%ymm13, %%ymm" #i ", %%ymm" #i "\n\t"
#define OCTET_FMA(i) "vfmadd231ps %%ymm15, %%ymm15, %%ymm" #i "\n\t"
#define OCTET_SUMS                                                        \
  "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", \
      "xmm9", "xmm10", "xmm11", "xmm13", "xmm15"

namespace octet::kernels {
namespace {

constexpr int64_t kLoops = 20000;

}  // namespace

int64_t SpinU8Avx2() {
  for (int64_t loop = 0; loop < kLoops; ++loop) {
    asm volatile(OCTET_TWELVE(OCTET_DOT) : : : OCTET_SUMS);
  }
  return kLoops * 12 * 32;
}

int64_t SpinF32Avx2() {
  // Zeros, so that no sum turns into something slow.
  asm volatile("vxorps %%xmm15, %%xmm15, %%xmm15" : : : "xmm15");
  for (int64_t loop = 0; loop < kLoops; ++loop) {
    asm volatile(OCTET_TWELVE(OCTET_FMA) : : : OCTET_SUMS);
  }
  return kLoops * 12 * 8;
}

}  // namespace octet::kernels
