#include "kernels/quantize/quantize.h"

#include <iterator>

#include "base/cpu.h"
#include "kernels/split.h"

namespace octet::kernels {
namespace {

constexpr Kernel<QuantizeParams> kQuantizeKernels[] = {
    {"quantize_reference", CpuLevel::kScalar, QuantizeReference},
};

constexpr Kernel<DequantizeParams> kDequantizeKernels[] = {
    {"dequantize_reference", CpuLevel::kScalar, DequantizeReference},
};

constexpr Kernel<RequantizeParams> kRequantizeKernels[] = {
    {"requantize_reference", CpuLevel::kScalar, RequantizeReference},
};

// A division with AVX2, or five bytes of traffic.
constexpr double kNsPerElement = 0.3;

}  // namespace

KernelTable<QuantizeParams> QuantizeKernels() {
  return {kQuantizeKernels, std::size(kQuantizeKernels)};
}

KernelFn<QuantizeParams> FindQuantize(CpuLevel level) {
  return QuantizeKernels().Best(level).fn;
}

Work PlanQuantize(const QuantizeParams& p, int threads) {
  return SplitEvenly(p.rows * p.columns,
                     double(p.rows * p.columns) * kNsPerElement, threads);
}

KernelTable<DequantizeParams> DequantizeKernels() {
  return {kDequantizeKernels, std::size(kDequantizeKernels)};
}

KernelFn<DequantizeParams> FindDequantize(CpuLevel level) {
  return DequantizeKernels().Best(level).fn;
}

Work PlanDequantize(const DequantizeParams& p, int threads) {
  return SplitEvenly(p.rows * p.columns,
                     double(p.rows * p.columns) * kNsPerElement, threads);
}

KernelTable<RequantizeParams> RequantizeKernels() {
  return {kRequantizeKernels, std::size(kRequantizeKernels)};
}

KernelFn<RequantizeParams> FindRequantize(CpuLevel level) {
  return RequantizeKernels().Best(level).fn;
}

Work PlanRequantize(const RequantizeParams& p, int threads) {
  return SplitEvenly(p.rows * p.columns,
                     double(p.rows * p.columns) * kNsPerElement, threads);
}

}  // namespace octet::kernels
