#include "kernels/resize/resize.h"

#include <iterator>

#include "base/cpu.h"
#include "kernels/resize/resize_rows.h"
#include "kernels/split.h"

namespace octet::kernels {
namespace {

void Avx2(const ResizeParams& params, int64_t part, int64_t parts,
          std::byte* scratch) {
  RunResize(kResizeAvx2, params, part, parts, scratch);
}

constexpr Kernel<ResizeParams> kResizeKernels[] = {
    {"resize_avx2", CpuLevel::kAvx2, Avx2},
    {"resize_reference", CpuLevel::kScalar, ResizeReference},
};

constexpr double kNsPerByteMoved = 0.1;
constexpr double kNsPerByteMixed = 0.5;

}  // namespace

KernelTable<ResizeParams> ResizeKernels() {
  return {kResizeKernels, std::size(kResizeKernels)};
}

KernelFn<ResizeParams> FindResize(CpuLevel level) {
  return ResizeKernels().Best(level).fn;
}

Work PlanResize(const ResizeParams& p, int threads) {
  const int64_t pixels = p.batch * p.out_h * p.out_w;
  const double bytes = double(pixels * p.channels * p.element_bytes);
  const double cost =
      p.mode == ResizeMode::kNearest ? kNsPerByteMoved : kNsPerByteMixed;
  return SplitEvenly(pixels, bytes * cost, threads, ResizeScratch(p));
}

}  // namespace octet::kernels
