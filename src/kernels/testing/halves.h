// Operands of the kernels of 16-bit floats.
#ifndef OCTET_KERNELS_TESTING_HALVES_H_
#define OCTET_KERNELS_TESTING_HALVES_H_

#include <cstdint>

#include "base/cpu.h"
#include "kernels/cast/half_rows.h"
#include "kernels/testing/random.h"

namespace octet::kernels {

// The halves of x; x becomes what they stand for.
inline Buffer<uint16_t> RoundToHalves(DType half, float* x, int64_t n) {
  const HalfRows& rows = FindHalfRows(half, CpuLevel::kScalar);
  Buffer<uint16_t> halves(n);
  rows.narrow(x, halves.get(), n);
  rows.widen(halves.get(), x, n);
  return halves;
}

inline Buffer<uint16_t> RoundToHalves(DType half, Buffer<float>& x) {
  return RoundToHalves(half, x.get(), x.elements());
}

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_TESTING_HALVES_H_
