#include <fmt/format.h>

#include "compile/ir/infer_rules.h"

namespace octet::compile {

std::string InferContext::Prefix() const {
  return fmt::format("node '{}' ({}): ", node_.name, KindName(node_.op));
}

Status InferContext::NeedType(size_t i, DType dtype) const {
  if (In(i).dtype == dtype) return {};
  return Bad("input {} ('{}') is {}, expected {}", i, In(i).name,
             Name(In(i).dtype), Name(dtype));
}

Status InferContext::NeedRank(size_t i, int rank) const {
  if (!In(i).has_shape || In(i).shape.rank() == rank) return {};
  return Bad("input {} ('{}') has shape {}, expected {} dimensions", i,
             In(i).name, Text(In(i).shape), rank);
}

Result<int64_t> InferContext::Axis(int64_t axis, int rank) const {
  if (axis < -rank || axis >= rank) {
    return Bad("axis {} of a value with {} dimensions", axis, rank);
  }
  return axis < 0 ? axis + rank : axis;
}

std::string InferContext::Text(const Shape& shape) const {
  std::string text = "[";
  for (int axis = 0; axis < shape.rank(); ++axis) {
    const int64_t dim = shape[axis];
    if (axis > 0) text += ", ";
    if (IsNumber(dim)) {
      text += fmt::format("{}", dim);
    } else {
      text += IsUnknown(dim) ? "?" : graph_.symbols[size_t(-1 - dim)];
    }
  }
  return text + "]";
}

}  // namespace octet::compile
