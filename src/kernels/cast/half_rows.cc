#include "kernels/cast/half_rows.h"

#include "base/cpu.h"
#include "base/half.h"
#include "kernels/cast/half_rows_levels.h"

namespace octet::kernels {
namespace {

template <const HalfFormat& kFormat>
void Widen(const uint16_t* x, float* y, int64_t n) {
  for (int64_t i = 0; i < n; ++i) y[i] = float(RealOf(kFormat, x[i]));
}

template <const HalfFormat& kFormat>
void Narrow(const float* x, uint16_t* y, int64_t n) {
  for (int64_t i = 0; i < n; ++i) y[i] = BitsOf(kFormat, double(x[i]));
}

template <const HalfFormat& kFormat>
void WidenPairs(const uint16_t* x, float* y, int64_t n) {
  for (int64_t i = 0; i < n; ++i, x += 2 * kHalfPairs, y += 2 * kHalfPairs) {
    for (int64_t j = 0; j < kHalfPairs; ++j) {
      y[j] = float(RealOf(kFormat, x[2 * j]));
      y[kHalfPairs + j] = float(RealOf(kFormat, x[2 * j + 1]));
    }
  }
}

template <const HalfFormat& kFormat>
constexpr HalfRows kScalar = {Widen<kFormat>, Narrow<kFormat>,
                              WidenPairs<kFormat>};
constexpr HalfRows kF16Avx2 = {WidenF16Avx2, NarrowF16Avx2, WidenF16PairsAvx2};
constexpr HalfRows kBf16Avx2 = {WidenBf16Avx2, NarrowBf16Avx2,
                                WidenBf16PairsAvx2};

}  // namespace

const HalfRows& FindHalfRows(DType half, CpuLevel level) {
  const bool is_f16 = half == DType::kF16;
  if (level >= CpuLevel::kAvx2) return is_f16 ? kF16Avx2 : kBf16Avx2;
  return is_f16 ? kScalar<kF16Format> : kScalar<kBF16Format>;
}

}  // namespace octet::kernels
