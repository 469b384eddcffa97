#include "compile/passes/product.h"

#include <cmath>

#include "compile/passes/constant_values.h"

namespace octet::compile {
namespace {

constexpr size_t kMostFactors = 4;

// Replaces the factor at `at` by its own factors, if it has some.
bool Split(const Rewriter& r, Product& product, size_t at) {
  const ValueId value = product.factors[at];
  const auto* op = r.Maker<Binary>(value);
  if (op == nullptr || op->after.kind != FunctionKind::kIdentity) return false;
  const NodeId maker = r.producer(value);
  const ValueId a = r.node(maker).inputs[0];
  const ValueId b = r.node(maker).inputs[1];
  const auto number_a = UniformConstant(r.value(a));
  const auto number_b = UniformConstant(r.value(b));
  std::vector<ValueId> parts;
  double number = 1;
  if (op->op == BinaryOp::kMul) {
    if (!number_a) parts.push_back(a);
    if (!number_b) parts.push_back(b);
    number = double(number_a.value_or(1)) * double(number_b.value_or(1));
  } else if (op->op == BinaryOp::kDiv && number_b && *number_b != 0) {
    parts = {a};
    number = 1 / double(*number_b);
  } else if (op->op == BinaryOp::kPow && number_b &&
             (*number_b == 2 || *number_b == 3)) {
    parts.assign(size_t(*number_b), a);
  } else {
    return false;
  }
  if (product.factors.size() - 1 + parts.size() > kMostFactors) return false;
  product.factors.erase(product.factors.begin() + int64_t(at));
  product.factors.insert(product.factors.end(), parts.begin(), parts.end());
  product.number *= number;
  return true;
}

}  // namespace

std::optional<Product> MatchProduct(
    const Rewriter& r, ValueId value,
    const std::function<bool(const Product&)>& accept) {
  // Breadth first: a factor that is a product itself may be the one sought as
  // it is. The bound is far above what one formula needs.
  constexpr size_t kMostTried = 64;
  std::vector<Product> tried(1);
  tried[0].factors = {value};
  for (size_t next = 0; next < tried.size(); ++next) {
    if (accept(tried[next])) return tried[next];
    for (size_t at = 0; at < tried[next].factors.size(); ++at) {
      Product split = tried[next];
      if (tried.size() < kMostTried && Split(r, split, at)) {
        tried.push_back(std::move(split));
      }
    }
  }
  return std::nullopt;
}

std::optional<ValueId> SummandBeside(const Rewriter& r, ValueId value,
                                     double expected) {
  const auto* op = r.Maker<Binary>(value);
  if (op == nullptr || op->op != BinaryOp::kAdd ||
      op->after.kind != FunctionKind::kIdentity) {
    return std::nullopt;
  }
  const Node& node = r.node(r.producer(value));
  for (size_t i : {0, 1}) {
    if (IsUniform(r.value(node.inputs[1 - i]), expected)) {
      return node.inputs[i];
    }
  }
  return std::nullopt;
}

bool NumberIs(const Product& product, double expected) {
  return std::abs(product.number - expected) <= 1e-5 * std::abs(expected);
}

std::optional<ValueId> ArgumentOf(const Rewriter& r, ValueId value,
                                  FunctionKind kind) {
  const auto* op = r.Maker<Unary>(value);
  if (op == nullptr || op->function.kind != kind) return std::nullopt;
  return r.node(r.producer(value)).inputs[0];
}

void ReplaceByFunction(Rewriter& r, NodeId node, const Function& function,
                       ValueId x) {
  r.op(node) = Unary{function};
  r.SetInputsOfFused(node, {x});
}

bool KeepsShape(const Rewriter& r, NodeId node, ValueId x) {
  const Value& in = r.value(x);
  const Value& out = r.value(r.node(node).outputs[0]);
  return in.has_shape && out.has_shape && in.shape == out.shape &&
         in.dtype == DType::kF32;
}

}  // namespace octet::compile
