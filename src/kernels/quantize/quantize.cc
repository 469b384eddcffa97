#include "kernels/quantize/quantize.h"

#include <iterator>

#include "base/cpu.h"
#include "kernels/quantize/quantize_rows.h"
#include "kernels/split.h"

namespace octet::kernels {
namespace {

void QuantizeAvx2(const QuantizeParams& params, int64_t part, int64_t parts,
                  std::byte*) {
  RunQuantize(kQuantizeRowsAvx2, params, part, parts);
}

void QuantizeAvx512Vnni(const QuantizeParams& params, int64_t part,
                        int64_t parts, std::byte*) {
  RunQuantize(kQuantizeRowsAvx512Vnni, params, part, parts);
}

void DequantizeAvx2(const DequantizeParams& params, int64_t part, int64_t parts,
                    std::byte*) {
  RunDequantize(kQuantizeRowsAvx2, params, part, parts);
}

void DequantizeAvx512Vnni(const DequantizeParams& params, int64_t part,
                          int64_t parts, std::byte*) {
  RunDequantize(kQuantizeRowsAvx512Vnni, params, part, parts);
}

void RequantizeAvx2(const RequantizeParams& params, int64_t part, int64_t parts,
                    std::byte* scratch) {
  RunRequantize(kQuantizeRowsAvx2, TableU8Avx2, params, part, parts, scratch);
}

void RequantizeAvx512Vnni(const RequantizeParams& params, int64_t part,
                          int64_t parts, std::byte* scratch) {
  RunRequantize(kQuantizeRowsAvx512Vnni, TableU8Avx512Vnni, params, part, parts,
                scratch);
}

constexpr Kernel<QuantizeParams> kQuantizeKernels[] = {
    {"quantize_avx512vnni", CpuLevel::kAvx512Vnni, QuantizeAvx512Vnni},
    {"quantize_avx2", CpuLevel::kAvx2, QuantizeAvx2},
    {"quantize_reference", CpuLevel::kScalar, QuantizeReference},
};

constexpr Kernel<DequantizeParams> kDequantizeKernels[] = {
    {"dequantize_avx512vnni", CpuLevel::kAvx512Vnni, DequantizeAvx512Vnni},
    {"dequantize_avx2", CpuLevel::kAvx2, DequantizeAvx2},
    {"dequantize_reference", CpuLevel::kScalar, DequantizeReference},
};

constexpr Kernel<RequantizeParams> kRequantizeKernels[] = {
    {"requantize_avx512vnni", CpuLevel::kAvx512Vnni, RequantizeAvx512Vnni},
    {"requantize_avx2", CpuLevel::kAvx2, RequantizeAvx2},
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
                     double(p.rows * p.columns) * kNsPerElement, threads,
                     RequantizeScratch(p));
}

}  // namespace octet::kernels
