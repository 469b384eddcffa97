#include "kernels/strided_copy/strided_copy.h"

#include <iterator>

#include "base/cpu.h"
#include "kernels/split.h"
#include "kernels/strided_copy/copy_pieces.h"

namespace octet::kernels {
namespace {

void Avx512Vnni(const StridedCopyParams& params, int64_t part, int64_t parts,
                std::byte*) {
  RunStridedCopy(kCopyPiecesAvx512Vnni, params, part, parts);
}

void Avx2(const StridedCopyParams& params, int64_t part, int64_t parts,
          std::byte*) {
  RunStridedCopy(kCopyPiecesAvx2, params, part, parts);
}

void Blocked(const StridedCopyParams& params, int64_t part, int64_t parts,
             std::byte*) {
  RunStridedCopy({}, params, part, parts);
}

constexpr Kernel<StridedCopyParams> kStridedCopyKernels[] = {
    {"strided_copy_avx512vnni", CpuLevel::kAvx512Vnni, Avx512Vnni},
    {"strided_copy_avx2", CpuLevel::kAvx2, Avx2},
    {"strided_copy_blocked", CpuLevel::kScalar, Blocked},
    {"strided_copy_reference", CpuLevel::kScalar, StridedCopyReference},
};

// Blocked transposes move about 10 GB/s in and out; runs move more.
constexpr double kNsPerByte = 0.1;

}  // namespace

KernelTable<StridedCopyParams> StridedCopyKernels() {
  return {kStridedCopyKernels, std::size(kStridedCopyKernels)};
}

KernelFn<StridedCopyParams> FindStridedCopy(CpuLevel level) {
  return StridedCopyKernels().Best(level).fn;
}

Work PlanStridedCopy(const StridedCopyParams& p, int threads) {
  int64_t bytes = p.element_bytes;
  for (int d = 0; d < p.rank; ++d) bytes *= p.extents[d];
  return SplitEvenly(bytes / p.element_bytes, double(bytes) * kNsPerByte,
                     threads);
}

}  // namespace octet::kernels
