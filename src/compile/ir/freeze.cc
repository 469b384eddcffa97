// Inputs that stand for attributes become attributes where they are known.
#include <algorithm>
#include <cstdint>

#include "compile/ir/infer_rules.h"

namespace octet::compile {
namespace {

using Numbers = std::optional<std::vector<int64_t>>;

// The numbers of a shape input, a symbol being 0 where x has the same dimension
// in the same place.
Numbers ShapeNumbers(const InferContext& c) {
  const KnownInts* known = c.Known(1);
  if (known == nullptr) return std::nullopt;
  std::vector<int64_t> numbers;
  for (size_t i = 0; i < known->size(); ++i) {
    const KnownInt& item = (*known)[i];
    const Value& x = c.In(0);
    if (item.is_number()) {
      numbers.push_back(item.value);
    } else if (item.kind == KnownInt::Kind::kSymbol && x.has_shape &&
               int(i) < x.shape.rank() && x.shape[int(i)] == item.value) {
      numbers.push_back(0);
    } else {
      return std::nullopt;
    }
  }
  return numbers;
}

// Axis `axis` from ONNX's start, end and step: negative numbers count from the
// end and everything is cut to what there is. False where that needs the size
// of an axis that is not known.
bool SliceOneAxis(int64_t dim, int64_t start, int64_t end, int64_t step,
                  Slice& op, size_t axis) {
  op.steps[axis] = step;
  if (!IsNumber(dim)) {
    // From a known start on to an end that means "all there are".
    constexpr int64_t kAll = (int64_t{1} << 31) - 1;
    if (start < 0 || start >= kAll || end < kAll || step < 1) return false;
    op.starts[axis] = start;
    op.sizes[axis] = -1;
    return true;
  }
  if (start < 0) start += dim;
  if (end < 0) end = end < -dim ? -1 : end + dim;
  if (step > 0) {
    start = std::clamp<int64_t>(start, 0, dim);
    end = std::clamp<int64_t>(end, 0, dim);
    op.sizes[axis] = end > start ? (end - start - 1) / step + 1 : 0;
  } else {
    start = std::clamp<int64_t>(start, -1, dim - 1);
    end = std::clamp<int64_t>(end, -1, dim - 1);
    const int64_t stride = step == INT64_MIN ? INT64_MAX : -step;
    op.sizes[axis] = start > end ? (start - end - 1) / stride + 1 : 0;
  }
  op.starts[axis] = op.sizes[axis] == 0 ? 0 : start;
  return true;
}

Result<bool> FreezeOp(const InferContext& c, Slice& op) {
  const Value& x = c.In(0);
  const Numbers starts = c.Numbers(1), ends = c.Numbers(2);
  Numbers axes = c.Numbers(3), steps = c.Numbers(4);
  if (!x.has_shape || !starts || !ends || (c.Has(3) && !axes) ||
      (c.Has(4) && !steps)) {
    return false;
  }
  if (!axes) {
    axes.emplace();
    for (size_t i = 0; i < starts->size(); ++i) axes->push_back(int64_t(i));
  }
  if (!steps) steps.emplace(starts->size(), 1);
  if (ends->size() != starts->size() || axes->size() != starts->size() ||
      steps->size() != starts->size()) {
    return c.Bad("starts, ends, axes and steps differ in length");
  }
  const size_t rank = size_t(x.shape.rank());
  Slice frozen{std::vector<int64_t>(rank, 0), std::vector<int64_t>(rank, -1),
               std::vector<int64_t>(rank, 1)};
  for (size_t i = 0; i < starts->size(); ++i) {
    OCTET_ASSIGN(const int64_t axis, c.Axis((*axes)[i], x.shape.rank()));
    if ((*steps)[i] == 0) return c.Bad("a step of 0");
    if (!SliceOneAxis(x.shape[int(axis)], (*starts)[i], (*ends)[i], (*steps)[i],
                      frozen, size_t(axis))) {
      return false;
    }
  }
  op = std::move(frozen);
  return true;
}

Result<bool> FreezeOp(const InferContext& c, Pad& op) {
  const Value& x = c.In(0);
  const Numbers pads = c.Numbers(1);
  Numbers axes = c.Numbers(3);
  if (!x.has_shape || !pads || (c.Has(3) && !axes)) return false;
  if (c.Has(2)) {
    const Value& value = c.In(2);
    if (!value.is_constant() || value.dtype != DType::kF32 ||
        value.data->elements() != 1) {
      return false;
    }
    op.value = value.data->as<float>()[0];
  }
  const size_t rank = size_t(x.shape.rank());
  if (!axes) {
    axes.emplace();
    for (size_t i = 0; i < rank; ++i) axes->push_back(int64_t(i));
  }
  if (pads->size() != 2 * axes->size()) {
    return c.Bad("{} pads for {} axes", pads->size(), axes->size());
  }
  op.before.assign(rank, 0);
  op.after.assign(rank, 0);
  for (size_t i = 0; i < axes->size(); ++i) {
    OCTET_ASSIGN(const int64_t axis, c.Axis((*axes)[i], x.shape.rank()));
    op.before[size_t(axis)] = (*pads)[i];
    op.after[size_t(axis)] = (*pads)[axes->size() + i];
  }
  return true;
}

Result<bool> FreezeOp(const InferContext& c, Reshape& op) {
  Numbers dims = ShapeNumbers(c);
  if (!dims) return false;
  op.dims = *std::move(dims);
  return true;
}

Result<bool> FreezeOp(const InferContext& c, Expand& op) {
  Numbers dims = c.Numbers(1);
  if (!dims) return false;
  op.dims = *std::move(dims);
  return true;
}

Result<bool> FreezeOp(const InferContext& c, Tile& op) {
  Numbers repeats = c.Numbers(1);
  if (!repeats) return false;
  op.repeats = *std::move(repeats);
  return true;
}

Result<bool> FreezeOp(const InferContext& c, Reduce& op) {
  Numbers axes = c.Numbers(1);
  if (!axes) return false;
  op.axes = *std::move(axes);
  return true;
}

Result<bool> FreezeOp(const InferContext& c, Resize& op) {
  OCTET_RETURN_IF_ERROR(c.NeedRank(0, 4));
  const Value& x = c.In(0);
  if (c.Has(2)) {
    const Numbers sizes = c.Numbers(2);
    if (!sizes || !x.has_shape) return false;
    if (sizes->size() != 2) return c.Bad("{} sizes", sizes->size());
    for (size_t i = 0; i < 2; ++i) {
      const int64_t dim = x.shape[1 + int(i)];
      if (!IsNumber(dim) || dim == 0) return false;
      if ((*sizes)[i] < 1) return c.Bad("its size is {}", (*sizes)[i]);
      op.size[i] = (*sizes)[i];
      // In single precision, as ONNX Runtime divides.
      op.scales[i] = double(float(op.size[i]) / float(dim));
    }
    return true;
  }
  if (!c.Has(1) || !c.In(1).is_constant()) return false;
  OCTET_RETURN_IF_ERROR(c.NeedType(1, DType::kF32));
  const auto scales = c.In(1).data->as<float>();
  if (scales.size() != 2) return c.Bad("{} scales", scales.size());
  op.scales = {double(scales[0]), double(scales[1])};
  op.size = {0, 0};
  return true;
}

// Every other kind: no input stands for an attribute.
template <typename T>
Result<bool> FreezeOp(const InferContext&, T&) {
  return false;
}

}  // namespace

Status Freeze(const InferContext& c, Node& node) {
  const bool may = std::holds_alternative<Slice>(node.op) ||
                   std::holds_alternative<Pad>(node.op) ||
                   std::holds_alternative<Reshape>(node.op) ||
                   std::holds_alternative<Expand>(node.op) ||
                   std::holds_alternative<Tile>(node.op) ||
                   std::holds_alternative<Reduce>(node.op) ||
                   std::holds_alternative<Resize>(node.op);
  if (!may || node.inputs.size() == 1) return {};
  OCTET_ASSIGN(const bool frozen,
               std::visit([&](auto& op) { return FreezeOp(c, op); }, node.op));
  if (frozen) node.inputs.resize(1);
  return {};
}

}  // namespace octet::compile
