// The two 16-bit binary formats: IEEE half precision and bfloat16.
#ifndef OCTET_BASE_HALF_H_
#define OCTET_BASE_HALF_H_

#include <cstdint>

#include "octet/tensor.h"

namespace octet {

// Sign, exponent, then `mantissa` bits.
struct HalfFormat {
  int mantissa;
  int least_exponent;  // of a normal number
  int bias;
};
inline constexpr HalfFormat kF16Format{10, -14, 15};
inline constexpr HalfFormat kBF16Format{7, -126, 127};

// Of a dtype; null for those that are neither.
const HalfFormat* HalfFormatOf(DType dtype);

// The number that `bits` stand for, exact; a NaN for every NaN.
double RealOf(const HalfFormat& format, uint16_t bits);

// The bits of the nearest number, of the even one if two are as near; one
// quiet NaN for all.
uint16_t BitsOf(const HalfFormat& format, double real);

}  // namespace octet

#endif  // OCTET_BASE_HALF_H_
