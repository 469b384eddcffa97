#include "kernels/resize/resize.h"

#include <iterator>

#include "base/cpu.h"
#include "kernels/split.h"

namespace octet::kernels {
namespace {

constexpr Kernel<ResizeParams> kResizeKernels[] = {
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
  return SplitEvenly(pixels, bytes * cost, threads);
}

}  // namespace octet::kernels
