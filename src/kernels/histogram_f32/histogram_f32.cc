#include "kernels/histogram_f32/histogram_f32.h"

#include "base/cpu.h"

namespace octet::kernels {
namespace {

constexpr HistogramF32Kernel kRows[] = {
    // best first
    {"histogram_f32_avx2", CpuLevel::kAvx2, ExtremesF32Avx2, CountF32Avx2},
    {"histogram_f32_reference", CpuLevel::kScalar, ExtremesF32Reference,
     CountF32Reference},
};

}  // namespace

const HistogramF32Kernel& FindHistogramF32(CpuLevel level) {
  const HistogramF32Kernel* row = kRows;
  while (row->level > level) ++row;
  return *row;
}

}  // namespace octet::kernels
