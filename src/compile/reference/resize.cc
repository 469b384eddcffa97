// Resize of [N,H,W,C] along H and W, as ONNX has it.
#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "compile/reference/axis_maps.h"
#include "compile/reference/evaluate.h"
#include "compile/reference/operations.h"
#include "compile/reference/wide.h"

namespace octet::compile::reference {
namespace {

// One of the two axes: sizes and the scale of the coordinate formula.
struct Axis {
  int64_t in, out;
  float scale;
};

Result<Axis> ReadAxis(const Resize& op, size_t i, const Shape& x) {
  Axis axis{x[int(i) + 1], op.size[i], float(op.scales[i])};
  if (!(axis.scale > 0) || !std::isfinite(axis.scale)) {
    return BadInput("a resize by {}", op.scales[i]);
  }
  if (axis.out == 0) {
    // In single precision, as shape inference and ONNX Runtime multiply.
    const float size = std::floor(float(axis.in) * axis.scale);
    if (size > float(kMaxEvaluatedBytes)) {
      return BadInput("a resize by {}", op.scales[i]);
    }
    axis.out = int64_t(size);
  }
  if (axis.in < 1 || axis.out < 0 || axis.out > kMaxEvaluatedBytes) {
    return BadInput("a resize from {} to {}", axis.in, axis.out);
  }
  return axis;
}

// Where output index i lies on the input. In single precision, as ONNX Runtime
// computes it: a scale such as 1.3 would often lead to the pixel beside it
// otherwise.
float Position(ResizeCoordinates coordinates, const Axis& axis, int64_t i) {
  const auto index = float(i);
  switch (coordinates) {
    case ResizeCoordinates::kHalfPixel:
      return (index + 0.5f) / axis.scale - 0.5f;
    case ResizeCoordinates::kPytorchHalfPixel:
      return axis.out > 1 ? (index + 0.5f) / axis.scale - 0.5f : 0;
    case ResizeCoordinates::kAsymmetric:
      return index / axis.scale;
    case ResizeCoordinates::kAlignCorners:
      return axis.out > 1 ? index * float(axis.in - 1) / float(axis.out - 1)
                          : 0;
  }
  return 0;
}

// A position this close to the middle of two pixels is meant to be the middle.
// measured: ONNX Runtime 1.31 rounds 3.5 -+ 9.5e-7 as 3.5, and 3.5 -+ 1.2e-6
// not.
constexpr float kHalfwayTolerance = 1e-6f;

float RoundNearest(NearestRounding rounding, float position) {
  const float below = std::floor(position);
  const float share = position - below;
  const bool is_halfway = std::abs(share - 0.5f) < kHalfwayTolerance;
  switch (rounding) {
    case NearestRounding::kRoundPreferFloor:
      return is_halfway || share < 0.5f ? below : below + 1;
    case NearestRounding::kRoundPreferCeil:
      return is_halfway || share > 0.5f ? below + 1 : below;
    case NearestRounding::kFloor:
      return below;
    case NearestRounding::kCeil:
      return std::ceil(position);
  }
  return position;
}

AxisMap NearestMap(const Resize& op, const Axis& axis) {
  AxisMap map(static_cast<size_t>(axis.out));
  for (int64_t i = 0; i < axis.out; ++i) {
    const float nearest =
        RoundNearest(op.rounding, Position(op.coordinates, axis, i));
    // The last index may have no float of its own.
    map[size_t(i)] = std::min(
        int64_t(std::clamp(nearest, 0.0f, float(axis.in - 1))), axis.in - 1);
  }
  return map;
}

// An output index is between two input indices: (1 - share) of the lower and
// share of the upper.
struct Between {
  int64_t lower, upper;
  double share;
};
std::vector<Between> LinearMap(const Resize& op, const Axis& axis) {
  std::vector<Between> map(static_cast<size_t>(axis.out));
  for (int64_t i = 0; i < axis.out; ++i) {
    const float position =
        std::clamp(Position(op.coordinates, axis, i), 0.0f, float(axis.in - 1));
    const auto lower = std::min(int64_t(position), axis.in - 1);
    map[size_t(i)] = {lower, std::min(lower + 1, axis.in - 1),
                      double(position - float(lower))};
  }
  return map;
}

Result<Tensor> RunLinear(const Resize& op, const Tensor& x, const Axis& height,
                         const Axis& width) {
  const Shape& s = x.shape();
  const Shape shape{s[0], height.out, width.out, s[3]};
  OCTET_RETURN_IF_ERROR(MakeTensor(x.dtype(), shape.dims()).status());
  const std::vector<double> wide = Widen<double>(x);
  const std::vector<Between> rows = LinearMap(op, height);
  const std::vector<Between> columns = LinearMap(op, width);
  std::vector<double> y(size_t(shape.elements()));
  auto out = y.begin();
  for (int64_t n = 0; n < s[0]; ++n) {
    const double* image = wide.data() + n * s[1] * s[2] * s[3];
    const auto at = [&](int64_t h, int64_t w, int64_t c) {
      return image[(h * s[2] + w) * s[3] + c];
    };
    for (const Between& h : rows) {
      for (const Between& w : columns) {
        for (int64_t c = 0; c < s[3]; ++c) {
          const double upper = at(h.lower, w.lower, c) * (1 - w.share) +
                               at(h.lower, w.upper, c) * w.share;
          const double lower = at(h.upper, w.lower, c) * (1 - w.share) +
                               at(h.upper, w.upper, c) * w.share;
          *out++ = upper * (1 - h.share) + lower * h.share;
        }
      }
    }
  }
  return Narrow<double>(y, x.dtype(), shape.dims());
}

}  // namespace

Result<Tensor> Run(const Resize& op, Operands operands) {
  OCTET_RETURN_IF_ERROR(RequireOperands(operands, 1, 1));
  const Tensor& x = *operands[0];
  if (x.shape().rank() != 4) {
    return BadInput("a resize of {}, not [N, H, W, C]", x.shape().ToString());
  }
  OCTET_ASSIGN(const Axis height, ReadAxis(op, 0, x.shape()));
  OCTET_ASSIGN(const Axis width, ReadAxis(op, 1, x.shape()));
  if (op.mode == ResizeMode::kNearest) {
    const std::vector<AxisMap> maps = {
        IdentityMap(x.shape()[0]), NearestMap(op, height),
        NearestMap(op, width), IdentityMap(x.shape()[3])};
    return TakeByMaps(x, maps, nullptr);
  }
  if (!IsFloat(x.dtype())) {
    return Unsupported("a linear resize of {}", Name(x.dtype()));
  }
  return RunLinear(op, x, height, width);
}

}  // namespace octet::compile::reference
