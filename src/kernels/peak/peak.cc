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
  switch (level) {
    case CpuLevel::kAvx512Vnni:
      return BestRate(SpinU8Avx512Vnni);
    case CpuLevel::kAvx2:
      return BestRate(SpinU8Avx2);
    case CpuLevel::kScalar:
      break;
  }
  return 0;
}

double PeakMacsF32(CpuLevel level) {
  switch (level) {
    case CpuLevel::kAvx512Vnni:
      return BestRate(SpinF32Avx512Vnni);
    case CpuLevel::kAvx2:
      return BestRate(SpinF32Avx2);
    case CpuLevel::kScalar:
      break;
  }
  return 0;
}

}  // namespace octet::kernels
