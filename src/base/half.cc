#include "base/half.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace octet {

const HalfFormat* HalfFormatOf(DType dtype) {
  if (dtype == DType::kF16) return &kF16Format;
  return dtype == DType::kBF16 ? &kBF16Format : nullptr;
}

double RealOf(const HalfFormat& format, uint16_t bits) {
  const int exponent = (bits & 0x7fff) >> format.mantissa;
  const int fraction = bits & ((1 << format.mantissa) - 1);
  const double sign = (bits & 0x8000) != 0 ? -1 : 1;
  if (exponent == 2 * format.bias + 1) {
    return fraction != 0 ? std::numeric_limits<double>::quiet_NaN()
                         : sign * std::numeric_limits<double>::infinity();
  }
  if (exponent == 0) {
    return sign * std::ldexp(fraction, format.least_exponent - format.mantissa);
  }
  return sign * std::ldexp(fraction + (1 << format.mantissa),
                           exponent - format.bias - format.mantissa);
}

uint16_t BitsOf(const HalfFormat& format, double real) {
  const uint16_t sign = std::signbit(real) ? 0x8000 : 0;
  const uint16_t infinity = uint16_t((2 * format.bias + 1) << format.mantissa);
  if (std::isnan(real)) return uint16_t(infinity | 1 << (format.mantissa - 1));
  if (real == 0) return sign;
  const int exponent = std::isinf(real)
                           ? format.bias + 1
                           : std::max(std::ilogb(real), format.least_exponent);
  if (exponent > format.bias) return sign | infinity;
  // In units of the last place; 2^(mantissa + 1) is the next exponent's first
  // number, which the addition below carries into.
  const int64_t units = int64_t(
      std::nearbyint(std::ldexp(std::abs(real), format.mantissa - exponent)));
  const int64_t first = int64_t{exponent - format.least_exponent}
                        << format.mantissa;
  return uint16_t(sign | std::min<int64_t>(first + units, infinity));
}

}  // namespace octet
