#include <cstdint>

#include "kernels/peak/peak.h"
#include "kernels/peak/twelve.h"

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
