#include "kernels/matmul_f32/matmul_f32.h"

#include <iterator>

#include "base/cpu.h"
#include "kernels/batch.h"
#include "kernels/matmul_f32/matmul_f32_driver.h"
#include "kernels/split.h"

namespace octet::kernels {
namespace {

void MatMulAvx2(const MatMulF32Params& params, int64_t part, int64_t parts,
                std::byte* scratch) {
  RunMatMulF32(kConvF32TilesAvx2, params, part, parts, scratch);
}

void MatMulAvx512Vnni(const MatMulF32Params& params, int64_t part,
                      int64_t parts, std::byte* scratch) {
  RunMatMulF32(kConvF32TilesAvx512Vnni, params, part, parts, scratch);
}

constexpr Kernel<MatMulF32Params> kMatMulF32Kernels[] = {
    {"matmul_f32_avx512vnni", CpuLevel::kAvx512Vnni, MatMulAvx512Vnni},
    {"matmul_f32_avx2", CpuLevel::kAvx2, MatMulAvx2},
    {"matmul_f32_reference", CpuLevel::kScalar, MatMulF32Reference},
};

// Half the multiply-add peak of an AVX2 core at 3.5 GHz.
constexpr double kNsPerMac = 1.0 / 28;

}  // namespace

int64_t MatMulBatchOffset(const MatMulF32Params& p, const int64_t* strides,
                          int64_t batch) {
  return BatchOffset(p.batch, p.batch_rank, strides, batch);
}

KernelTable<MatMulF32Params> MatMulF32Kernels() {
  return {kMatMulF32Kernels, std::size(kMatMulF32Kernels)};
}

KernelFn<MatMulF32Params> FindMatMulF32(CpuLevel level) {
  return MatMulF32Kernels().Best(level).fn;
}

Work PlanMatMulF32(const MatMulF32Params& p, int threads) {
  const int64_t rows = Batches(p.batch, p.batch_rank) * p.m;
  const double macs = double(rows) * double(p.n) * double(p.k);
  const int64_t scratch = p.k * kMatMulBlock * int64_t{sizeof(float)};
  return SplitEvenly(rows, macs * kNsPerMac, threads, scratch);
}

}  // namespace octet::kernels
