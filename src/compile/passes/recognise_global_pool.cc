// Pooling over the whole image is a reduction over height and width, written
// in one way: with kept axes, and a Reshape behind it where they are dropped.
#include "compile/passes/constant_values.h"
#include "compile/passes/passes.h"
#include "compile/passes/rewriter.h"

namespace octet::compile {
namespace {

bool FromPool(Rewriter& r, NodeId n) {
  const auto* op = std::get_if<Pool>(&r.node(n).op);
  if (op == nullptr) return false;
  const Value& x = r.value(r.node(n).inputs[0]);
  if (!HasConcreteShape(x) || op->kernel[0] != x.shape[1] ||
      op->kernel[1] != x.shape[2] || op->pads != Pool{}.pads) {
    return false;
  }
  const ReduceOp kind =
      op->op == PoolOp::kMax ? ReduceOp::kMax : ReduceOp::kMean;
  r.op(n) = Reduce{.op = kind, .axes = {1, 2}, .keep_dims = true};
  return true;
}

bool KeepDims(Rewriter& r, NodeId n) {
  const auto* op = std::get_if<Reduce>(&r.node(n).op);
  if (op == nullptr || op->keep_dims || r.node(n).inputs.size() != 1 ||
      op->axes != std::vector<int64_t>{1, 2}) {
    return false;
  }
  const Value& x = r.value(r.node(n).inputs[0]);
  const ValueId y = r.node(n).outputs[0];
  if (!HasConcreteShape(x) || x.shape.rank() != 4) return false;
  const Reduce kept{.op = op->op, .axes = op->axes, .keep_dims = true};
  const auto dims = r.value(y).shape.dims();
  const Reshape reshape{.dims = {dims.begin(), dims.end()}};
  const Shape shape{x.shape[0], 1, 1, x.shape[3]};
  const ValueId pooled =
      r.AddValue(r.value(y).name + "/kept", r.value(y).dtype, shape);
  const ValueId input = r.node(n).inputs[0];
  // The reshape takes the node's place, so that the output keeps its maker.
  r.AddNode(n, kept, {input}, pooled);
  r.op(n) = reshape;
  r.SetInputs(n, {pooled});
  return true;
}

}  // namespace

Result<bool> RecogniseGlobalPool(Graph& graph) {
  return RewriteUntilStable(graph, [](Rewriter& r, NodeId n) {
    return FromPool(r, n) || KeepDims(r, n);
  });
}

}  // namespace octet::compile
