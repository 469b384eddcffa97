// Removes nodes that give back what they are given, and reshapes that others
// undo.
#include <algorithm>

#include "compile/passes/constant_values.h"
#include "compile/passes/passes.h"
#include "compile/passes/rewriter.h"

namespace octet::compile {
namespace {

bool SameShape(const Rewriter& r, const Node& node) {
  const Value& x = r.value(node.inputs[0]);
  const Value& y = r.value(node.outputs[0]);
  return x.has_shape && y.has_shape && x.shape == y.shape;
}

// The input that a sum with 0 or a product with 1 gives back, or -1.
int NeutralOperand(const Rewriter& r, const Node& node, const Binary& op) {
  if (op.after.kind != FunctionKind::kIdentity) return -1;
  for (int i = 0; i < 2; ++i) {
    const auto other = UniformConstant(r.value(node.inputs[size_t(1 - i)]));
    if (!other) continue;
    const bool first = i == 0;
    const bool neutral = (op.op == BinaryOp::kAdd && *other == 0) ||
                         (op.op == BinaryOp::kMul && *other == 1) ||
                         (op.op == BinaryOp::kSub && *other == 0 && first) ||
                         (op.op == BinaryOp::kDiv && *other == 1 && first) ||
                         (op.op == BinaryOp::kPow && *other == 1 && first);
    const Value& x = r.value(node.inputs[size_t(i)]);
    const Value& y = r.value(node.outputs[0]);
    if (neutral && x.has_shape && y.has_shape && x.shape == y.shape) return i;
  }
  return -1;
}

bool AllZero(const std::vector<int64_t>& list) {
  return std::ranges::all_of(list, [](int64_t v) { return v == 0; });
}

// Which input the node gives back unchanged; -1 for none.
int UnchangedInput(const Rewriter& r, const Node& node) {
  if (const auto* op = std::get_if<Binary>(&node.op)) {
    return NeutralOperand(r, node, *op);
  }
  bool unchanged = false;
  if (const auto* op = std::get_if<Unary>(&node.op)) {
    unchanged = op->function.kind == FunctionKind::kIdentity;
  } else if (const auto* op = std::get_if<Cast>(&node.op)) {
    unchanged = r.value(node.inputs[0]).dtype == op->to;
  } else if (const auto* op = std::get_if<Transpose>(&node.op)) {
    unchanged = std::ranges::is_sorted(op->perm);
  } else if (std::holds_alternative<Concat>(node.op)) {
    unchanged = node.inputs.size() == 1;
  } else if (const auto* op = std::get_if<Slice>(&node.op)) {
    unchanged =
        SameShape(r, node) && node.inputs.size() == 1 &&
        std::ranges::all_of(op->steps, [](int64_t s) { return s == 1; });
  } else if (const auto* op = std::get_if<Pad>(&node.op)) {
    unchanged =
        node.inputs.size() == 1 && AllZero(op->before) && AllZero(op->after);
  } else if (const auto* op = std::get_if<Reduce>(&node.op)) {
    unchanged = node.inputs.size() == 1 && SameShape(r, node) &&
                op->op != ReduceOp::kSumSquare;
  } else if (const auto* op = std::get_if<Resize>(&node.op)) {
    // By another scale, rounded to the same size, it still moves pixels.
    unchanged = node.inputs.size() == 1 && SameShape(r, node) &&
                op->scales[0] == 1 && op->scales[1] == 1;
  } else if (std::holds_alternative<Reshape>(node.op) ||
             std::holds_alternative<Expand>(node.op) ||
             std::holds_alternative<Tile>(node.op)) {
    unchanged = SameShape(r, node) && node.inputs.size() == 1;
  }
  return unchanged ? 0 : -1;
}

// Reshape of a reshape: the first one is skipped. The new dims must not refer
// to those of the value between.
bool JoinReshapes(Rewriter& r, NodeId n) {
  const Node& node = r.node(n);
  if (!std::holds_alternative<Reshape>(node.op) || node.inputs.size() != 1 ||
      r.Maker<Reshape>(node.inputs[0]) == nullptr ||
      !HasConcreteShape(r.value(node.outputs[0]))) {
    return false;
  }
  const NodeId first = r.producer(node.inputs[0]);
  if (r.node(first).inputs.size() != 1) return false;
  const auto dims = r.value(node.outputs[0]).shape.dims();
  r.op(n) = Reshape{.dims = {dims.begin(), dims.end()}};
  r.InheritOrigins(n, first);
  r.SetInput(n, 0, r.node(first).inputs[0]);
  return true;
}

// A softmax over the last axis between two reshapes that undo each other: it
// does the same to the value in its first shape.
bool DropReshapesAround(Rewriter& r, NodeId n) {
  const auto* softmax = std::get_if<Softmax>(&r.node(n).op);
  if (softmax == nullptr) return false;
  const ValueId between = r.node(n).inputs[0];
  const NodeId back = r.OnlyReader(r.node(n).outputs[0]);
  if (r.Maker<Reshape>(between) == nullptr || back == kNoNode ||
      !std::holds_alternative<Reshape>(r.node(back).op) ||
      r.node(back).inputs.size() != 1) {
    return false;
  }
  const NodeId there = r.producer(between);
  const ValueId x = r.node(there).inputs[0];
  const Value& first = r.value(x);
  const Value& inner = r.value(between);
  const Value& last = r.value(r.node(back).outputs[0]);
  if (!HasConcreteShape(first) || !HasConcreteShape(inner) ||
      !HasConcreteShape(last) || first.shape != last.shape ||
      first.shape.rank() == 0 || softmax->axis != inner.shape.rank() - 1 ||
      inner.shape[inner.shape.rank() - 1] !=
          first.shape[first.shape.rank() - 1]) {
    return false;
  }
  r.op(n) = Softmax{.axis = first.shape.rank() - 1};
  r.InheritOrigins(n, there);
  r.SetInput(n, 0, x);
  r.Absorb(n, back);
  return true;
}

bool Drop(Rewriter& r, NodeId n) {
  const int input = UnchangedInput(r, r.node(n));
  if (input >= 0) {
    const ValueId from = r.node(n).outputs[0];
    const ValueId to = r.node(n).inputs[size_t(input)];
    return (r.is_output(from) || !r.readers(from).empty()) &&
           r.Forward(from, to);
  }
  return JoinReshapes(r, n) || DropReshapesAround(r, n);
}

}  // namespace

Result<bool> DropIdentities(Graph& graph) {
  return RewriteUntilStable(graph, Drop);
}

}  // namespace octet::compile
