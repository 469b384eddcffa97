#include "kernels/binary_f32/binary_f32.h"

#include <iterator>

#include "base/cpu.h"
#include "kernels/binary_f32/binary_f32_rows.h"
#include "kernels/elementary/elementary.h"
#include "kernels/split.h"

namespace octet::kernels {
namespace {

void Avx2(const BinaryF32Params& params, int64_t part, int64_t parts,
          std::byte* scratch) {
  RunBinaryF32({BinaryF32RowsAvx2, ElementaryAvx2, ElementaryForCodesAvx2,
                kQuantizeRowsAvx2},
               params, part, parts, scratch);
}

void Avx512Vnni(const BinaryF32Params& params, int64_t part, int64_t parts,
                std::byte* scratch) {
  RunBinaryF32({BinaryF32RowsAvx512Vnni, ElementaryAvx512Vnni,
                ElementaryForCodesAvx512Vnni, kQuantizeRowsAvx512Vnni},
               params, part, parts, scratch);
}

constexpr Kernel<BinaryF32Params> kBinaryF32Kernels[] = {
    {"binary_f32_avx512vnni", CpuLevel::kAvx512Vnni, Avx512Vnni},
    {"binary_f32_avx2", CpuLevel::kAvx2, Avx2},
    {"binary_f32_reference", CpuLevel::kScalar, BinaryF32Reference},
};

// Twelve bytes of traffic at what one core moves from the second-level cache.
constexpr double kNsPerElement = 0.4;

}  // namespace

KernelTable<BinaryF32Params> BinaryF32Kernels() {
  return {kBinaryF32Kernels, std::size(kBinaryF32Kernels)};
}

KernelFn<BinaryF32Params> FindBinaryF32(CpuLevel level) {
  return BinaryF32Kernels().Best(level).fn;
}

Work PlanBinaryF32(const BinaryF32Params& p, int threads) {
  int64_t elements = 1;
  for (int d = 0; d < p.rank; ++d) elements *= p.dims[d];
  return SplitEvenly(elements, double(elements) * kNsPerElement, threads,
                     BinaryF32Scratch(p));
}

}  // namespace octet::kernels
