#include "kernels/peak/peak.h"

#include <algorithm>
#include <chrono>

#include "base/cpu.h"

namespace octet::kernels {
namespace {

double BestRate(int64_t (*spin)()) {
  using Clock = std::chrono::steady_clock;
  double best = 0;
  for (int round = 0; round < 20; ++round) {
    const Clock::time_point start = Clock::now();
    const int64_t macs = spin();
    const std::chrono::duration<double> seconds = Clock::now() - start;
    best = std::max(best, double(macs) / seconds.count());
  }
  return best;
}

}  // namespace

double PeakMacsU8(CpuLevel level) {
  if (level >= CpuLevel::kAvx512Vnni) return BestRate(SpinU8Avx512Vnni);
  if (level == CpuLevel::kAvxVnni) return BestRate(SpinU8AvxVnni);
  return level == CpuLevel::kAvx2 ? BestRate(SpinU8Avx2) : 0;
}

double PeakMacsF32(CpuLevel level) {
  if (level >= CpuLevel::kAvx512Vnni) return BestRate(SpinF32Avx512Vnni);
  return level >= CpuLevel::kAvx2 ? BestRate(SpinF32Avx2) : 0;
}

double PeakMacsBf16(CpuLevel level) {
  return level >= CpuLevel::kAvx512Bf16 ? BestRate(SpinBf16Avx512Bf16) : 0;
}

}  // namespace octet::kernels
