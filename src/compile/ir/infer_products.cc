// Matrix products, and what works along axes.
#include <algorithm>

#include "compile/ir/infer_rules.h"

namespace octet::compile {
namespace {

Status CheckProductBias(const InferContext& c, int64_t columns) {
  if (!c.Has(2)) return {};
  OCTET_RETURN_IF_ERROR(c.NeedType(2, DType::kF32));
  OCTET_RETURN_IF_ERROR(c.NeedRank(2, 1));
  const Value& bias = c.In(2);
  if (bias.has_shape && !CanBeEqual(bias.shape[0], columns)) {
    return c.Bad("bias of {} for {} columns", bias.shape[0], columns);
  }
  return {};
}

Status CheckProductResidual(const InferContext& c, const Shape& out,
                            bool repeats) {
  if (!c.Has(3)) return {};
  OCTET_RETURN_IF_ERROR(c.NeedType(3, DType::kF32));
  const Value& residual = c.In(3);
  if (!residual.has_shape) return {};
  const int missing = out.rank() - residual.shape.rank();
  bool fits =
      repeats ? missing >= 0 && residual.shape.rank() > 0 : missing == 0;
  for (int axis = missing; fits && axis < out.rank(); ++axis) {
    const int64_t dim = residual.shape[axis - missing];
    fits = CanBeEqual(dim, out[axis]) ||
           (repeats && dim == 1 && axis + 1 < out.rank());
  }
  if (fits) return {};
  return c.Bad("residual of shape {} for an output of {}",
               c.Text(residual.shape), c.Text(out));
}

Shape WithoutLast(const Shape& shape, int count) {
  return Shape(shape.dims().first(size_t(shape.rank() - count)));
}

Result<Shape> ProductShape(const InferContext& c, const Shape& a,
                           const Shape& b) {
  if (a.rank() < 2 || b.rank() < 2) {
    return c.Bad("{} by {}, expected matrices", c.Text(a), c.Text(b));
  }
  const auto batch = BroadcastShapes(WithoutLast(a, 2), WithoutLast(b, 2));
  if (!batch || !CanBeEqual(a[a.rank() - 1], b[b.rank() - 2])) {
    return c.Bad("{} by {} do not fit", c.Text(a), c.Text(b));
  }
  std::vector<int64_t> dims(batch->dims().begin(), batch->dims().end());
  dims.push_back(a[a.rank() - 2]);
  dims.push_back(b[b.rank() - 1]);
  return Shape(dims);
}

// The shape of scale and bias of a LayerNorm is that of x's last axes.
Status CheckNormInput(const InferContext& c, size_t i, int64_t axis) {
  OCTET_RETURN_IF_ERROR(c.NeedType(i, DType::kF32));
  const Shape& x = c.In(0).shape;
  const Value& input = c.In(i);
  if (!input.has_shape) return {};
  bool fits = input.shape.rank() == x.rank() - int(axis);
  for (int k = 0; fits && k < input.shape.rank(); ++k) {
    fits = CanBeEqual(input.shape[k], x[int(axis) + k]);
  }
  if (fits) return {};
  return c.Bad("input {} of shape {} for axes {} and on of {}", i,
               c.Text(input.shape), axis, c.Text(x));
}

// The axes of a Reduce that is not frozen: only their number may be known.
Inferred ReduceByUnknownAxes(const InferContext& c, const Reduce& op) {
  const Value& x = c.In(0);
  Inferred out{x.dtype, false, {}};
  if (!x.has_shape || !op.keep_dims) return out;
  out.has_shape = true;
  out.shape = x.shape;
  for (int axis = 0; axis < x.shape.rank(); ++axis) {
    if (x.shape[axis] != 1) out.shape[axis] = kUnknownDim;
  }
  return out;
}

}  // namespace

InferResult Infer(const InferContext& c, MatMul&) {
  for (size_t i : {0, 1}) OCTET_RETURN_IF_ERROR(c.NeedType(i, DType::kF32));
  const Value& a = c.In(0);
  const Value& b = c.In(1);
  if (!a.has_shape || !b.has_shape) return Inferred{DType::kF32, false, {}};
  OCTET_ASSIGN(const Shape y, ProductShape(c, a.shape, b.shape));
  Inferred out{DType::kF32, true, y};
  OCTET_RETURN_IF_ERROR(CheckProductBias(c, y[y.rank() - 1]));
  OCTET_RETURN_IF_ERROR(
      CheckProductResidual(c, out.shape, !c.In(1).is_constant()));
  return out;
}

InferResult Infer(const InferContext& c, Attention&) {
  for (size_t i : {0, 1, 2}) OCTET_RETURN_IF_ERROR(c.NeedType(i, DType::kF32));
  if (!c.In(0).has_shape || !c.In(1).has_shape || !c.In(2).has_shape) {
    return Inferred{DType::kF32, false, {}};
  }
  OCTET_ASSIGN(const Shape scores,
               ProductShape(c, c.In(0).shape, c.In(1).shape));
  OCTET_ASSIGN(const Shape y, ProductShape(c, scores, c.In(2).shape));
  const Shape batches = WithoutLast(scores, 2), all = WithoutLast(y, 2);
  bool fits = batches.rank() == all.rank();
  for (int axis = 0; fits && axis < all.rank(); ++axis) {
    fits = CanBeEqual(batches[axis], all[axis]);
  }
  if (!fits) {
    return c.Bad("scores of shape {} for values of {}", c.Text(scores),
                 c.Text(c.In(2).shape));
  }
  OCTET_RETURN_IF_ERROR(CheckProductResidual(c, scores, /*repeats=*/true));
  return Inferred{DType::kF32, true, y};
}

InferResult Infer(const InferContext& c, Softmax& op) {
  OCTET_RETURN_IF_ERROR(c.NeedType(0, DType::kF32));
  const Value& x = c.In(0);
  if (x.has_shape) {
    OCTET_ASSIGN(op.axis, c.Axis(op.axis, x.shape.rank()));
  }
  return Inferred{x.dtype, x.has_shape, x.shape};
}

InferResult Infer(const InferContext& c, LayerNorm& op) {
  OCTET_RETURN_IF_ERROR(c.NeedType(0, DType::kF32));
  const Value& x = c.In(0);
  if (!x.has_shape) return Inferred{x.dtype, false, {}};
  OCTET_ASSIGN(op.axis, c.Axis(op.axis, x.shape.rank()));
  OCTET_RETURN_IF_ERROR(CheckNormInput(c, 1, op.axis));
  if (c.Has(2)) OCTET_RETURN_IF_ERROR(CheckNormInput(c, 2, op.axis));
  return Inferred{x.dtype, true, x.shape};
}

InferResult Infer(const InferContext& c, Reduce& op) {
  const Value& x = c.In(0);
  if (x.dtype != DType::kF32 && x.dtype != DType::kS64 &&
      x.dtype != DType::kS32) {
    return c.Bad("input 0 ('{}') is {}, expected f32, s64 or s32", x.name,
                 Name(x.dtype));
  }
  if (c.inputs() > 1) return ReduceByUnknownAxes(c, op);
  if (!x.has_shape) return Inferred{x.dtype, false, {}};
  for (int64_t& axis : op.axes) {
    OCTET_ASSIGN(axis, c.Axis(axis, x.shape.rank()));
  }
  std::ranges::sort(op.axes);
  if (std::ranges::adjacent_find(op.axes) != op.axes.end()) {
    return c.Bad("an axis twice");
  }
  std::vector<int64_t> dims;
  for (int axis = 0; axis < x.shape.rank(); ++axis) {
    if (!std::ranges::binary_search(op.axes, axis)) {
      dims.push_back(x.shape[axis]);
    } else if (op.keep_dims) {
      dims.push_back(1);
    }
  }
  return Inferred{x.dtype, true, Shape(dims)};
}

}  // namespace octet::compile
