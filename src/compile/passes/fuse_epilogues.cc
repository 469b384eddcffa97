// A function of a sum, and the sum with another value, are done where the sum
// is made: see Fusion. Each is taken only if nobody else reads the value
// before it.
#include "compile/passes/constant_values.h"
#include "compile/passes/passes.h"
#include "compile/passes/rewriter.h"

namespace octet::compile {
namespace {

bool IsNone(const Function& function) {
  return function.kind == FunctionKind::kIdentity;
}

const Fusion* FusionOf(const Op& op) {
  if (const auto* conv = std::get_if<Conv>(&op)) return &conv->fusion;
  if (const auto* matmul = std::get_if<MatMul>(&op)) return &matmul->fusion;
  return nullptr;
}
Fusion& FusionOf(Op& op) {
  auto* conv = std::get_if<Conv>(&op);
  return conv != nullptr ? conv->fusion : std::get<MatMul>(op).fusion;
}

// Whether comparisons or logic come out: there is nothing to apply to them.
bool MakesNumbers(const Rewriter& r, NodeId n) {
  return r.value(r.node(n).outputs[0]).dtype == DType::kF32;
}

bool FuseFunction(Rewriter& r, NodeId n) {
  const NodeId reader = r.OnlyReader(r.node(n).outputs[0]);
  if (reader == kNoNode || !MakesNumbers(r, n)) return false;
  const auto* unary = std::get_if<Unary>(&r.node(reader).op);
  if (unary == nullptr || IsNone(unary->function)) return false;
  const Function function = unary->function;
  if (const auto* binary = std::get_if<Binary>(&r.node(n).op)) {
    if (!IsNone(binary->after)) return false;
    std::get<Binary>(r.op(n)).after = function;
  } else if (const Fusion* fusion = FusionOf(r.node(n).op)) {
    if (!IsNone(fusion->residual ? fusion->after : fusion->before)) {
      return false;
    }
    Fusion& changed = FusionOf(r.op(n));
    (changed.residual ? changed.after : changed.before) = function;
  } else {
    return false;
  }
  r.Absorb(n, reader);
  return true;
}

// A product of two computed matrices; weights that are dequantized are
// constants yet to be.
bool IsDynamicProduct(const Rewriter& r, NodeId n) {
  if (!std::holds_alternative<MatMul>(r.node(n).op)) return false;
  const ValueId b = r.node(n).inputs[1];
  return !r.value(b).is_constant() && r.Maker<Dequantize>(b) == nullptr;
}

// Whether a product may add `residual` to what it makes. One of two computed
// matrices repeats it, as an attention does its mask.
bool MayAdd(const Rewriter& r, NodeId n, const Value& residual,
            const Shape& output) {
  if (!residual.has_shape) return false;
  if (!IsDynamicProduct(r, n)) {
    return !residual.is_constant() && residual.shape == output;
  }
  const int rank = residual.shape.rank();
  const int missing = output.rank() - rank;
  if (residual.dtype != DType::kF32 || rank == 0 || missing < 0 ||
      residual.shape[rank - 1] != output[output.rank() - 1]) {
    return false;
  }
  for (int axis = 0; axis < rank; ++axis) {
    const int64_t dim = residual.shape[axis];
    if (dim != 1 && dim != output[axis + missing]) return false;
  }
  return true;
}

// The other summand cannot depend on what `n` makes, as only the sum reads
// that: so `n` may wait for it.
bool FuseResidual(Rewriter& r, NodeId n) {
  const Fusion* fusion = FusionOf(r.node(n).op);
  const ValueId y = r.node(n).outputs[0];
  const NodeId reader = r.OnlyReader(y);
  if (fusion == nullptr || fusion->residual || reader == kNoNode) return false;
  const auto* sum = std::get_if<Binary>(&r.node(reader).op);
  if (sum == nullptr || sum->op != BinaryOp::kAdd) return false;
  const auto& inputs = r.node(reader).inputs;
  const ValueId other = inputs[0] == y ? inputs[1] : inputs[0];
  const Value& residual = r.value(other);
  const Value& output = r.value(r.node(reader).outputs[0]);
  if (!output.has_shape || r.value(y).shape != output.shape ||
      !MayAdd(r, n, residual, output.shape)) {
    return false;
  }
  // Of two products that are added, the later one takes the sum: then the
  // earlier one is made by the time it runs.
  const NodeId rival = r.producer(other);
  if (rival != kNoNode && rival > n && r.OnlyReader(other) == reader) {
    const Fusion* rival_fusion = FusionOf(r.node(rival).op);
    if (rival_fusion != nullptr && !rival_fusion->residual) return false;
  }
  const Function after = sum->after;
  std::vector<ValueId> with_residual = r.node(n).inputs;
  with_residual.resize(3, kNoValue);
  with_residual.push_back(other);
  Fusion& changed = FusionOf(r.op(n));
  changed.residual = true;
  changed.after = after;
  r.SetInputs(n, std::move(with_residual));
  r.Absorb(n, reader);
  return true;
}

}  // namespace

Result<bool> FuseEpilogues(Graph& graph) {
  return RewriteUntilStable(graph, [](Rewriter& r, NodeId n) {
    return FuseFunction(r, n) || FuseResidual(r, n);
  });
}

}  // namespace octet::compile
