// The definition of cast, and fast enough: elements are widened to int64 or
// double in chunks and narrowed from there, so 12 formats need 24 loops and
// not 144. Both steps are exact or round once.
#include <algorithm>
#include <cmath>
#include <limits>

#include "base/half.h"
#include "kernels/cast/cast.h"
#include "kernels/cast/cast_chunks.h"

namespace octet::kernels {
namespace {

constexpr int64_t kChunk = 256;

struct Wide {
  bool is_integer;
  int64_t integers[kChunk];
  double reals[kChunk];
};

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

void WidenHalves(const HalfFormat& format, const void* x, int64_t n,
                 Wide& wide) {
  wide.is_integer = false;
  for (int64_t i = 0; i < n; ++i) {
    wide.reals[i] = RealOf(format, static_cast<const uint16_t*>(x)[i]);
  }
}

void Widen(DType from, const void* x, int64_t n, Wide& wide) {
  switch (from) {
    case DType::kF32:
      return WidenReals<float>(x, n, wide);
    case DType::kF64:
      return WidenReals<double>(x, n, wide);
    case DType::kF16:
      return WidenHalves(kF16Format, x, n, wide);
    case DType::kBF16:
      return WidenHalves(kBF16Format, x, n, wide);
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

// A double between the same two halves, on the same side of their middle. From
// 2^53 on a conversion would round, and BitsOf a second time; so whatever the
// last ten bits hold becomes one odd bit above them.
double WithoutRounding(int64_t integer) {
  constexpr int64_t kExact = int64_t{1} << 53;
  if (integer > -kExact && integer < kExact) return double(integer);
  const int64_t rest = integer & 1023;
  return double(rest == 0 ? integer : (integer - rest) | 1024);
}

void NarrowToHalves(const HalfFormat& format, const Wide& wide, int64_t n,
                    void* y) {
  for (int64_t i = 0; i < n; ++i) {
    const double real =
        wide.is_integer ? WithoutRounding(wide.integers[i]) : wide.reals[i];
    static_cast<uint16_t*>(y)[i] = BitsOf(format, real);
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
      return NarrowToHalves(kF16Format, wide, n, y);
    case DType::kBF16:
      return NarrowToHalves(kBF16Format, wide, n, y);
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
  Wide wide;
  ForEachCastChunk(p, part, parts,
                   [&](const std::byte* x, std::byte* y, int64_t columns) {
                     for (int64_t i = 0; i < columns; i += kChunk) {
                       const int64_t n = std::min(kChunk, columns - i);
                       Widen(p.from, x + i * from_bytes, n, wide);
                       Narrow(p.to, wide, n, y + i * to_bytes);
                     }
                   });
}

}  // namespace octet::kernels
