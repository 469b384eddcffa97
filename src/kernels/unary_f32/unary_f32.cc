#include "kernels/unary_f32/unary_f32.h"

#include <iterator>

#include "base/cpu.h"
#include "kernels/split.h"

namespace octet::kernels {
namespace {

constexpr Kernel<UnaryF32Params> kUnaryF32Kernels[] = {
    {"unary_f32_reference", CpuLevel::kScalar, UnaryF32Reference},
};

// About what a polynomial of ten terms takes with AVX2.
constexpr double kNsPerElement = 1;

}  // namespace

KernelTable<UnaryF32Params> UnaryF32Kernels() {
  return {kUnaryF32Kernels, std::size(kUnaryF32Kernels)};
}

KernelFn<UnaryF32Params> FindUnaryF32(CpuLevel level) {
  return UnaryF32Kernels().Best(level).fn;
}

Work PlanUnaryF32(const UnaryF32Params& p, int threads) {
  const int64_t elements = p.rows * p.columns;
  return SplitEvenly(elements, double(elements) * kNsPerElement, threads);
}

}  // namespace octet::kernels
