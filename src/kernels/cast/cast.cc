#include "kernels/cast/cast.h"

#include <iterator>

#include "base/cpu.h"
#include "kernels/cast/cast_chunks.h"
#include "kernels/split.h"

namespace octet::kernels {
namespace {

constexpr Kernel<CastParams> kCastKernels[] = {
    {"cast_avx2", CpuLevel::kAvx2, CastAvx2},
    {"cast_reference", CpuLevel::kScalar, CastReference},
};

// Widening and narrowing through the first-level cache.
constexpr double kNsPerElement = 2;

}  // namespace

KernelTable<CastParams> CastKernels() {
  return {kCastKernels, std::size(kCastKernels)};
}

KernelFn<CastParams> FindCast(CpuLevel level) {
  return CastKernels().Best(level).fn;
}

Work PlanCast(const CastParams& p, int threads) {
  return SplitEvenly(CastChunks(p), double(p.rows * p.columns) * kNsPerElement,
                     threads);
}

}  // namespace octet::kernels
