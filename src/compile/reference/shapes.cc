// Operations that make values from shapes and numbers.
#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "compile/reference/evaluate.h"
#include "compile/reference/operations.h"
#include "compile/reference/wide.h"

namespace octet::compile::reference {
namespace {

// An end of a range of axes as ONNX has it: negative counts from the end, and
// what lies beyond is held to the ends.
int64_t ClampAxis(int64_t axis, int64_t rank) {
  return std::clamp<int64_t>(axis < 0 ? axis + rank : axis, 0, rank);
}

// How many steps of `delta` lead from `start` to before `limit`.
Result<int64_t> CountSteps(double start, double limit, double delta) {
  const double count = std::ceil((limit - start) / delta);
  if (delta == 0 || std::isnan(count) || count > double(kMaxEvaluatedBytes)) {
    return BadInput("a range from {} to {} by {}", start, limit, delta);
  }
  return int64_t(std::max(count, 0.0));
}

}  // namespace

Result<Tensor> Run(const ShapeOf& op, Operands operands) {
  OCTET_RETURN_IF_ERROR(RequireOperands(operands, 1, 1));
  const Shape& shape = operands[0]->shape();
  const int64_t start = ClampAxis(op.start, shape.rank());
  const int64_t end = std::max(ClampAxis(op.end, shape.rank()), start);
  const auto dims = shape.dims().subspan(size_t(start), size_t(end - start));
  const int64_t count = end - start;
  return Narrow<int64_t>(dims, DType::kS64, {&count, 1});
}

Result<Tensor> Run(const ConstantOfShape& op, Operands operands) {
  OCTET_RETURN_IF_ERROR(RequireOperands(operands, 1, 1));
  if (operands[0]->dtype() != DType::kS64 || operands[0]->shape().rank() > 1) {
    return BadInput("a shape must be a list of s64");
  }
  OCTET_ASSIGN(Tensor y, MakeTensor(op.dtype, operands[0]->as<int64_t>()));
  const std::vector<double> filled(size_t(y.elements()), op.value);
  return Narrow<double>(filled, op.dtype, y.shape().dims());
}

Result<Tensor> Run(const RangeOp&, Operands operands) {
  OCTET_RETURN_IF_ERROR(RequireOperands(operands, 3, 3));
  const DType dtype = operands[0]->dtype();
  for (const Tensor* operand : operands) {
    if (operand->elements() != 1 || operand->dtype() != dtype) {
      return BadInput("a range needs three numbers of one type");
    }
  }
  OCTET_ASSIGN(const int64_t count, CountSteps(Widen<double>(*operands[0])[0],
                                               Widen<double>(*operands[1])[0],
                                               Widen<double>(*operands[2])[0]));
  OCTET_RETURN_IF_ERROR(MakeTensor(dtype, {&count, 1}).status());
  if (!IsFloat(dtype)) {
    std::vector<int64_t> y(size_t(count), Widen<int64_t>(*operands[0])[0]);
    const int64_t delta = Widen<int64_t>(*operands[2])[0];
    // Counted in double, so the last may lie beyond 2^63: unsigned wraps.
    for (size_t i = 1; i < y.size(); ++i) {
      y[i] = int64_t(uint64_t(y[i - 1]) + uint64_t(delta));
    }
    return Narrow<int64_t>(y, dtype, {&count, 1});
  }
  const double start = Widen<double>(*operands[0])[0];
  const double delta = Widen<double>(*operands[2])[0];
  std::vector<double> y(static_cast<size_t>(count));
  for (size_t i = 0; i < y.size(); ++i) y[i] = start + double(i) * delta;
  return Narrow<double>(y, dtype, {&count, 1});
}

}  // namespace octet::compile::reference
