#include "kernels/softmax_f32/softmax_f32.h"

#include <iterator>

#include "base/cpu.h"
#include "kernels/quantize/quantize_behind.h"
#include "kernels/split.h"

namespace octet::kernels {
namespace {

RowsOfCodes CodesOf(const SoftmaxF32Params& p) {
  // Short lines are made side by side, and few codes are not worth a call.
  constexpr int64_t kSome = 1024;
  const int64_t at_once = p.size <= 64 ? 16 : DivideUp(kSome, p.size);
  return {p.outer, p.size, p.y_codes, p.y_outer_stride, p.y_quant, at_once};
}

template <KernelFn<SoftmaxF32Params> kFloats, CpuLevel kLevel>
void Run(const SoftmaxF32Params& params, int64_t part, int64_t parts,
         std::byte* scratch) {
  if (params.y_codes == nullptr) return kFloats(params, part, parts, scratch);
  QuantizeBehind(CodesOf(params), FindQuantize(kLevel), part, parts, scratch,
                 [&](int64_t first, int64_t n, float* y) {
                   SoftmaxF32Params p = params;
                   p.outer = n;
                   p.x += first * p.x_outer_stride;
                   p.y = y;
                   p.y_outer_stride = p.size;
                   kFloats(p, 0, 1, nullptr);
                 });
}

constexpr Kernel<SoftmaxF32Params> kSoftmaxF32Kernels[] = {
    {"softmax_f32_avx512vnni", CpuLevel::kAvx512Vnni,
     Run<SoftmaxF32Avx512Vnni, CpuLevel::kAvx512Vnni>},
    {"softmax_f32_avx2", CpuLevel::kAvx2, Run<SoftmaxF32Avx2, CpuLevel::kAvx2>},
    {"softmax_f32_reference", CpuLevel::kScalar,
     Run<SoftmaxF32Reference, CpuLevel::kScalar>},
};

// An exp with AVX2 and three passes.
constexpr double kNsPerElement = 1;

}  // namespace

KernelTable<SoftmaxF32Params> SoftmaxF32Kernels() {
  return {kSoftmaxF32Kernels, std::size(kSoftmaxF32Kernels)};
}

KernelFn<SoftmaxF32Params> FindSoftmaxF32(CpuLevel level) {
  return SoftmaxF32Kernels().Best(level).fn;
}

Work PlanSoftmaxF32(const SoftmaxF32Params& p, int threads) {
  const int64_t lines = p.outer * p.inner;
  return SplitEvenly(
      lines, double(lines * p.size) * kNsPerElement, threads,
      p.y_codes == nullptr ? 0 : QuantizeBehindScratch(CodesOf(p)));
}

}  // namespace octet::kernels
