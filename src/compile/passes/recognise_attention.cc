// softmax(a b + mask) c, of which nobody else reads the scores and the shares,
// is one Attention. It runs behind fuse_epilogues, which makes the mask a
// residual of the scores.
#include <algorithm>

#include "compile/passes/passes.h"
#include "compile/passes/rewriter.h"

namespace octet::compile {
namespace {

// A product of matrices that is not one with weights, without functions or
// bias.
bool IsPlain(const Rewriter& r, const Node& node) {
  const MatMul* op = std::get_if<MatMul>(&node.op);
  if (op == nullptr || op->fusion.before.kind != FunctionKind::kIdentity ||
      op->fusion.after.kind != FunctionKind::kIdentity) {
    return false;
  }
  const Value& b = r.value(node.inputs[1]);
  const bool has_bias = node.inputs.size() > 2 && node.inputs[2] != kNoValue;
  return !has_bias && b.has_shape && !(b.is_constant() && b.shape.rank() == 2);
}

bool HaveSameBatches(const Value& a, const Value& b) {
  return a.has_shape && b.has_shape && a.shape.rank() == b.shape.rank() &&
         std::ranges::equal(a.shape.dims().first(size_t(a.shape.rank() - 2)),
                            b.shape.dims().first(size_t(b.shape.rank() - 2)));
}

bool RecogniseOne(Rewriter& r, NodeId n) {
  const Node& context = r.node(n);
  const auto* op = std::get_if<MatMul>(&context.op);
  if (op == nullptr || op->fusion.residual || !IsPlain(r, context)) {
    return false;
  }
  const ValueId shares = context.inputs[0], c = context.inputs[1];
  const Softmax* softmax = r.Maker<Softmax>(shares);
  if (softmax == nullptr || r.OnlyReader(shares) != n ||
      softmax->axis != r.value(shares).shape.rank() - 1 ||
      !HaveSameBatches(r.value(shares), r.value(context.outputs[0]))) {
    return false;
  }
  const NodeId middle = r.producer(shares);
  const ValueId sums = r.node(middle).inputs[0];
  const NodeId first = r.producer(sums);
  if (first == kNoNode || r.OnlyReader(sums) != middle ||
      !IsPlain(r, r.node(first))) {
    return false;
  }
  const Node& scores = r.node(first);
  std::vector<ValueId> inputs = {scores.inputs[0], scores.inputs[1], c};
  if (std::get<MatMul>(scores.op).fusion.residual) {
    inputs.push_back(scores.inputs.back());
  }
  r.op(n) = Attention{};
  r.SetInputsOfFused(n, std::move(inputs));
  return true;
}

}  // namespace

Result<bool> RecogniseAttention(Graph& graph) {
  return RewriteUntilStable(graph, RecogniseOne);
}

}  // namespace octet::compile
