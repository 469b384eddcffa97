// Rows of halves (f16 or bf16) to floats and back, for kernels that compute in
// f32 on operands of 16 bits.
//
// Widening is exact; narrowing rounds to nearest even, once, and beyond the
// format's range gives infinity. Narrowing has one quiet NaN for all, as cast;
// widening gives some NaN for each.
#ifndef OCTET_KERNELS_CAST_HALF_ROWS_H_
#define OCTET_KERNELS_CAST_HALF_ROWS_H_

#include <cstdint>

#include "octet/tensor.h"

namespace octet {
enum class CpuLevel : uint8_t;
}  // namespace octet

namespace octet::kernels {

// Pairs of a panel (kernels/conv_half): 16 of them, side by side.
inline constexpr int64_t kHalfPairs = 16;

struct HalfRows {
  void (*widen)(const uint16_t* x, float* y, int64_t n);
  void (*narrow)(const float* x, uint16_t* y, int64_t n);
  // n rows of 16 pairs become 2 n rows of 16 floats: the first of each pair,
  // then the second.
  void (*widen_pairs)(const uint16_t* x, float* y, int64_t n);
};

// The fastest for a level; `half` is kF16 or kBF16.
const HalfRows& FindHalfRows(DType half, CpuLevel level);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_CAST_HALF_ROWS_H_
