// x * sigmoid(x) is SiLU, x * hard_sigmoid(x) is hard-swish, x *
// tanh(softplus(x)) is Mish, clip(x + 3, 0, 6) / 6 is a hard sigmoid and
// log(1 + exp(x)) is softplus, in whatever order the factors were written.
#include <cmath>
#include <optional>

#include "compile/passes/passes.h"
#include "compile/passes/product.h"

namespace octet::compile {
namespace {

// x of clip(x + 3, 0, 6).
std::optional<ValueId> ArgumentOfClip6(const Rewriter& r, ValueId value) {
  const auto* op = r.Maker<Unary>(value);
  if (op == nullptr || op->function.kind != FunctionKind::kClip ||
      op->function.alpha != 0 || op->function.beta != 6) {
    return std::nullopt;
  }
  return SummandBeside(r, r.node(r.producer(value)).inputs[0], 3);
}

// Whether the hard sigmoid is the one of hard-swish.
bool IsHardSwishGate(const Function& f) {
  return f.kind == FunctionKind::kHardSigmoid &&
         std::abs(double(f.alpha) - 1.0 / 6) < 1e-6 && f.beta == 0.5f;
}

// The function x * gate(x), where the product's number fits; kIdentity if it
// is none.
FunctionKind GatedBy(const Rewriter& r, const Product& product, ValueId x,
                     ValueId gate) {
  const bool plain = NumberIs(product, 1);
  if (plain && ArgumentOf(r, gate, FunctionKind::kSigmoid) == x) {
    return FunctionKind::kSilu;
  }
  const auto* unary = r.Maker<Unary>(gate);
  if (plain && unary != nullptr && IsHardSwishGate(unary->function) &&
      r.node(r.producer(gate)).inputs[0] == x) {
    return FunctionKind::kHardSwish;
  }
  if (NumberIs(product, 1.0 / 6) && ArgumentOfClip6(r, gate) == x) {
    return FunctionKind::kHardSwish;
  }
  const auto inner = ArgumentOf(r, gate, FunctionKind::kTanh);
  if (plain && inner && ArgumentOf(r, *inner, FunctionKind::kSoftplus) == x) {
    return FunctionKind::kMish;
  }
  return FunctionKind::kIdentity;
}

struct Gate {
  FunctionKind kind = FunctionKind::kIdentity;
  ValueId x = kNoValue;
};

Gate FindGate(const Rewriter& r, NodeId n, const Product& product) {
  if (product.factors.size() != 2) return {};
  for (size_t i : {0, 1}) {
    const Gate found{
        GatedBy(r, product, product.factors[i], product.factors[1 - i]),
        product.factors[i]};
    if (found.kind != FunctionKind::kIdentity && KeepsShape(r, n, found.x)) {
      return found;
    }
  }
  return {};
}

bool RecogniseGate(Rewriter& r, NodeId n) {
  Gate gate;
  const auto product =
      MatchProduct(r, r.node(n).outputs[0], [&](const Product& candidate) {
        gate = FindGate(r, n, candidate);
        return gate.kind != FunctionKind::kIdentity;
      });
  if (!product) return false;
  ReplaceByFunction(r, n, {.kind = gate.kind}, gate.x);
  return true;
}

bool RecogniseHardSigmoid(Rewriter& r, NodeId n) {
  std::optional<ValueId> x;
  const auto product =
      MatchProduct(r, r.node(n).outputs[0], [&](const Product& candidate) {
        if (candidate.factors.size() != 1 || !NumberIs(candidate, 1.0 / 6)) {
          return false;
        }
        x = ArgumentOfClip6(r, candidate.factors[0]);
        return x && KeepsShape(r, n, *x);
      });
  if (!product) return false;
  ReplaceByFunction(r, n,
                    {.kind = FunctionKind::kHardSigmoid,
                     .alpha = float(1.0 / 6),
                     .beta = 0.5f},
                    *x);
  return true;
}

bool RecogniseSoftplus(Rewriter& r, NodeId n) {
  const auto sum = ArgumentOf(r, r.node(n).outputs[0], FunctionKind::kLog);
  if (!sum) return false;
  const auto exp = SummandBeside(r, *sum, 1);
  if (!exp) return false;
  const auto x = ArgumentOf(r, *exp, FunctionKind::kExp);
  if (!x || !KeepsShape(r, n, *x)) return false;
  ReplaceByFunction(r, n, {.kind = FunctionKind::kSoftplus}, *x);
  return true;
}

bool RecogniseAnyGate(Rewriter& r, NodeId n) {
  if (std::holds_alternative<Unary>(r.node(n).op)) {
    return RecogniseSoftplus(r, n);
  }
  if (!std::holds_alternative<Binary>(r.node(n).op)) return false;
  return RecogniseGate(r, n) || RecogniseHardSigmoid(r, n);
}

}  // namespace

Result<bool> RecogniseGates(Graph& graph) {
  return RewriteUntilStable(graph, RecogniseAnyGate);
}

}  // namespace octet::compile
