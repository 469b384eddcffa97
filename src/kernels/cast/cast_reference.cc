// The definition of cast, and fast enough: elements are widened to int64 or
// double in chunks and narrowed from there, so 12 formats need 24 loops and
// not 144. Both steps are exact or round once.
#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "kernels/cast/cast.h"
#include "kernels/split.h"

namespace octet::kernels {
namespace {

constexpr int64_t kChunk = 256;

struct Wide {
  bool is_integer;
  int64_t integers[kChunk];
  double reals[kChunk];
};

// A binary format of 16 bits: sign, exponent, `mantissa` bits.
struct Half {
  int mantissa;
  int least_exponent;  // of a normal number
  int bias;
};
constexpr Half kF16{10, -14, 15};
constexpr Half kBF16{7, -126, 127};

double FromBits(const Half& format, uint16_t bits) {
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

uint16_t ToBits(const Half& format, double x) {
  const uint16_t sign = std::signbit(x) ? 0x8000 : 0;
  const uint16_t infinity = uint16_t((2 * format.bias + 1) << format.mantissa);
  if (std::isnan(x)) return uint16_t(infinity | 1 << (format.mantissa - 1));
  if (x == 0) return sign;
  const int exponent = std::isinf(x)
                           ? format.bias + 1
                           : std::max(std::ilogb(x), format.least_exponent);
  if (exponent > format.bias) return sign | infinity;
  // In units of the last place; 2^(mantissa + 1) is the next exponent's first
  // number, which the addition below carries into.
  const int64_t units = int64_t(
      std::nearbyint(std::ldexp(std::abs(x), format.mantissa - exponent)));
  const int64_t first = int64_t{exponent - format.least_exponent}
                        << format.mantissa;
  return uint16_t(sign | std::min<int64_t>(first + units, infinity));
}

template <typename T>
void WidenIntegers(const void* x, int64_t n, Wide& wide) {
  wide.is_integer = true;
  for (int64_t i = 0; i < n; ++i) {
    wide.integers[i] = int64_t(static_cast<const T*>(x)[i]);
  }
}

template <typename T>
void WidenReals(const void* x, int64_t n, Wide& wide) {
  wide.is_integer = false;
  for (int64_t i = 0; i < n; ++i) {
    wide.reals[i] = static_cast<const T*>(x)[i];
  }
}

void WidenHalves(const Half& format, const void* x, int64_t n, Wide& wide) {
  wide.is_integer = false;
  for (int64_t i = 0; i < n; ++i) {
    wide.reals[i] = FromBits(format, static_cast<const uint16_t*>(x)[i]);
  }
}

void Widen(DType from, const void* x, int64_t n, Wide& wide) {
  switch (from) {
    case DType::kF32:
      return WidenReals<float>(x, n, wide);
    case DType::kF64:
      return WidenReals<double>(x, n, wide);
    case DType::kF16:
      return WidenHalves(kF16, x, n, wide);
    case DType::kBF16:
      return WidenHalves(kBF16, x, n, wide);
    case DType::kU8:
      return WidenIntegers<uint8_t>(x, n, wide);
    case DType::kBool:
      return WidenIntegers<uint8_t>(x, n, wide);
    case DType::kS8:
      return WidenIntegers<int8_t>(x, n, wide);
    case DType::kU16:
      return WidenIntegers<uint16_t>(x, n, wide);
    case DType::kS16:
      return WidenIntegers<int16_t>(x, n, wide);
    case DType::kU32:
      return WidenIntegers<uint32_t>(x, n, wide);
    case DType::kS32:
      return WidenIntegers<int32_t>(x, n, wide);
    case DType::kS64:
      return WidenIntegers<int64_t>(x, n, wide);
  }
}

template <typename T>
void NarrowToIntegers(const Wide& wide, int64_t n, void* y) {
  constexpr int64_t kLow = std::numeric_limits<T>::min();
  constexpr int64_t kHigh = std::numeric_limits<T>::max();
  for (int64_t i = 0; i < n; ++i) {
    int64_t v;
    if (wide.is_integer) {
      v = std::clamp(wide.integers[i], kLow, kHigh);
    } else if (std::isnan(wide.reals[i])) {
      v = 0;
    } else if (wide.reals[i] >= double(kHigh)) {
      v = kHigh;
    } else {
      v = int64_t(std::max(wide.reals[i], double(kLow)));
    }
    static_cast<T*>(y)[i] = T(v);
  }
}

template <typename T>
void NarrowToReals(const Wide& wide, int64_t n, void* y) {
  for (int64_t i = 0; i < n; ++i) {
    static_cast<T*>(y)[i] =
        wide.is_integer ? T(wide.integers[i]) : T(wide.reals[i]);
  }
}

void NarrowToHalves(const Half& format, const Wide& wide, int64_t n, void* y) {
  for (int64_t i = 0; i < n; ++i) {
    static_cast<uint16_t*>(y)[i] = ToBits(
        format, wide.is_integer ? double(wide.integers[i]) : wide.reals[i]);
  }
}

void NarrowToBools(const Wide& wide, int64_t n, void* y) {
  for (int64_t i = 0; i < n; ++i) {
    static_cast<uint8_t*>(y)[i] =
        wide.is_integer ? wide.integers[i] != 0 : wide.reals[i] != 0;
  }
}

void Narrow(DType to, const Wide& wide, int64_t n, void* y) {
  switch (to) {
    case DType::kF32:
      return NarrowToReals<float>(wide, n, y);
    case DType::kF64:
      return NarrowToReals<double>(wide, n, y);
    case DType::kF16:
      return NarrowToHalves(kF16, wide, n, y);
    case DType::kBF16:
      return NarrowToHalves(kBF16, wide, n, y);
    case DType::kU8:
      return NarrowToIntegers<uint8_t>(wide, n, y);
    case DType::kBool:
      return NarrowToBools(wide, n, y);
    case DType::kS8:
      return NarrowToIntegers<int8_t>(wide, n, y);
    case DType::kU16:
      return NarrowToIntegers<uint16_t>(wide, n, y);
    case DType::kS16:
      return NarrowToIntegers<int16_t>(wide, n, y);
    case DType::kU32:
      return NarrowToIntegers<uint32_t>(wide, n, y);
    case DType::kS32:
      return NarrowToIntegers<int32_t>(wide, n, y);
    case DType::kS64:
      return NarrowToIntegers<int64_t>(wide, n, y);
  }
}

}  // namespace

void CastReference(const CastParams& p, int64_t part, int64_t parts,
                   std::byte*) {
  const int64_t from_bytes = SizeOf(p.from), to_bytes = SizeOf(p.to);
  const Piece rows = PieceOf(p.rows, part, parts);
  Wide wide;
  for (int64_t row = rows.begin; row < rows.end; ++row) {
    const auto* x =
        static_cast<const std::byte*>(p.x) + row * p.x_stride * from_bytes;
    auto* y = static_cast<std::byte*>(p.y) + row * p.y_stride * to_bytes;
    for (int64_t i = 0; i < p.columns; i += kChunk) {
      const int64_t n = std::min(kChunk, p.columns - i);
      Widen(p.from, x + i * from_bytes, n, wide);
      Narrow(p.to, wide, n, y + i * to_bytes);
    }
  }
}

}  // namespace octet::kernels
