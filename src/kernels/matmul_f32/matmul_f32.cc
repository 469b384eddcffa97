#include "kernels/matmul_f32/matmul_f32.h"

#include <iterator>

#include "base/cpu.h"
#include "kernels/split.h"

namespace octet::kernels {
namespace {

constexpr Kernel<MatMulF32Params> kMatMulF32Kernels[] = {
    {"matmul_f32_reference", CpuLevel::kScalar, MatMulF32Reference},
};

// Half the multiply-add peak of an AVX2 core at 3.5 GHz.
constexpr double kNsPerMac = 1.0 / 28;

}  // namespace

KernelTable<MatMulF32Params> MatMulF32Kernels() {
  return {kMatMulF32Kernels, std::size(kMatMulF32Kernels)};
}

KernelFn<MatMulF32Params> FindMatMulF32(CpuLevel level) {
  return MatMulF32Kernels().Best(level).fn;
}

Work PlanMatMulF32(const MatMulF32Params& p, int threads) {
  int64_t rows = p.m;
  for (int d = 0; d < p.batch_rank; ++d) rows *= p.batch[d];
  const double macs = double(rows) * double(p.n) * double(p.k);
  return SplitEvenly(rows, macs * kNsPerMac, threads);
}

}  // namespace octet::kernels
