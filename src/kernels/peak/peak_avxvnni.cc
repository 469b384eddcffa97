#include <cstdint>

#include "kernels/peak/peak.h"

// Twelve independent sums are more than latency times throughput.
#define OCTET_TWELVE(STEP) \
  STEP(0)                  \
  STEP(1)                  \
  STEP(2)                  \
  STEP(3) STEP(4) STEP(5) STEP(6) STEP(7) STEP(8) STEP(9) STEP(10) STEP(11)
// The assembler takes AVX-512's encoding unless told otherwise.
#define OCTET_DOT(i) "%{vex%} vpdpbusd %%ymm15, %%ymm15, %%ymm" #i "\n\t"

namespace octet::kernels {

int64_t SpinU8AvxVnni() {
  constexpr int64_t kLoops = 20000;
  for (int64_t loop = 0; loop < kLoops; ++loop) {
    asm volatile(OCTET_TWELVE(OCTET_DOT)
                 :
                 :
                 : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6",
                   "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm15");
  }
  return kLoops * 12 * 32;
}

}  // namespace octet::kernels
