#include "kernels/table_u8/table_u8.h"

#include <iterator>

#include "base/cpu.h"
#include "kernels/split.h"

namespace octet::kernels {
namespace {

constexpr Kernel<TableU8Params> kTableU8Kernels[] = {
    {"table_u8_avx512vnni", CpuLevel::kAvx512Vnni, TableU8Avx512Vnni},
    {"table_u8_avx2", CpuLevel::kAvx2, TableU8Avx2},
    {"table_u8_reference", CpuLevel::kScalar, TableU8Reference},
};

// One load from the table per element, less with AVX-512.
constexpr double kNsPerElement = 0.2;

}  // namespace

KernelTable<TableU8Params> TableU8Kernels() {
  return {kTableU8Kernels, std::size(kTableU8Kernels)};
}

KernelFn<TableU8Params> FindTableU8(CpuLevel level) {
  return TableU8Kernels().Best(level).fn;
}

Work PlanTableU8(const TableU8Params& p, int threads) {
  const int64_t elements = p.rows * p.columns;
  return SplitEvenly(elements, double(elements) * kNsPerElement, threads);
}

}  // namespace octet::kernels
