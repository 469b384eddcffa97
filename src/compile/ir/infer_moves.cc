// What only moves data.
#include <algorithm>

#include "base/checked.h"
#include "compile/ir/infer_rules.h"

namespace octet::compile {
namespace {

Inferred AllUnknown(DType dtype, int rank) {
  Inferred out{dtype, true, {}};
  const std::vector<int64_t> dims(size_t(rank), kUnknownDim);
  out.shape = Shape(dims);
  return out;
}

// Checks one axis of a Slice and writes its size if the axis is known.
Status SliceAxis(const InferContext& c, int axis, int64_t dim, int64_t start,
                 int64_t step, int64_t& size) {
  if (step == 0 || start < 0 || size < -1) {
    return c.Bad("axis {}: start {}, size {}, step {}", axis, start, size,
                 step);
  }
  if (!IsNumber(dim)) return {};
  if (size == -1) {
    if (step > 0) {
      size = start >= dim ? 0 : (dim - 1 - start) / step + 1;
    } else {
      size = start / (step == INT64_MIN ? INT64_MAX : -step) + 1;
    }
  }
  if (size == 0) return {};
  const auto way = CheckedMul(size - 1, step);
  const auto last = way ? CheckedAdd(start, *way) : std::nullopt;
  if (start >= dim || !last || *last < 0 || *last >= dim) {
    return c.Bad("axis {}: start {}, size {}, step {} leave an axis of {}",
                 axis, start, size, step, dim);
  }
  return {};
}

}  // namespace

InferResult Infer(const InferContext& c, Concat& op) {
  const Value& first = c.In(0);
  Inferred out{first.dtype, first.has_shape, first.shape};
  for (size_t i = 1; i < c.inputs(); ++i) {
    OCTET_RETURN_IF_ERROR(c.NeedType(i, first.dtype));
    if (!c.In(i).has_shape) out.has_shape = false;
  }
  if (!out.has_shape) return Inferred{first.dtype, false, {}};
  OCTET_ASSIGN(op.axis, c.Axis(op.axis, first.shape.rank()));
  for (size_t i = 1; i < c.inputs(); ++i) {
    const Shape& shape = c.In(i).shape;
    OCTET_RETURN_IF_ERROR(c.NeedRank(i, out.shape.rank()));
    for (int axis = 0; axis < out.shape.rank(); ++axis) {
      if (axis == op.axis) {
        const bool numbers = IsNumber(out.shape[axis]) && IsNumber(shape[axis]);
        const auto sum = numbers ? CheckedAdd(out.shape[axis], shape[axis])
                                 : std::optional(kUnknownDim);
        if (!sum) return c.Bad("its output is too big");
        out.shape[axis] = *sum;
      } else if (!CanBeEqual(out.shape[axis], shape[axis])) {
        return c.Bad("input {} of shape {} does not fit {}", i, c.Text(shape),
                     c.Text(out.shape));
      } else {
        out.shape[axis] = Unite(out.shape[axis], shape[axis]);
      }
    }
  }
  return out;
}

InferResult Infer(const InferContext& c, Slice& op) {
  const Value& x = c.In(0);
  if (c.inputs() > 1) {
    if (!x.has_shape) return Inferred{x.dtype, false, {}};
    return AllUnknown(x.dtype, x.shape.rank());
  }
  const size_t rank = op.starts.size();
  if (op.sizes.size() != rank || op.steps.size() != rank ||
      rank > size_t(kMaxRank)) {
    return c.Bad("starts, sizes and steps differ in length");
  }
  OCTET_RETURN_IF_ERROR(c.NeedRank(0, int(rank)));
  Inferred out = AllUnknown(x.dtype, int(rank));
  for (int axis = 0; axis < int(rank); ++axis) {
    const int64_t dim = x.has_shape ? x.shape[axis] : kUnknownDim;
    int64_t& size = op.sizes[size_t(axis)];
    const int64_t start = op.starts[size_t(axis)];
    const int64_t step = op.steps[size_t(axis)];
    OCTET_RETURN_IF_ERROR(SliceAxis(c, axis, dim, start, step, size));
    const bool whole = size == -1 && start == 0 && step == 1;
    out.shape[axis] = whole ? dim : size == -1 ? kUnknownDim : size;
  }
  return out;
}

InferResult Infer(const InferContext& c, Pad& op) {
  const Value& x = c.In(0);
  if (c.inputs() > 1) {
    if (!x.has_shape) return Inferred{x.dtype, false, {}};
    return AllUnknown(x.dtype, x.shape.rank());
  }
  const size_t rank = op.before.size();
  if (op.after.size() != rank || rank > size_t(kMaxRank)) {
    return c.Bad("before and after differ in length");
  }
  OCTET_RETURN_IF_ERROR(c.NeedRank(0, int(rank)));
  Inferred out = AllUnknown(x.dtype, int(rank));
  for (int axis = 0; axis < int(rank); ++axis) {
    const int64_t dim = x.has_shape ? x.shape[axis] : kUnknownDim;
    const int64_t before = op.before[size_t(axis)];
    const int64_t after = op.after[size_t(axis)];
    if (before == 0 && after == 0) out.shape[axis] = dim;
    if (!IsNumber(dim)) continue;
    if (op.mode == PadMode::kReflect && (before >= dim || after >= dim) &&
        (before > 0 || after > 0)) {
      return c.Bad("axis {}: reflects {} and {} of {} elements", axis, before,
                   after, dim);
    }
    const auto both = CheckedAdd(before, after);
    const auto sum = both ? CheckedAdd(dim, *both) : std::nullopt;
    if (!sum || *sum < 0) {
      return c.Bad("axis {} of {}: pads {} and {}", axis, dim, before, after);
    }
    out.shape[axis] = *sum;
  }
  return out;
}

InferResult Infer(const InferContext& c, Transpose& op) {
  const Value& x = c.In(0);
  std::vector<int64_t> sorted = op.perm;
  std::ranges::sort(sorted);
  for (size_t i = 0; i < sorted.size(); ++i) {
    if (sorted[i] != int64_t(i)) return c.Bad("perm is not a permutation");
  }
  if (op.perm.size() > size_t(kMaxRank)) {
    return c.Bad("{} dimensions, at most {}", op.perm.size(), kMaxRank);
  }
  OCTET_RETURN_IF_ERROR(c.NeedRank(0, int(op.perm.size())));
  Inferred out = AllUnknown(x.dtype, int(op.perm.size()));
  for (int i = 0; x.has_shape && i < out.shape.rank(); ++i) {
    out.shape[i] = x.shape[int(op.perm[size_t(i)])];
  }
  return out;
}

InferResult Infer(const InferContext& c, Gather& op) {
  const Value& data = c.In(0);
  const Value& indices = c.In(1);
  if (indices.dtype != DType::kS64 && indices.dtype != DType::kS32) {
    return c.Bad("indices are {}, expected s64 or s32", Name(indices.dtype));
  }
  if (!data.has_shape) return Inferred{data.dtype, false, {}};
  OCTET_ASSIGN(op.axis, c.Axis(op.axis, data.shape.rank()));
  if (!indices.has_shape) return Inferred{data.dtype, false, {}};
  std::vector<int64_t> dims;
  for (int axis = 0; axis < data.shape.rank(); ++axis) {
    if (axis != op.axis) {
      dims.push_back(data.shape[axis]);
    } else {
      const auto inner = indices.shape.dims();
      dims.insert(dims.end(), inner.begin(), inner.end());
    }
  }
  if (dims.size() > size_t(kMaxRank)) {
    return c.Bad("{} dimensions, at most {}", dims.size(), kMaxRank);
  }
  return Inferred{data.dtype, true, Shape(dims)};
}

InferResult Infer(const InferContext& c, Tile& op) {
  const Value& x = c.In(0);
  if (c.inputs() > 1) {
    if (!x.has_shape) return Inferred{x.dtype, false, {}};
    return AllUnknown(x.dtype, x.shape.rank());
  }
  if (op.repeats.size() > size_t(kMaxRank)) {
    return c.Bad("{} dimensions, at most {}", op.repeats.size(), kMaxRank);
  }
  OCTET_RETURN_IF_ERROR(c.NeedRank(0, int(op.repeats.size())));
  Inferred out = AllUnknown(x.dtype, int(op.repeats.size()));
  for (int axis = 0; axis < out.shape.rank(); ++axis) {
    const int64_t repeat = op.repeats[size_t(axis)];
    if (repeat < 0) return c.Bad("repeats axis {} {} times", axis, repeat);
    const int64_t dims[] = {x.has_shape ? x.shape[axis] : kUnknownDim, repeat};
    const auto product = DimProduct(dims);
    if (!product) return c.Bad("its output is too big");
    out.shape[axis] = *product;
  }
  return out;
}

}  // namespace octet::compile
