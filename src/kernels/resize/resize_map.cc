#include "kernels/resize/resize_map.h"

#include <algorithm>
#include <cmath>

namespace octet::kernels {
namespace {

float Coordinate(const ResizeAxis& axis, int64_t i) {
  const float index = float(i);
  switch (axis.coordinates) {
    case ResizeCoordinates::kHalfPixel:
      return (index + 0.5f) / axis.scale - 0.5f;
    case ResizeCoordinates::kAsymmetric:
      return index / axis.scale;
    case ResizeCoordinates::kAlignCorners:
      if (axis.out == 1) return 0;
      return index * float(axis.in - 1) / float(axis.out - 1);
    case ResizeCoordinates::kPytorchHalfPixel:
      if (axis.out == 1) return 0;
      return (index + 0.5f) / axis.scale - 0.5f;
  }
  return 0;
}

float Rounded(NearestRounding rounding, float x) {
  switch (rounding) {
    case NearestRounding::kRoundPreferFloor:
      return std::ceil(x - 0.5f);
    case NearestRounding::kRoundPreferCeil:
      return std::floor(x + 0.5f);
    case NearestRounding::kFloor:
      return std::floor(x);
    case NearestRounding::kCeil:
      return std::ceil(x);
  }
  return x;
}

}  // namespace

ResizeAxis RowAxis(const ResizeParams& p) {
  return {p.coordinates, p.rounding, p.scale_h, p.in_h, p.out_h};
}

ResizeAxis ColumnAxis(const ResizeParams& p) {
  return {p.coordinates, p.rounding, p.scale_w, p.in_w, p.out_w};
}

int32_t NearestIndex(const ResizeAxis& axis, int64_t i) {
  const float x = Rounded(axis.rounding, Coordinate(axis, i));
  return int32_t(std::clamp(x, 0.0f, float(axis.in - 1)));
}

LinearMix LinearMixOf(const ResizeAxis& axis, int64_t i) {
  const float x = std::clamp(Coordinate(axis, i), 0.0f, float(axis.in - 1));
  const int32_t low = int32_t(x);
  const int32_t high = std::min(low + 1, int32_t(axis.in - 1));
  return {low, high, x - float(low)};
}

}  // namespace octet::kernels
