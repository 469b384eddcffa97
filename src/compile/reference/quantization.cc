// QuantizeLinear and DequantizeLinear as numerics.md has them: in binary32, one
// rounding each.
#include <cmath>
#include <limits>

#include "base/error.h"
#include "compile/reference/operations.h"
#include "compile/reference/wide.h"

namespace octet::compile::reference {
namespace {

// Scale and zero point of every element, by its index along the axis.
struct Parameters {
  std::vector<double> scale;
  std::vector<int64_t> zero_point;
  int64_t inner = 1;  // elements between neighbours along the axis

  size_t At(size_t element) const {
    return element / size_t(inner) % scale.size();
  }
};

Result<Parameters> ReadParameters(int64_t axis, Operands operands) {
  const Shape& x = operands[0]->shape();
  const Tensor& scale = *operands[1];
  if (scale.dtype() != DType::kF32) {
    return Unsupported("a scale of {}, not f32", Name(scale.dtype()));
  }
  Parameters p;
  p.scale = Widen<double>(scale);
  if (scale.shape().rank() > 1 || p.scale.empty()) {
    return BadInput("a scale of shape {}", scale.shape().ToString());
  }
  if (p.scale.size() > 1) {
    OCTET_ASSIGN(const int a, NormalizeAxis(axis, x.rank()));
    if (x[a] != int64_t(p.scale.size())) {
      return BadInput("{} scales for axis {} of {}", p.scale.size(), a,
                      x.ToString());
    }
    p.inner = DenseStrides(x)[size_t(a)];
  }
  p.inner = p.inner < 1 ? 1 : p.inner;
  const Tensor* zero_point = Optional(operands, 2);
  p.zero_point.resize(p.scale.size());
  if (zero_point != nullptr) {
    p.zero_point = Widen<int64_t>(*zero_point);
    if (p.zero_point.size() != p.scale.size()) {
      return BadInput("{} zero points for {} scales", p.zero_point.size(),
                      p.scale.size());
    }
  }
  return p;
}

struct Limits {
  int64_t low, high;
};
Result<Limits> LimitsOf(DType dtype) {
  switch (dtype) {
    case DType::kU8:
      return Limits{0, 255};
    case DType::kS8:
      return Limits{-128, 127};
    case DType::kU16:
      return Limits{0, 65535};
    case DType::kS16:
      return Limits{-32768, 32767};
    case DType::kS32:
      return Limits{std::numeric_limits<int32_t>::min(),
                    std::numeric_limits<int32_t>::max()};
    default:
      return Unsupported("quantized values of {}", Name(dtype));
  }
}

}  // namespace

Result<Tensor> Run(const Quantize& op, Operands operands) {
  OCTET_RETURN_IF_ERROR(RequireOperands(operands, 2, 3));
  const Tensor& x = *operands[0];
  if (!IsFloat(x.dtype())) {
    return BadInput("{} is quantized already", Name(x.dtype()));
  }
  OCTET_ASSIGN(const Parameters p, ReadParameters(op.axis, operands));
  const Tensor* zero_point = Optional(operands, 2);
  const DType dtype = zero_point ? zero_point->dtype() : DType::kU8;
  OCTET_ASSIGN(const Limits limits, LimitsOf(dtype));
  const std::vector<double> wide = Widen<double>(x);
  std::vector<int64_t> q(wide.size());
  for (size_t i = 0; i < q.size(); ++i) {
    const size_t c = p.At(i);
    const float steps = float(wide[i]) / float(p.scale[c]);
    const double moved =
        std::nearbyint(double(steps)) + double(p.zero_point[c]);
    q[i] = std::isnan(moved)              ? p.zero_point[c]
           : moved <= double(limits.low)  ? limits.low
           : moved >= double(limits.high) ? limits.high
                                          : int64_t(moved);
  }
  return Narrow<int64_t>(q, dtype, x.shape().dims());
}

Result<Tensor> Run(const Dequantize& op, Operands operands) {
  OCTET_RETURN_IF_ERROR(RequireOperands(operands, 2, 3));
  const Tensor& x = *operands[0];
  OCTET_RETURN_IF_ERROR(LimitsOf(x.dtype()).status());
  OCTET_ASSIGN(const Parameters p, ReadParameters(op.axis, operands));
  const std::vector<int64_t> q = Widen<int64_t>(x);
  std::vector<double> y(q.size());
  for (size_t i = 0; i < y.size(); ++i) {
    const size_t c = p.At(i);
    y[i] = double(float(q[i] - p.zero_point[c]) * float(p.scale[c]));
  }
  return Narrow<double>(y, DType::kF32, x.shape().dims());
}

}  // namespace octet::compile::reference
