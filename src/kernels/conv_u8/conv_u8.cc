#include "kernels/conv_u8/conv_u8.h"

#include <algorithm>
#include <iterator>

#include "base/cpu.h"
#include "kernels/conv_u8/conv_u8_layout.h"
#include "kernels/conv_u8/conv_u8_piece.h"
#include "kernels/conv_u8/conv_u8_scratch.h"
#include "kernels/split.h"

namespace octet::kernels {
namespace {

constexpr Kernel<ConvU8Params> kRows[] = {
    // best first
    {"conv_u8_avx512vnni", CpuLevel::kAvx512Vnni, ConvU8Avx512Vnni},
    {"conv_u8_avxvnni", CpuLevel::kAvxVnni, ConvU8AvxVnni},
    {"conv_u8_avx2", CpuLevel::kAvx2, ConvU8Avx2},
    {"conv_u8_reference", CpuLevel::kScalar, ConvU8Reference},
};

// Between what a core does with AVX2 (80 products a nanosecond) and with
// AVX-512 (250 to 500): it only decides what is worth cutting.
double EstimateNs(const ConvU8Params& p) {
  const ConvU8Layout layout = LayoutOf(p);
  // A panel is computed whole, were it for one channel.
  const double outputs = double(p.batch * p.out_h * p.out_w) *
                         double(p.group * layout.panels * 16);
  // A function of floats costs as much as 64 products.
  const bool has_function = p.epilogue.kind == EpilogueKind::kFloat &&
                            p.epilogue.before.kind != FunctionKind::kIdentity;
  const double outputs_a_ns = has_function                ? 2.5
                              : IsFactor(p.epilogue.kind) ? 6
                                                          : 16;
  return outputs * layout.runs * layout.k4 * 4 * p.weight_parts / 160 +
         outputs / outputs_a_ns;
}

}  // namespace

KernelTable<ConvU8Params> ConvU8Kernels() {
  return {kRows, int(std::size(kRows))};
}

KernelFn<ConvU8Params> FindConvU8(CpuLevel level) {
  return ConvU8Kernels().Best(level).fn;
}

Work PlanConvU8(const ConvU8Params& params, int threads) {
  Work work = PlanConvU8At(CpuLevel::kScalar, params, threads);
  for (const auto& row : kRows) {
    work.scratch_bytes =
        std::max(work.scratch_bytes, ConvU8ScratchBytes(row.level, params));
  }
  return work;
}

Work PlanConvU8At(CpuLevel level, const ConvU8Params& params, int threads) {
  const int64_t pixels = params.batch * params.out_h * params.out_w;
  const bool by_panels = SplitsPanels(params);
  const int64_t units = by_panels
                            ? pixels * params.group * LayoutOf(params).panels
                            : DivideUp(pixels, Grain(params));
  const int64_t parts = PartsFor(units, EstimateNs(params), threads);
  // Each part of the same pixels copies their border, and reads them all.
  return {by_panels ? std::min<int64_t>(parts, threads) : parts,
          ConvU8ScratchBytes(level, params)};
}

}  // namespace octet::kernels
