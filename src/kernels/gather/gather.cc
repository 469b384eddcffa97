#include "kernels/gather/gather.h"

#include <iterator>

#include "base/cpu.h"
#include "kernels/split.h"

namespace octet::kernels {
namespace {

constexpr Kernel<GatherParams> kGatherKernels[] = {
    {"gather_reference", CpuLevel::kScalar, GatherReference},
};

constexpr double kNsPerByte = 0.1;
constexpr double kNsPerSlice = 4;

}  // namespace

KernelTable<GatherParams> GatherKernels() {
  return {kGatherKernels, std::size(kGatherKernels)};
}

KernelFn<GatherParams> FindGather(CpuLevel level) {
  return GatherKernels().Best(level).fn;
}

Work PlanGather(const GatherParams& p, int threads) {
  const int64_t slices = p.outer * p.count;
  const double ns =
      double(p.inner * p.element_bytes) * kNsPerByte + kNsPerSlice;
  return SplitEvenly(slices, double(slices) * ns, threads);
}

}  // namespace octet::kernels
