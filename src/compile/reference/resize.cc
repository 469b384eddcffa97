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
  double scale;
};

Result<Axis> ReadAxis(const Resize& op, size_t i, const Shape& x) {
  Axis axis{x[int(i) + 1], op.size[i], op.scales[i]};
  if (!(axis.scale > 0) || !std::isfinite(axis.scale)) {
    return BadInput("a resize by {}", axis.scale);
  }
  if (axis.out == 0) {
    const double size = std::floor(double(axis.in) * axis.scale);
    if (size > double(kMaxEvaluatedBytes)) {
      return BadInput("a resize by {}", axis.scale);
    }
    axis.out = int64_t(size);
  }
  if (axis.in < 1 || axis.out < 0 || axis.out > kMaxEvaluatedBytes) {
    return BadInput("a resize from {} to {}", axis.in, axis.out);
  }
  return axis;
}

// Where output index i lies on the input.
double Position(ResizeCoordinates coordinates, const Axis& axis, int64_t i) {
  switch (coordinates) {
    case ResizeCoordinates::kHalfPixel:
      return (double(i) + 0.5) / axis.scale - 0.5;
    case ResizeCoordinates::kPytorchHalfPixel:
      return axis.out > 1 ? (double(i) + 0.5) / axis.scale - 0.5 : 0;
    case ResizeCoordinates::kAsymmetric:
      return double(i) / axis.scale;
    case ResizeCoordinates::kAlignCorners:
      return axis.out > 1
                 ? double(i) * double(axis.in - 1) / double(axis.out - 1)
                 : 0;
  }
  return 0;
}

double RoundNearest(NearestRounding rounding, double position) {
  switch (rounding) {
    case NearestRounding::kRoundPreferFloor:
      return std::ceil(position - 0.5);
    case NearestRounding::kRoundPreferCeil:
      return std::floor(position + 0.5);
    case NearestRounding::kFloor:
      return std::floor(position);
    case NearestRounding::kCeil:
      return std::ceil(position);
  }
  return position;
}

AxisMap NearestMap(const Resize& op, const Axis& axis) {
  AxisMap map(static_cast<size_t>(axis.out));
  for (int64_t i = 0; i < axis.out; ++i) {
    const double nearest =
        RoundNearest(op.rounding, Position(op.coordinates, axis, i));
    map[size_t(i)] = int64_t(std::clamp(nearest, 0.0, double(axis.in - 1)));
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
    const double position =
        std::clamp(Position(op.coordinates, axis, i), 0.0, double(axis.in - 1));
    const auto lower = int64_t(position);
    map[size_t(i)] = {lower, std::min(lower + 1, axis.in - 1),
                      position - double(lower)};
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
