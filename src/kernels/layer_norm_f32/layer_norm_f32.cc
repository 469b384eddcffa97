#include "kernels/layer_norm_f32/layer_norm_f32.h"

#include <iterator>

#include "base/cpu.h"
#include "kernels/split.h"

namespace octet::kernels {
namespace {

constexpr Kernel<LayerNormF32Params> kLayerNormF32Kernels[] = {
    {"layer_norm_f32_avx512vnni", CpuLevel::kAvx512Vnni,
     LayerNormF32Avx512Vnni},
    {"layer_norm_f32_avx2", CpuLevel::kAvx2, LayerNormF32Avx2},
    {"layer_norm_f32_reference", CpuLevel::kScalar, LayerNormF32Reference},
};

// Three passes over a row in the first-level cache.
constexpr double kNsPerElement = 0.4;

}  // namespace

KernelTable<LayerNormF32Params> LayerNormF32Kernels() {
  return {kLayerNormF32Kernels, std::size(kLayerNormF32Kernels)};
}

KernelFn<LayerNormF32Params> FindLayerNormF32(CpuLevel level) {
  return LayerNormF32Kernels().Best(level).fn;
}

Work PlanLayerNormF32(const LayerNormF32Params& p, int threads) {
  return SplitEvenly(p.rows, double(p.rows * p.columns) * kNsPerElement,
                     threads);
}

}  // namespace octet::kernels
