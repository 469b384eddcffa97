// GELU, x / 2 * (1 + erf(x / sqrt(2))), and its tanh approximation,
// x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3))), in whatever order the
// factors were written.
#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>

#include "compile/passes/passes.h"
#include "compile/passes/product.h"

namespace octet::compile {
namespace {

constexpr double kCubic = 0.044715;

// value = number * x^power.
bool IsPower(const Rewriter& r, ValueId value, double number, ValueId x,
             size_t power) {
  return MatchProduct(r, value,
                      [&](const Product& product) {
                        return NumberIs(product, number) &&
                               product.factors.size() == power &&
                               std::ranges::count(product.factors, x) ==
                                   int64_t(power);
                      })
      .has_value();
}

// value = x + kCubic * x^3.
bool IsCubicSum(const Rewriter& r, ValueId value, ValueId x) {
  const auto* op = r.Maker<Binary>(value);
  if (op == nullptr || op->op != BinaryOp::kAdd) return false;
  const Node& node = r.node(r.producer(value));
  return (node.inputs[0] == x && IsPower(r, node.inputs[1], kCubic, x, 3)) ||
         (node.inputs[1] == x && IsPower(r, node.inputs[0], kCubic, x, 3));
}

// value = sqrt(2 / pi) * (x + kCubic * x^3), or with x taken out of the sum.
bool IsTanhArgument(const Rewriter& r, ValueId value, ValueId x) {
  return MatchProduct(r, value,
                      [&](const Product& product) {
                        if (!NumberIs(product, std::sqrt(2 / std::numbers::pi)))
                          return false;
                        if (product.factors.size() == 1) {
                          return IsCubicSum(r, product.factors[0], x);
                        }
                        if (product.factors.size() != 2) return false;
                        const size_t other = product.factors[0] == x ? 1 : 0;
                        const auto term =
                            SummandBeside(r, product.factors[other], 1);
                        return product.factors[1 - other] == x && term &&
                               IsPower(r, *term, kCubic, x, 2);
                      })
      .has_value();
}

FunctionKind GatedBy(const Rewriter& r, ValueId x, ValueId gate) {
  const auto inner = SummandBeside(r, gate, 1);
  if (!inner) return FunctionKind::kIdentity;
  if (const auto erf = ArgumentOf(r, *inner, FunctionKind::kErf)) {
    if (IsPower(r, *erf, 1 / std::numbers::sqrt2, x, 1)) {
      return FunctionKind::kGelu;
    }
  }
  if (const auto tanh = ArgumentOf(r, *inner, FunctionKind::kTanh)) {
    if (IsTanhArgument(r, *tanh, x)) return FunctionKind::kGeluTanh;
  }
  return FunctionKind::kIdentity;
}

struct Gelu {
  FunctionKind kind = FunctionKind::kIdentity;
  ValueId x = kNoValue;
};

Gelu FindGelu(const Rewriter& r, NodeId n, const Product& product) {
  if (product.factors.size() != 2 || !NumberIs(product, 0.5)) return {};
  for (size_t i : {0, 1}) {
    const Gelu found{GatedBy(r, product.factors[i], product.factors[1 - i]),
                     product.factors[i]};
    if (found.kind != FunctionKind::kIdentity && KeepsShape(r, n, found.x)) {
      return found;
    }
  }
  return {};
}

bool RecogniseErfGate(Rewriter& r, NodeId n) {
  if (!std::holds_alternative<Binary>(r.node(n).op)) return false;
  Gelu gelu;
  const auto product =
      MatchProduct(r, r.node(n).outputs[0], [&](const Product& candidate) {
        gelu = FindGelu(r, n, candidate);
        return gelu.kind != FunctionKind::kIdentity;
      });
  if (!product) return false;
  ReplaceByFunction(r, n, {.kind = gelu.kind}, gelu.x);
  return true;
}

}  // namespace

Result<bool> RecogniseGelu(Graph& graph) {
  return RewriteUntilStable(graph, RecogniseErfGate);
}

}  // namespace octet::compile
