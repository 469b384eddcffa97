// Reshape(Transpose(x)) read by a product with constant weights: the rows of
// the weights are permuted instead, and the image is flattened as it lies.
#include <algorithm>
#include <numeric>

#include "compile/passes/constant_values.h"
#include "compile/passes/layout.h"
#include "compile/passes/passes.h"
#include "compile/passes/rewriter.h"
#include "compile/reference/evaluate.h"

namespace octet::compile {
namespace {

// Whether what the node does to an element does not depend on its place.
bool TreatsElementsAlike(const Rewriter& r, const Node& node) {
  if (std::holds_alternative<Unary>(node.op)) return true;
  if (!std::holds_alternative<Quantize>(node.op) &&
      !std::holds_alternative<Dequantize>(node.op)) {
    return false;
  }
  const Value& scale = r.value(node.inputs[1]);
  return HasConcreteShape(scale) && scale.shape.elements() == 1;
}

// The reshape behind `value` that alone feeds it, by way of nodes that treat
// all elements alike.
NodeId FindReshape(const Rewriter& r, ValueId value) {
  while (true) {
    const NodeId maker = r.producer(value);
    if (maker == kNoNode || r.OnlyReader(value) == kNoNode) return kNoNode;
    const Node& node = r.node(maker);
    if (std::holds_alternative<Reshape>(node.op)) {
      return node.inputs.size() == 1 ? maker : kNoNode;
    }
    if (!TreatsElementsAlike(r, node)) return kNoNode;
    value = node.inputs[0];
  }
}

// The first of the axes of `shape` that together are the last axis of a matrix
// with `columns` columns; -1 if there is none.
int FirstFlattened(const Shape& shape, int64_t columns) {
  int64_t size = 1;
  for (int axis = shape.rank() - 1; axis >= 0; --axis) {
    size *= shape[axis];
    if (size == columns) return axis;
    if (size > columns || size == 0) return -1;
  }
  return -1;
}

// The constant that holds the weights, and whether it is quantized.
struct Weights {
  ValueId constant = kNoValue;
  NodeId dequantize = kNoNode;
};
Weights FindWeights(const Rewriter& r, ValueId b) {
  if (r.value(b).is_constant()) return {b, kNoNode};
  const NodeId maker = r.producer(b);
  const auto* op = r.Maker<Dequantize>(b);
  if (op == nullptr) return {};
  const Node& node = r.node(maker);
  const Value& scale = r.value(node.inputs[1]);
  const bool by_column = op->axis == 1;
  if (!r.value(node.inputs[0]).is_constant() || !HasConcreteShape(scale) ||
      (scale.shape.elements() != 1 && !by_column)) {
    return {};
  }
  return {node.inputs[0], maker};
}

// Rows in the order of the source of the transpose.
Result<Tensor> PermuteRows(const Tensor& weights, const Shape& flattened,
                           const Perm& perm) {
  std::vector<int64_t> dims(flattened.dims().begin(), flattened.dims().end());
  Perm to_source = Inverse(perm);
  to_source.push_back(int64_t(perm.size()));
  dims.push_back(weights.shape()[1]);
  const Tensor split = weights.Reshaped(Shape(dims));
  Node node;
  node.op = Transpose{.perm = to_source};
  const Tensor* input = &split;
  OCTET_ASSIGN(Tensor permuted, EvaluateNode(node, {&input, 1}));
  return std::move(permuted).Reshaped(weights.shape());
}

void ReplaceDequantized(Rewriter& r, NodeId n, const Weights& weights,
                        Tensor permuted) {
  const ValueId b = r.node(weights.dequantize).outputs[0];
  if (r.OnlyReader(b) == n) {
    r.SetInput(weights.dequantize, 0,
               r.ReplaceConstant(weights.constant, std::move(permuted)));
    return;
  }
  // Others read the same weights in the old order.
  const Node old = r.node(weights.dequantize);
  const ValueId moved =
      r.AddValue(r.value(b).name, r.value(b).dtype, r.value(b).shape);
  std::vector<ValueId> inputs = old.inputs;
  inputs[0] =
      r.AddConstant(r.value(weights.constant).name, std::move(permuted));
  r.AddNode(weights.dequantize, old.op, inputs, moved);
  r.SetInput(n, 1, moved);
}

bool FoldMoves(Rewriter& r, NodeId n) {
  if (!std::holds_alternative<MatMul>(r.node(n).op)) return false;
  const Weights weights = FindWeights(r, r.node(n).inputs[1]);
  const NodeId reshape = FindReshape(r, r.node(n).inputs[0]);
  if (weights.constant == kNoValue || reshape == kNoNode) return false;
  const ValueId turned = r.node(reshape).inputs[0];
  const auto* transpose = r.Maker<Transpose>(turned);
  const Tensor& old = *r.value(weights.constant).data;
  const Value& flat = r.value(r.node(reshape).outputs[0]);
  if (transpose == nullptr || !HasConcreteShape(flat) ||
      !HasConcreteShape(r.value(turned)) || old.shape().rank() != 2 ||
      flat.shape.rank() == 0 ||
      flat.shape[flat.shape.rank() - 1] != old.shape()[0]) {
    return false;
  }
  const Shape shape = r.value(turned).shape;
  const int first = FirstFlattened(shape, old.shape()[0]);
  const Perm perm = transpose->perm;
  if (first < 0) return false;
  for (int axis = 0; axis < first; ++axis) {
    if (perm[size_t(axis)] != axis) return false;
  }
  Perm within;
  for (size_t i = size_t(first); i < perm.size(); ++i) {
    within.push_back(perm[i] - first);
  }
  if (within.size() + 1 > size_t(kMaxRank)) return false;
  const Shape flattened(shape.dims().subspan(size_t(first)));
  Result<Tensor> permuted = PermuteRows(old, flattened, within);
  if (!permuted.ok()) return false;

  if (weights.dequantize == kNoNode) {
    r.SetInput(n, 1, r.ReplaceConstant(weights.constant, *std::move(permuted)));
  } else {
    ReplaceDequantized(r, n, weights, *std::move(permuted));
  }
  const ValueId source = r.node(r.producer(turned)).inputs[0];
  r.SetInput(reshape, 0, source);
  r.InheritName(source, turned);
  return true;
}

}  // namespace

Result<bool> FoldFlatten(Graph& graph) {
  return RewriteUntilStable(graph, FoldMoves);
}

}  // namespace octet::compile
