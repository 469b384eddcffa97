#include "engine/layout.h"

#include "base/checked.h"

namespace octet::engine {

std::optional<int64_t> CheckedExtent(const ValueT& value) {
  if (value.dims.size() > size_t(kMaxRank)) return std::nullopt;
  for (int64_t dim : value.dims) {
    if (dim < 1) return std::nullopt;
  }
  const auto elements = CheckedElements(value.dims);
  if (!elements || value.dims.size() < 2) return elements;
  const int64_t channels = value.dims.back();
  if (value.pixel_stride < channels) return std::nullopt;
  const auto last_pixel =
      CheckedMul(*elements / channels - 1, value.pixel_stride);
  return last_pixel ? CheckedAdd(*last_pixel, channels) : std::nullopt;
}

std::array<int64_t, kMaxRank> Strides(const ValueT& value) {
  std::array<int64_t, kMaxRank> strides{};
  int64_t stride = 1;
  for (int axis = Rank(value) - 1; axis >= 0; --axis) {
    strides[size_t(axis)] = stride;
    const bool innermost = axis == Rank(value) - 1;
    stride = innermost ? PixelStride(value) : stride * value.dims[size_t(axis)];
  }
  return strides;
}

Axes AxesOf(const ValueT& value, const std::vector<int>& perm) {
  const std::array<int64_t, kMaxRank> strides = Strides(value);
  Axes axes{Rank(value), {}, {}};
  for (int i = 0; i < axes.rank; ++i) {
    const int from = int(perm.size()) == axes.rank ? perm[size_t(i)] : i;
    axes.dims[size_t(i)] = value.dims[size_t(from)];
    axes.strides[size_t(i)] = strides[size_t(from)];
  }
  return axes;
}

Image AsImage(const ValueT& value) {
  const int64_t stride = PixelStride(value);
  if (Rank(value) == 4) {
    const auto& d = value.dims;
    return {d[0], d[1], d[2], d[3], stride};
  }
  return {1, 1, Pixels(value), Channels(value), stride};
}

Window WindowOr1x1(const std::unique_ptr<Window>& window) {
  return window == nullptr ? Window(1, 1, 1, 1, 1, 1, 0, 0) : *window;
}

}  // namespace octet::engine
