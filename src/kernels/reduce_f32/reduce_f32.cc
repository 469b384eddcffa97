#include "kernels/reduce_f32/reduce_f32.h"

#include <iterator>

#include "base/cpu.h"
#include "kernels/split.h"

namespace octet::kernels {
namespace {

constexpr Kernel<ReduceF32Params> kReduceF32Kernels[] = {
    {"reduce_f32_avx2", CpuLevel::kAvx2, ReduceF32Avx2},
    {"reduce_f32_reference", CpuLevel::kScalar, ReduceF32Reference},
};

// Four bytes at what one core reads from its caches.
constexpr double kNsPerElement = 0.2;

}  // namespace

KernelTable<ReduceF32Params> ReduceF32Kernels() {
  return {kReduceF32Kernels, std::size(kReduceF32Kernels)};
}

KernelFn<ReduceF32Params> FindReduceF32(CpuLevel level) {
  return ReduceF32Kernels().Best(level).fn;
}

Work PlanReduceF32(const ReduceF32Params& p, int threads) {
  int64_t outputs = 1, elements = 1;
  for (int d = 0; d < p.kept_rank; ++d) outputs *= p.kept[d];
  for (int d = 0; d < p.reduced_rank; ++d) elements *= p.reduced[d];
  return SplitEvenly(outputs, double(outputs * elements) * kNsPerElement,
                     threads);
}

}  // namespace octet::kernels
