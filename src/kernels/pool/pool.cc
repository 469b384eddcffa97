#include "kernels/pool/pool.h"

#include <iterator>

#include "base/cpu.h"
#include "kernels/pool/pool_windows.h"
#include "kernels/split.h"

namespace octet::kernels {
namespace {

void PoolU8Avx2(const PoolU8Params& params, int64_t part, int64_t parts,
                std::byte* scratch) {
  RunPoolU8(kPoolU8Avx2, params, part, parts, scratch);
}

void PoolU8Avx512Vnni(const PoolU8Params& params, int64_t part, int64_t parts,
                      std::byte* scratch) {
  RunPoolU8(kPoolU8Avx512Vnni, params, part, parts, scratch);
}

void PoolF32Avx2(const PoolF32Params& params, int64_t part, int64_t parts,
                 std::byte* scratch) {
  RunPoolF32(kPoolF32Avx2, params, part, parts, scratch);
}

void PoolF32Avx512Vnni(const PoolF32Params& params, int64_t part, int64_t parts,
                       std::byte* scratch) {
  RunPoolF32(kPoolF32Avx512Vnni, params, part, parts, scratch);
}

constexpr Kernel<PoolU8Params> kPoolU8Kernels[] = {
    {"pool_u8_avx512vnni", CpuLevel::kAvx512Vnni, PoolU8Avx512Vnni},
    {"pool_u8_avx2", CpuLevel::kAvx2, PoolU8Avx2},
    {"pool_u8_reference", CpuLevel::kScalar, PoolU8Reference},
};

constexpr Kernel<PoolF32Params> kPoolF32Kernels[] = {
    {"pool_f32_avx512vnni", CpuLevel::kAvx512Vnni, PoolF32Avx512Vnni},
    {"pool_f32_avx2", CpuLevel::kAvx2, PoolF32Avx2},
    {"pool_f32_reference", CpuLevel::kScalar, PoolF32Reference},
};

// A load per element of a window, at what one core reads from its caches.
constexpr double kNsPerByte = 0.02;

Work PlanPool(const PoolShape& s, int threads, int64_t element_bytes) {
  const int64_t pixels = s.batch * s.out_h * s.out_w;
  const Window& w = s.window;
  const bool by_columns = PoolsByColumns(s);
  const int64_t reads = by_columns ? w.stride_w * w.kernel_h + w.kernel_w
                                   : int64_t{w.kernel_h} * w.kernel_w;
  const double bytes =
      double(pixels * s.channels * element_bytes) * double(reads);
  // Vectors are read beyond the last of the maxima.
  const int64_t scratch =
      by_columns ? s.in_w * s.channels * element_bytes + 64 : 0;
  // Global pooling has few pixels; parts share their channels.
  const int64_t items = pixels * ((s.channels + 63) / 64);
  return SplitEvenly(items, bytes * kNsPerByte, threads, scratch);
}

}  // namespace

KernelTable<PoolU8Params> PoolU8Kernels() {
  return {kPoolU8Kernels, std::size(kPoolU8Kernels)};
}

KernelFn<PoolU8Params> FindPoolU8(CpuLevel level) {
  return PoolU8Kernels().Best(level).fn;
}

Work PlanPoolU8(const PoolU8Params& p, int threads) {
  return PlanPool(p.shape, threads, 1);
}

KernelTable<PoolF32Params> PoolF32Kernels() {
  return {kPoolF32Kernels, std::size(kPoolF32Kernels)};
}

KernelFn<PoolF32Params> FindPoolF32(CpuLevel level) {
  return PoolF32Kernels().Best(level).fn;
}

Work PlanPoolF32(const PoolF32Params& p, int threads) {
  return PlanPool(p.shape, threads, 4);
}

}  // namespace octet::kernels
