// Min and Max by a constant are Clip; a Clip of a Clip is one; a Clip without
// an upper end that begins at 0 is Relu.
#include <algorithm>
#include <limits>
#include <optional>

#include "compile/passes/constant_values.h"
#include "compile/passes/passes.h"
#include "compile/passes/rewriter.h"

namespace octet::compile {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

struct Interval {
  float low = -kInfinity;
  float high = kInfinity;
};

std::optional<Interval> IntervalOf(const Function& function) {
  if (function.kind == FunctionKind::kRelu) return Interval{0, kInfinity};
  if (function.kind == FunctionKind::kClip) {
    return Interval{function.alpha, function.beta};
  }
  return std::nullopt;
}

Function FunctionOf(const Interval& interval) {
  if (interval.low == 0 && interval.high == kInfinity) {
    return {.kind = FunctionKind::kRelu};
  }
  return {.kind = FunctionKind::kClip,
          .alpha = interval.low,
          .beta = interval.high};
}

// Min or Max of a value and a number.
bool FromBinary(Rewriter& r, NodeId n) {
  const Node& node = r.node(n);
  const auto* op = std::get_if<Binary>(&node.op);
  if (op == nullptr || op->after.kind != FunctionKind::kIdentity ||
      (op->op != BinaryOp::kMin && op->op != BinaryOp::kMax)) {
    return false;
  }
  for (size_t i : {0, 1}) {
    const auto bound = UniformConstant(r.value(node.inputs[1 - i]));
    const Value& x = r.value(node.inputs[i]);
    const Value& y = r.value(node.outputs[0]);
    if (!bound || !x.has_shape || !y.has_shape || x.shape != y.shape) continue;
    const Interval interval = op->op == BinaryOp::kMin
                                  ? Interval{-kInfinity, *bound}
                                  : Interval{*bound, kInfinity};
    const ValueId input = node.inputs[i];
    r.op(n) = Unary{FunctionOf(interval)};
    r.SetInputs(n, {input});
    return true;
  }
  return false;
}

bool JoinClips(Rewriter& r, NodeId n) {
  const auto* op = std::get_if<Unary>(&r.node(n).op);
  if (op == nullptr) return false;
  const auto outer = IntervalOf(op->function);
  if (!outer) return false;
  const ValueId between = r.node(n).inputs[0];
  const auto* first = r.Maker<Unary>(between);
  if (first == nullptr || r.OnlyReader(between) != n) return false;
  const auto inner = IntervalOf(first->function);
  if (!inner || inner->low > inner->high || outer->low > outer->high) {
    return false;
  }
  const Interval joined{std::clamp(inner->low, outer->low, outer->high),
                        std::clamp(inner->high, outer->low, outer->high)};
  const NodeId maker = r.producer(between);
  r.op(n) = Unary{FunctionOf(joined)};
  r.InheritOrigins(n, maker);
  r.SetInput(n, 0, r.node(maker).inputs[0]);
  return true;
}

// One form for each interval, so that later patterns know it.
bool Normalise(Rewriter& r, NodeId n) {
  const auto* op = std::get_if<Unary>(&r.node(n).op);
  if (op == nullptr) return false;
  const auto interval = IntervalOf(op->function);
  if (!interval || FunctionOf(*interval) == op->function) return false;
  if (op->function.kind == FunctionKind::kRelu) return false;
  const Function function = FunctionOf(*interval);
  r.op(n) = Unary{function};
  return true;
}

}  // namespace

Result<bool> RecogniseClip(Graph& graph) {
  return RewriteUntilStable(graph, [](Rewriter& r, NodeId n) {
    return FromBinary(r, n) || JoinClips(r, n) || Normalise(r, n);
  });
}

}  // namespace octet::compile
