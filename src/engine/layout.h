// How the elements of a Program's value lie in memory, in the forms that
// kernels want. All of it may be asked only of values that passed
// CheckedExtent.
#ifndef OCTET_ENGINE_LAYOUT_H_
#define OCTET_ENGINE_LAYOUT_H_

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "engine/program.h"

namespace octet::engine {

// Elements from the first to the last of a value, both included; nullopt if a
// dimension is below 1, there are more than kMaxRank, pixel_stride is less than
// the last dimension, or it overflows.
std::optional<int64_t> CheckedExtent(const ValueT& value);

inline int Rank(const ValueT& value) { return int(value.dims.size()); }
inline int64_t Elements(const ValueT& value) {
  return ShapeOf(value).elements();
}
// The last dimension; 1 for a scalar.
inline int64_t Channels(const ValueT& value) {
  return value.dims.empty() ? 1 : value.dims.back();
}
// Product of the others.
inline int64_t Pixels(const ValueT& value) {
  return Elements(value) / Channels(value);
}
// Elements between pixels; as if dense where there is only one axis.
inline int64_t PixelStride(const ValueT& value) {
  return Rank(value) < 2 ? Channels(value) : value.pixel_stride;
}
// No gaps between the elements.
inline bool IsDense(const ValueT& value) {
  return PixelStride(value) == Channels(value) || Pixels(value) == 1;
}

// Elements between neighbours on each axis.
std::array<int64_t, kMaxRank> Strides(const ValueT& value);

// The axes of a value in another order: axis i is axis perm[i] of the value; an
// empty perm, or none of its rank, leaves them.
struct Axes {
  int rank;
  std::array<int64_t, kMaxRank> dims, strides;
};
Axes AxesOf(const ValueT& value, const std::vector<int>& perm = {});

// A value as images. Rank 4 is [N,H,W,C]; any other is one image of one row of
// pixels, as matrix products want it.
struct Image {
  int64_t n, h, w, c;
  int64_t pixel_stride;
};
Image AsImage(const ValueT& value);

// A window with nothing left out: a missing one is 1x1.
Window WindowOr1x1(const std::unique_ptr<Window>& window);

}  // namespace octet::engine

#endif  // OCTET_ENGINE_LAYOUT_H_
