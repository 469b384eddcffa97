#include "kernels/conv_f32/conv_f32.h"

#include <iterator>

#include "base/cpu.h"
#include "kernels/conv_f32/conv_f32_geometry.h"
#include "kernels/split.h"

namespace octet::kernels {
namespace {

constexpr Kernel<ConvF32Params> kConvF32Kernels[] = {
    {"conv_f32_avx512vnni", CpuLevel::kAvx512Vnni, ConvF32Avx512Vnni},
    {"conv_f32_avx2", CpuLevel::kAvx2, ConvF32Avx2},
    {"conv_f32_reference", CpuLevel::kScalar, ConvF32Reference},
};

// Half the multiply-add peak of an AVX2 core at 3.5 GHz.
constexpr double kNsPerMac = 1.0 / 28;

}  // namespace

KernelTable<ConvF32Params> ConvF32Kernels() {
  return {kConvF32Kernels, std::size(kConvF32Kernels)};
}

KernelFn<ConvF32Params> FindConvF32(CpuLevel level) {
  return ConvF32Kernels().Best(level).fn;
}

Work PlanConvF32(const ConvF32Params& p, int threads) {
  const ConvF32Geometry g = GeometryOf(p);
  const double macs = double(p.batch * p.out_h * p.out_w) *
                      double(p.group * g.panels * g.panel_floats);
  int64_t scratch = g.stretch_floats * int64_t{sizeof(float)};
  if (g.copies) {
    const int64_t rows =
        (g.band_rows - 1) * p.window.stride_h +
        (p.window.kernel_h - 1) * int64_t{p.window.dilation_h} + 1;
    scratch = rows * g.image_row_stride * int64_t{sizeof(float)};
  }
  const int64_t most = p.batch * p.out_h * p.out_w * g.panels;
  return SplitEvenly(most, macs * kNsPerMac, threads, scratch);
}

}  // namespace octet::kernels
