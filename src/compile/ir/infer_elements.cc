// What works element by element, and quantization.
#include <algorithm>

#include "compile/ir/infer_rules.h"

namespace octet::compile {
namespace {

bool IsFunctionOfIntegers(FunctionKind kind) {
  return kind == FunctionKind::kAbs || kind == FunctionKind::kNeg ||
         kind == FunctionKind::kClip || kind == FunctionKind::kRelu;
}

bool IsComparison(BinaryOp op) {
  return op == BinaryOp::kEqual || op == BinaryOp::kLess ||
         op == BinaryOp::kGreater;
}

bool IsLogic(BinaryOp op) {
  return op == BinaryOp::kAnd || op == BinaryOp::kOr;
}

// All given inputs broadcast with each other.
InferResult Broadcast(const InferContext& c, DType dtype, size_t inputs) {
  Inferred out{dtype, true, {}};
  for (size_t i = 0; i < inputs; ++i) {
    if (!c.In(i).has_shape) return Inferred{dtype, false, {}};
    const auto shape = BroadcastShapes(out.shape, c.In(i).shape);
    if (!shape) {
      return c.Bad("shapes {} and {} do not broadcast", c.Text(out.shape),
                   c.Text(c.In(i).shape));
    }
    out.shape = *shape;
  }
  return out;
}

// Scale and zero point: one number each, or one for each index of the axis.
Status CheckQuantParams(const InferContext& c, int64_t& axis) {
  OCTET_RETURN_IF_ERROR(c.NeedType(1, DType::kF32));
  const Value& x = c.In(0);
  const Value& scale = c.In(1);
  if (!scale.has_shape) return c.Bad("the shape of its scale is not known");
  const auto is_single = [](const Value& value) {
    return value.shape.rank() == 0 ||
           (value.shape.rank() == 1 && value.shape[0] == 1);
  };
  if (scale.shape.rank() > 1) {
    return c.Bad("scale of shape {}, expected at most one dimension",
                 c.Text(scale.shape));
  }
  if (c.Has(2)) {
    const Value& zero = c.In(2);
    if (!zero.has_shape ||
        !(zero.shape == scale.shape || (is_single(zero) && is_single(scale)))) {
      return c.Bad("zero point of shape {} for a scale of {}",
                   c.Text(zero.shape), c.Text(scale.shape));
    }
  }
  if (is_single(scale) || !x.has_shape) return {};
  OCTET_ASSIGN(axis, c.Axis(axis, x.shape.rank()));
  if (!CanBeEqual(scale.shape[0], x.shape[int(axis)])) {
    return c.Bad("{} scales for axis {} of {}", scale.shape[0], axis,
                 c.Text(x.shape));
  }
  return {};
}

}  // namespace

InferResult Infer(const InferContext& c, Unary& op) {
  const Value& x = c.In(0);
  const FunctionKind kind = op.function.kind;
  const bool integer = x.dtype == DType::kS64 || x.dtype == DType::kS32;
  if (kind != FunctionKind::kIdentity &&
      !(integer && IsFunctionOfIntegers(kind))) {
    OCTET_RETURN_IF_ERROR(c.NeedType(0, DType::kF32));
  }
  return Inferred{x.dtype, x.has_shape, x.shape};
}

InferResult Infer(const InferContext& c, Binary& op) {
  const DType dtype = c.In(0).dtype;
  OCTET_RETURN_IF_ERROR(c.NeedType(1, dtype));
  const bool is_bool = dtype == DType::kBool;
  if (IsLogic(op.op) != is_bool && !(is_bool && op.op == BinaryOp::kEqual)) {
    return c.Bad("inputs of type {}", Name(dtype));
  }
  const DType result = IsComparison(op.op) ? DType::kBool : dtype;
  if (op.after.kind != FunctionKind::kIdentity && result != DType::kF32) {
    return c.Bad("function {} of type {}", Name(op.after.kind), Name(result));
  }
  return Broadcast(c, result, 2);
}

InferResult Infer(const InferContext& c, Where&) {
  OCTET_RETURN_IF_ERROR(c.NeedType(0, DType::kBool));
  OCTET_RETURN_IF_ERROR(c.NeedType(2, c.In(1).dtype));
  return Broadcast(c, c.In(1).dtype, 3);
}

InferResult Infer(const InferContext& c, Cast& op) {
  return Inferred{op.to, c.In(0).has_shape, c.In(0).shape};
}

InferResult Infer(const InferContext& c, Quantize& op) {
  OCTET_RETURN_IF_ERROR(c.NeedType(0, DType::kF32));
  OCTET_RETURN_IF_ERROR(CheckQuantParams(c, op.axis));
  const DType to = c.Has(2) ? c.In(2).dtype : DType::kU8;
  if (to != DType::kU8 && to != DType::kS8) {
    return c.Bad("a zero point of type {}, expected u8 or s8", Name(to));
  }
  return Inferred{to, c.In(0).has_shape, c.In(0).shape};
}

InferResult Infer(const InferContext& c, Dequantize& op) {
  const Value& x = c.In(0);
  if (x.dtype != DType::kU8 && x.dtype != DType::kS8 &&
      x.dtype != DType::kS32) {
    return c.Bad("input 0 ('{}') is {}, expected u8, s8 or s32", x.name,
                 Name(x.dtype));
  }
  if (c.Has(2)) OCTET_RETURN_IF_ERROR(c.NeedType(2, x.dtype));
  OCTET_RETURN_IF_ERROR(CheckQuantParams(c, op.axis));
  return Inferred{DType::kF32, x.has_shape, x.shape};
}

}  // namespace octet::compile
