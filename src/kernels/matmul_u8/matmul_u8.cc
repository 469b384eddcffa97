#include "kernels/matmul_u8/matmul_u8.h"

#include <iterator>

#include "base/cpu.h"
#include "kernels/batch.h"
#include "kernels/matmul_u8/matmul_u8_piece.h"
#include "kernels/split.h"

namespace octet::kernels {
namespace {

constexpr Kernel<MatMulU8Params> kMatMulU8Kernels[] = {
    {"matmul_u8_avx512vnni", CpuLevel::kAvx512Vnni, MatMulU8Avx512Vnni},
    {"matmul_u8_avx2", CpuLevel::kAvx2, MatMulU8Avx2},
    {"matmul_u8_reference", CpuLevel::kScalar, MatMulU8Reference},
};

// Measured on a Zen 4, BERT's scores.
constexpr double kNsPerMac = 1.0 / 150;

}  // namespace

KernelTable<MatMulU8Params> MatMulU8Kernels() {
  return {kMatMulU8Kernels, std::size(kMatMulU8Kernels)};
}

KernelFn<MatMulU8Params> FindMatMulU8(CpuLevel level) {
  return MatMulU8Kernels().Best(level).fn;
}

Work PlanMatMulU8(const MatMulU8Params& p, int threads) {
  const double macs = double(Batches(p.batch, p.batch_rank)) * double(p.rows) *
                      double(p.columns) * double(p.depth);
  return SplitEvenly(MatMulU8Pieces(p), macs * kNsPerMac, threads,
                     LayOutMatMulU8(p, nullptr).bytes);
}

}  // namespace octet::kernels
