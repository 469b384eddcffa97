#include "kernels/fill/fill.h"

#include <iterator>

#include "base/cpu.h"
#include "kernels/split.h"

namespace octet::kernels {
namespace {

constexpr Kernel<FillParams> kFillKernels[] = {
    {"fill_reference", CpuLevel::kScalar, FillReference},
};

// What one core writes to memory.
constexpr double kNsPerByte = 0.05;

}  // namespace

KernelTable<FillParams> FillKernels() {
  return {kFillKernels, std::size(kFillKernels)};
}

KernelFn<FillParams> FindFill(CpuLevel level) {
  return FillKernels().Best(level).fn;
}

Work PlanFill(const FillParams& p, int threads) {
  const double bytes = double(p.rows * p.columns * p.element_bytes);
  return SplitEvenly(p.rows, bytes * kNsPerByte, threads);
}

}  // namespace octet::kernels
