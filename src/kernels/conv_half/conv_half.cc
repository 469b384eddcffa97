#include "kernels/conv_half/conv_half.h"

#include <algorithm>
#include <iterator>

#include "base/cpu.h"
#include "kernels/conv_half/conv_half_dots.h"
#include "kernels/conv_half/conv_half_geometry.h"
#include "kernels/split.h"

namespace octet::kernels {
namespace {

constexpr Kernel<ConvHalfParams> kConvHalfKernels[] = {
    {"conv_half_avx512bf16", CpuLevel::kAvx512Bf16, ConvHalfAvx512Bf16},
    {"conv_half_avx512vnni", CpuLevel::kAvx512Vnni, ConvHalfAvx512Vnni},
    {"conv_half_avx2", CpuLevel::kAvx2, ConvHalfAvx2},
    {"conv_half_reference", CpuLevel::kScalar, ConvHalfReference},
};

// As conv_f32.
constexpr double kNsPerMac = 1.0 / 28;

int64_t ScratchBytes(CpuLevel level, const ConvHalfParams& p,
                     const ConvHalfGeometry& g) {
  if (level >= CpuLevel::kAvx512Bf16 && HasDots(p)) {
    return ConvHalfDotsScratchBytes(p);
  }
  const int64_t floats = g.x_floats + g.weight_floats + 2 * g.y_floats;
  return floats * int64_t{sizeof(float)};
}

}  // namespace

KernelTable<ConvHalfParams> ConvHalfKernels() {
  return {kConvHalfKernels, std::size(kConvHalfKernels)};
}

KernelFn<ConvHalfParams> FindConvHalf(CpuLevel level) {
  return ConvHalfKernels().Best(level).fn;
}

Work PlanConvHalf(const ConvHalfParams& p, int threads) {
  Work work = PlanConvHalfAt(CpuLevel::kScalar, p, threads);
  for (const auto& row : kConvHalfKernels) {
    work.scratch_bytes =
        std::max(work.scratch_bytes, ScratchBytes(row.level, p, GeometryOf(p)));
  }
  return work;
}

Work PlanConvHalfAt(CpuLevel level, const ConvHalfParams& p, int threads) {
  const ConvHalfGeometry g = GeometryOf(p);
  const int64_t panels = g.weight.panels();
  const double macs = double(g.rows * g.row_pixels) *
                      double(p.group * panels * 16) *
                      double(g.weight.taps * g.weight.depth);
  return SplitEvenly(g.rows * panels, macs * kNsPerMac, threads,
                     ScratchBytes(level, p, g));
}

}  // namespace octet::kernels
