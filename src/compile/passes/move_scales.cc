// A number that the product of two computed matrices is scaled by, or one of
// its operands (1 / sqrt(d) of an attention), moves up over that product and
// what only moves data to the product with constant weights that makes an
// operand. There fold_batch_norm takes it in, and nothing is left to do at run
// time.
#include <cmath>
#include <optional>

#include "compile/passes/constant_values.h"
#include "compile/passes/passes.h"
#include "compile/passes/product.h"
#include "compile/passes/rewriter.h"

namespace octet::compile {
namespace {

// y = x * number.
struct Scaling {
  ValueId x = kNoValue;
  double number = 1;
};

std::optional<Scaling> ReadScaling(const Rewriter& r, NodeId n) {
  const auto* op = std::get_if<Binary>(&r.node(n).op);
  if (op == nullptr || op->after.kind != FunctionKind::kIdentity ||
      (op->op != BinaryOp::kMul && op->op != BinaryOp::kDiv)) {
    return std::nullopt;
  }
  for (size_t i : {0, 1}) {
    if (op->op == BinaryOp::kDiv && i == 1) continue;
    const ValueId x = r.node(n).inputs[i];
    const auto number = UniformConstant(r.value(r.node(n).inputs[1 - i]));
    if (!number || r.value(x).dtype != DType::kF32 || !KeepsShape(r, n, x)) {
      continue;
    }
    const double scale =
        op->op == BinaryOp::kDiv ? 1 / double(*number) : double(*number);
    if (std::isfinite(scale) && scale != 0) return Scaling{x, scale};
  }
  return std::nullopt;
}

// Without epilogue or bias.
bool IsPlainDynamicProduct(const Rewriter& r, NodeId n) {
  const auto* op = std::get_if<MatMul>(&r.node(n).op);
  const Node& node = r.node(n);
  return op != nullptr && op->fusion == Fusion{} && node.inputs.size() < 3 &&
         !r.value(node.inputs[0]).is_constant() &&
         !r.value(node.inputs[1]).is_constant();
}

// With weights and a bias that a number can be folded into.
bool TakesScales(const Rewriter& r, NodeId n) {
  const auto* op = std::get_if<MatMul>(&r.node(n).op);
  if (op == nullptr || op->fusion != Fusion{}) return false;
  const auto& inputs = r.node(n).inputs;
  const Value& weights = r.value(inputs[1]);
  const bool has_bias = inputs.size() > 2 && inputs[2] != kNoValue;
  return weights.is_constant() && weights.dtype == DType::kF32 &&
         HasConcreteShape(weights) && weights.shape.rank() == 2 &&
         (!has_bias || r.value(inputs[2]).is_constant());
}

bool OnlyMoves(const Node& node) {
  return node.inputs.size() == 1 &&
         (std::holds_alternative<Reshape>(node.op) ||
          std::holds_alternative<Transpose>(node.op));
}

// The value above `v` that a number may be moved to: made by a product that
// takes scales, and read on the way to `v` alone. kNoValue if there is none.
//   crossed: whether a product of computed matrices lies in between.
ValueId FindRoot(const Rewriter& r, ValueId v, bool& crossed) {
  while (true) {
    const NodeId maker = r.producer(v);
    if (maker == kNoNode || r.OnlyReader(v) == kNoNode) return kNoValue;
    if (TakesScales(r, maker)) return v;
    if (OnlyMoves(r.node(maker))) {
      v = r.node(maker).inputs[0];
    } else if (!crossed && IsPlainDynamicProduct(r, maker)) {
      crossed = true;
      const ValueId root = FindRoot(r, r.node(maker).inputs[0], crossed);
      if (root != kNoValue) return root;
      v = r.node(maker).inputs[1];
    } else {
      return kNoValue;
    }
  }
}

// Whether `v`, moved perhaps, is an operand of a product of computed matrices
// and of nothing else.
bool FeedsDynamicProduct(const Rewriter& r, ValueId v) {
  NodeId reader = r.OnlyReader(v);
  while (reader != kNoNode && OnlyMoves(r.node(reader))) {
    reader = r.OnlyReader(r.node(reader).outputs[0]);
  }
  return reader != kNoNode && IsPlainDynamicProduct(r, reader);
}

bool MoveScale(Rewriter& r, NodeId n) {
  const auto scaling = ReadScaling(r, n);
  const ValueId y = r.node(n).outputs[0];
  if (!scaling || r.is_output(y)) return false;
  bool crossed = false;
  const ValueId root = FindRoot(r, scaling->x, crossed);
  if (root == kNoValue || root == scaling->x ||
      (!crossed && !FeedsDynamicProduct(r, y))) {
    return false;
  }
  const Value above = r.value(root);
  const double number[] = {scaling->number};
  const ValueId scaled =
      r.AddValue(above.name + "_scaled", above.dtype, above.shape);
  const ValueId constant =
      r.AddConstant(above.name + "_scale", RoundedToF32(number, Shape{}));
  // The new reader first: what nobody reads is removed.
  const NodeId reader = r.OnlyReader(root);
  r.AddNode(n, Binary{BinaryOp::kMul, {}}, {root, constant}, scaled);
  for (size_t slot = 0; slot < r.node(reader).inputs.size(); ++slot) {
    if (r.node(reader).inputs[slot] == root) r.SetInput(reader, slot, scaled);
  }
  return r.Forward(y, scaling->x);
}

}  // namespace

Result<bool> MoveScales(Graph& graph) {
  return RewriteUntilStable(graph, MoveScale);
}

}  // namespace octet::compile
