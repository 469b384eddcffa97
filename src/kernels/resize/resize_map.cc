#include "kernels/resize/resize_map.h"

#include <algorithm>
#include <cmath>

namespace octet::kernels {
namespace {

// x this close to the middle of two pixels is meant to be the middle.
// measured: ONNX Runtime 1.31 rounds 3.5 -+ 9.5e-7 as 3.5, and 3.5 -+ 1.2e-6
// not.
constexpr float kHalfwayTolerance = 1e-6f;

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
  const float below = std::floor(x);
  const float share = x - below;
  const bool is_halfway = std::abs(share - 0.5f) < kHalfwayTolerance;
  switch (rounding) {
    case NearestRounding::kRoundPreferFloor:
      return is_halfway || share < 0.5f ? below : below + 1;
    case NearestRounding::kRoundPreferCeil:
      return is_halfway || share > 0.5f ? below + 1 : below;
    case NearestRounding::kFloor:
      return below;
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
  const int32_t last = int32_t(axis.in - 1);
  // The last one may have no float of its own.
  return std::min(int32_t(std::clamp(x, 0.0f, float(last))), last);
}

LinearMix LinearMixOf(const ResizeAxis& axis, int64_t i) {
  const int32_t last = int32_t(axis.in - 1);
  const float x = std::clamp(Coordinate(axis, i), 0.0f, float(last));
  const int32_t low = std::min(int32_t(x), last);
  const int32_t high = std::min(low + 1, last);
  return {low, high, x - float(low)};
}

}  // namespace octet::kernels
