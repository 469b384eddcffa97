#include "compile/reference/wide.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <type_traits>

#include "base/checked.h"
#include "base/error.h"
#include "compile/reference/evaluate.h"

namespace octet::compile::reference {
namespace {

// The two 16-bit formats, as types of their own so that overloads can tell
// them apart.
struct Half {
  uint16_t bits;
};
struct Bfloat {
  uint16_t bits;
};
struct Bool {
  uint8_t value;
};

double Load(Half h) {
  const int exponent = h.bits >> 10 & 31;
  const double fraction = h.bits & 1023;
  double magnitude;
  if (exponent == 31) {
    magnitude = fraction == 0 ? std::numeric_limits<double>::infinity()
                              : std::numeric_limits<double>::quiet_NaN();
  } else if (exponent == 0) {
    magnitude = std::ldexp(fraction, -24);
  } else {
    magnitude = std::ldexp(1024 + fraction, exponent - 25);
  }
  return (h.bits & 0x8000) != 0 ? -magnitude : magnitude;
}
double Load(Bfloat b) { return std::bit_cast<float>(uint32_t(b.bits) << 16); }
int64_t Load(Bool b) { return b.value != 0; }
template <typename T>
T Load(T value) {
  return value;
}

void Store(double v, Half& out) {
  const uint16_t sign = std::signbit(v) ? 0x8000 : 0;
  if (std::isnan(v)) {
    out.bits = 0x7e00;
    return;
  }
  const double magnitude = std::abs(v);
  if (magnitude == 0) {
    out.bits = sign;
    return;
  }
  if (magnitude >= 65520) {  // half way beyond the largest, 65504
    out.bits = sign | 0x7c00;
    return;
  }
  int exponent = 0;
  std::frexp(magnitude, &exponent);
  // Numbers below 2^-14 are subnormal: all share the step 2^-24. A mantissa
  // that rounds up to 2048 carries into the exponent by plain addition.
  const int step = std::max(exponent - 11, -24);
  const int mantissa = int(std::nearbyint(std::ldexp(magnitude, -step)));
  out.bits = uint16_t(sign | (((step + 24) << 10) + mantissa));
}
void Store(double v, Bfloat& out) {
  const auto bits = std::bit_cast<uint32_t>(float(v));
  out.bits = std::isnan(v) ? uint16_t(0x7fc0)
                           : uint16_t((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}
template <typename Wide>
void Store(Wide v, Bool& out) {
  out.value = v != 0;
}
void Store(int64_t v, Half& out) { Store(double(v), out); }
void Store(int64_t v, Bfloat& out) { Store(double(v), out); }

// A conversion that is out of range is undefined, so it is held to the limits.
template <typename T>
T Truncate(double v) {
  if (std::isnan(v)) return 0;
  if (v <= double(std::numeric_limits<T>::min())) {
    return std::numeric_limits<T>::min();
  }
  if (v >= double(std::numeric_limits<T>::max())) {
    return std::numeric_limits<T>::max();
  }
  return T(v);
}

template <typename Wide, typename T>
requires std::is_arithmetic_v<T>
void Store(Wide v, T& out) {
  if constexpr (std::is_integral_v<T> && std::is_floating_point_v<Wide>) {
    out = Truncate<T>(v);
  } else {
    out = T(v);
  }
}

// Calls fn with a value of the C++ type that holds one element.
template <typename Fn>
void WithElementType(DType dtype, Fn&& fn) {
  switch (dtype) {
    case DType::kF32:
      return fn(float{});
    case DType::kF16:
      return fn(Half{});
    case DType::kBF16:
      return fn(Bfloat{});
    case DType::kF64:
      return fn(double{});
    case DType::kU8:
      return fn(uint8_t{});
    case DType::kS8:
      return fn(int8_t{});
    case DType::kU16:
      return fn(uint16_t{});
    case DType::kS16:
      return fn(int16_t{});
    case DType::kU32:
      return fn(uint32_t{});
    case DType::kS32:
      return fn(int32_t{});
    case DType::kS64:
      return fn(int64_t{});
    case DType::kBool:
      return fn(Bool{});
  }
}

}  // namespace

bool IsFloat(DType dtype) {
  return dtype == DType::kF32 || dtype == DType::kF16 ||
         dtype == DType::kBF16 || dtype == DType::kF64;
}

Result<Tensor> MakeTensor(DType dtype, std::span<const int64_t> dims) {
  if (dims.size() > size_t(kMaxRank)) {
    return BadInput("a result would have {} dimensions, at most {}",
                    dims.size(), kMaxRank);
  }
  const Shape shape(dims);
  const auto elements = CheckedElements(dims);
  if (!elements || *elements > kMaxEvaluatedBytes / SizeOf(dtype)) {
    return BadInput("a result of shape {} {} is not possible, at most {} bytes",
                    Name(dtype), shape.ToString(), kMaxEvaluatedBytes);
  }
  return Tensor(dtype, shape);
}

template <typename Wide>
std::vector<Wide> Widen(const Tensor& tensor) {
  std::vector<Wide> wide(size_t(tensor.elements()));
  WithElementType(tensor.dtype(), [&]<typename T>(T) {
    const auto elements = tensor.as<T>();
    for (size_t i = 0; i < wide.size(); ++i) {
      Store(Load(elements[i]), wide[i]);
    }
  });
  return wide;
}

template <typename Wide>
Result<Tensor> Narrow(std::span<const Wide> values, DType dtype,
                      std::span<const int64_t> dims) {
  OCTET_ASSIGN(Tensor tensor, MakeTensor(dtype, dims));
  WithElementType(dtype, [&]<typename T>(T) {
    const auto elements = tensor.as<T>();
    for (size_t i = 0; i < elements.size(); ++i) {
      Store(values[i], elements[i]);
    }
  });
  return tensor;
}

template std::vector<double> Widen<double>(const Tensor&);
template std::vector<int64_t> Widen<int64_t>(const Tensor&);
template Result<Tensor> Narrow<double>(std::span<const double>, DType,
                                       std::span<const int64_t>);
template Result<Tensor> Narrow<int64_t>(std::span<const int64_t>, DType,
                                        std::span<const int64_t>);

}  // namespace octet::compile::reference
