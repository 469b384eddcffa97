#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "compile/onnx/operators.h"

namespace octet::compile {
namespace {

// Reductions that are a sum, with a function before or after it.
struct ReduceRow {
  std::string_view type;
  ReduceOp op;
  FunctionKind before;
  FunctionKind after;
};
constexpr FunctionKind kNone = FunctionKind::kIdentity;
constexpr ReduceRow kReductions[] = {
    {"ReduceL1", ReduceOp::kSum, FunctionKind::kAbs, kNone},
    {"ReduceL2", ReduceOp::kSumSquare, kNone, FunctionKind::kSqrt},
    {"ReduceLogSum", ReduceOp::kSum, kNone, FunctionKind::kLog},
    {"ReduceMax", ReduceOp::kMax, kNone, kNone},
    {"ReduceMean", ReduceOp::kMean, kNone, kNone},
    {"ReduceMin", ReduceOp::kMin, kNone, kNone},
    {"ReduceProd", ReduceOp::kProd, kNone, kNone},
    {"ReduceSum", ReduceOp::kSum, kNone, kNone},
    {"ReduceSumSquare", ReduceOp::kSumSquare, kNone, kNone},
};

struct Axes {
  bool known = true;             // else `input` holds them
  std::vector<int64_t> numbers;  // not negative
  ValueId input = kNoValue;
  bool none = false;  // nothing is reduced
};

Result<Axes> ReadAxes(GraphBuilder& builder, const OnnxNode& node) {
  const Value& x = builder.value(node.In(0));
  const bool nothing_if_empty = node.Int("noop_with_empty_axes", 0) != 0;
  const int rank = x.shape.rank();
  Axes axes;
  axes.numbers = node.Ints("axes", {});
  if (node.Has(1)) {
    const auto numbers = builder.Numbers(node.In(1));
    axes.known = numbers.has_value();
    axes.input = node.In(1);
    if (numbers) axes.numbers = *numbers;
    if (!numbers) return axes;
  }
  if (!x.has_shape) {
    return node.Cannot("an input of unknown rank; export with fixed shapes");
  }
  axes.none = axes.numbers.empty() && nothing_if_empty;
  for (int64_t& axis : axes.numbers) {
    if (axis < -rank || axis >= rank) {
      return node.Bad("axis {} of a value with {} dimensions", axis, rank);
    }
    if (axis < 0) axis += rank;
  }
  std::ranges::sort(axes.numbers);
  if (axes.numbers.empty() && !axes.none) {
    for (int axis = 0; axis < rank; ++axis) axes.numbers.push_back(axis);
  }
  return axes;
}

// The mean over height and width of an image, computed where images are: in
// NHWC.
Status ReduceImage(GraphBuilder& builder, const OnnxNode& node, ReduceOp op,
                   bool keep_dims) {
  OCTET_ASSIGN(const ValueId image, builder.ToNhwc(node.In(0)));
  Reduce reduce{op, {1, 2}, keep_dims};
  if (!keep_dims) return builder.EmitOutput(std::move(reduce), {image});
  OCTET_ASSIGN(const ValueId y,
               builder.Emit(std::move(reduce), {image}, "", "nhwc"));
  return builder.OutputFromNhwc(y);
}

// log(sum(exp(x - max))) + max, so that nothing overflows.
Status LogSumExp(GraphBuilder& builder, const OnnxNode& node,
                 const std::vector<int64_t>& axes, bool keep_dims) {
  OCTET_ASSIGN(
      const ValueId max,
      builder.Emit(Reduce{ReduceOp::kMax, axes, true}, {node.In(0)}, "max"));
  OCTET_ASSIGN(const ValueId below, builder.Emit(Binary{BinaryOp::kSub, {}},
                                                 {node.In(0), max}, "below"));
  OCTET_ASSIGN(const ValueId power,
               builder.Emit(Unary{{FunctionKind::kExp, 0, 0}}, {below}, "exp"));
  OCTET_ASSIGN(const ValueId sum,
               builder.Emit(Reduce{ReduceOp::kSum, axes, keep_dims}, {power},
                            "", "sum"));
  OCTET_ASSIGN(const ValueId log,
               builder.Emit(Unary{{FunctionKind::kLog, 0, 0}}, {sum}, "log"));
  // The maximum of one number per reduced axis, those axes kept or dropped.
  OCTET_ASSIGN(
      const ValueId offset,
      builder.Emit(Reduce{ReduceOp::kMax, axes, keep_dims}, {max}, "offset"));
  return builder.EmitOutput(Binary{BinaryOp::kAdd, {}}, {log, offset}, "add");
}

const ReduceRow* FindReduction(std::string_view type) {
  for (const ReduceRow& row : kReductions) {
    if (row.type == type) return &row;
  }
  return nullptr;
}

}  // namespace

Status ImportReduce(GraphBuilder& builder, const OnnxNode& node) {
  OCTET_ASSIGN(const Axes axes, ReadAxes(builder, node));
  const bool keep_dims = node.Int("keepdims", 1) != 0;
  if (axes.none) return ImportIdentity(builder, node);
  if (node.type() == "ReduceLogSumExp") {
    if (!axes.known)
      return node.Cannot("axes that are not constant; export fixed ones");
    return LogSumExp(builder, node, axes.numbers, keep_dims);
  }
  const ReduceRow& row = *FindReduction(node.type());
  const bool plain = row.before == kNone && row.after == kNone;
  if (plain && axes.known && axes.numbers == std::vector<int64_t>{2, 3} &&
      builder.shape(node.In(0)).rank() == 4 &&
      builder.value(node.In(0)).dtype == DType::kF32) {
    return ReduceImage(builder, node, row.op, keep_dims);
  }
  ValueId x = node.In(0);
  if (row.before != kNone) {
    OCTET_ASSIGN(x, builder.Emit(Unary{{row.before, 0, 0}}, {x}, "each"));
  }
  std::vector<ValueId> inputs = {x};
  if (!axes.known) inputs.push_back(axes.input);
  Reduce reduce{row.op, axes.numbers, keep_dims};
  if (row.after == kNone) {
    return builder.EmitOutput(std::move(reduce), std::move(inputs));
  }
  OCTET_ASSIGN(const ValueId sum,
               builder.Emit(std::move(reduce), std::move(inputs), "", "sum"));
  return builder.EmitOutput(Unary{{row.after, 0, 0}}, {sum}, "after");
}

}  // namespace octet::compile
