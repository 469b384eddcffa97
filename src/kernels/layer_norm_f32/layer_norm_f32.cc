#include "kernels/layer_norm_f32/layer_norm_f32.h"

#include <iterator>

#include "base/cpu.h"
#include "kernels/quantize/quantize_behind.h"
#include "kernels/split.h"

namespace octet::kernels {
namespace {

RowsOfCodes CodesOf(const LayerNormF32Params& p) {
  return {p.rows, p.columns, p.y_codes, p.y_stride, p.y_quant, /*at_once=*/1};
}

template <KernelFn<LayerNormF32Params> kFloats, CpuLevel kLevel>
void Run(const LayerNormF32Params& params, int64_t part, int64_t parts,
         std::byte* scratch) {
  if (params.y_codes == nullptr) return kFloats(params, part, parts, scratch);
  QuantizeBehind(CodesOf(params), FindQuantize(kLevel), part, parts, scratch,
                 [&](int64_t first, int64_t n, float* y) {
                   LayerNormF32Params p = params;
                   p.rows = n;
                   p.x += first * p.x_stride;
                   p.y = y;
                   p.y_stride = p.columns;
                   kFloats(p, 0, 1, nullptr);
                 });
}

constexpr Kernel<LayerNormF32Params> kLayerNormF32Kernels[] = {
    {"layer_norm_f32_avx512vnni", CpuLevel::kAvx512Vnni,
     Run<LayerNormF32Avx512Vnni, CpuLevel::kAvx512Vnni>},
    {"layer_norm_f32_avx2", CpuLevel::kAvx2,
     Run<LayerNormF32Avx2, CpuLevel::kAvx2>},
    {"layer_norm_f32_reference", CpuLevel::kScalar,
     Run<LayerNormF32Reference, CpuLevel::kScalar>},
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
  return SplitEvenly(
      p.rows, double(p.rows * p.columns) * kNsPerElement, threads,
      p.y_codes == nullptr ? 0 : QuantizeBehindScratch(CodesOf(p)));
}

}  // namespace octet::kernels
