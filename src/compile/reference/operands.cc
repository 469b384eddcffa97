#include "compile/reference/operands.h"

#include <optional>

#include "base/error.h"
#include "compile/ir/dims.h"

namespace octet::compile::reference {

Status RequireOperands(Operands operands, size_t required, size_t allowed) {
  if (operands.size() > allowed) {
    return BadInput("{} operands, at most {}", operands.size(), allowed);
  }
  for (size_t i = 0; i < required; ++i) {
    if (Optional(operands, i) == nullptr) {
      return BadInput("operand {} of {} is missing", i, required);
    }
  }
  return {};
}

const Tensor* Optional(Operands operands, size_t index) {
  return index < operands.size() ? operands[index] : nullptr;
}

Result<int> NormalizeAxis(int64_t axis, int rank) {
  if (axis < -rank || axis >= rank) {
    return BadInput("axis {} of a value with {} axes", axis, rank);
  }
  return int(axis < 0 ? axis + rank : axis);
}

Result<Shape> Broadcast(const Shape& a, const Shape& b) {
  const std::optional<Shape> shape = BroadcastShapes(a, b);
  if (shape) return *shape;
  return BadInput("shapes {} and {} do not broadcast", a.ToString(),
                  b.ToString());
}

Strides DenseStrides(const Shape& shape) {
  Strides strides{};
  int64_t stride = 1;
  for (int axis = shape.rank() - 1; axis >= 0; --axis) {
    strides[size_t(axis)] = stride;
    stride *= shape[axis];
  }
  return strides;
}

Strides BroadcastStrides(const Shape& from, const Shape& to) {
  const Strides dense = DenseStrides(from);
  const int missing = to.rank() - from.rank();
  Strides strides{};
  for (int axis = 0; axis < from.rank(); ++axis) {
    if (from[axis] != 1) strides[size_t(axis + missing)] = dense[size_t(axis)];
  }
  return strides;
}

}  // namespace octet::compile::reference
