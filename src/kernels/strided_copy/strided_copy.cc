#include "kernels/strided_copy/strided_copy.h"

#include <iterator>

#include "base/cpu.h"
#include "kernels/split.h"

namespace octet::kernels {
namespace {

constexpr Kernel<StridedCopyParams> kStridedCopyKernels[] = {
    {"strided_copy_blocked", CpuLevel::kScalar, StridedCopyBlocked},
    {"strided_copy_reference", CpuLevel::kScalar, StridedCopyReference},
};

// Blocked transposes move about 10 GB/s in and out; runs move more.
constexpr double kNsPerByte = 0.1;

}  // namespace

KernelTable<StridedCopyParams> StridedCopyKernels() {
  return {kStridedCopyKernels, std::size(kStridedCopyKernels)};
}

KernelFn<StridedCopyParams> FindStridedCopy(CpuLevel level) {
  return StridedCopyKernels().Best(level).fn;
}

Work PlanStridedCopy(const StridedCopyParams& p, int threads) {
  int64_t bytes = p.element_bytes;
  for (int d = 0; d < p.rank; ++d) bytes *= p.extents[d];
  return SplitEvenly(bytes / p.element_bytes, double(bytes) * kNsPerByte,
                     threads);
}

}  // namespace octet::kernels
