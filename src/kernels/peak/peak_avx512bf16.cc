#include <cstdint>

#include "kernels/peak/peak.h"

// Fourteen independent sums are more than latency times throughput.
#define OCTET_FOURTEEN(STEP) \
  STEP(0)                    \
  STEP(1)                    \
  STEP(2)                    \
  STEP(3)                    \
  STEP(4)                    \
  STEP(5) STEP(6) STEP(7) STEP(8) STEP(9) STEP(10) STEP(11) STEP(12) STEP(13)
#define OCTET_DOT(i) "vdpbf16ps %%zmm15, %%zmm15, %%zmm" #i "\n\t"
#define OCTET_SUMS                                                        \
  "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", \
      "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm15"

namespace octet::kernels {
namespace {

constexpr int64_t kLoops = 20000;

}  // namespace

int64_t SpinBf16Avx512Bf16() {
  // Zeros, so that no sum turns into something slow.
  asm volatile("vxorps %%xmm15, %%xmm15, %%xmm15" : : : "xmm15");
  for (int64_t loop = 0; loop < kLoops; ++loop) {
    asm volatile(OCTET_FOURTEEN(OCTET_DOT) : : : OCTET_SUMS);
  }
  return kLoops * 14 * 32;
}

}  // namespace octet::kernels
