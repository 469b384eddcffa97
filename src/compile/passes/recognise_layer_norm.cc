// (x - mean) / sqrt(variance + epsilon) * scale + bias over the last axis,
// written out, is LayerNorm.
#include <algorithm>
#include <optional>

#include "compile/passes/constant_values.h"
#include "compile/passes/passes.h"
#include "compile/passes/product.h"
#include "compile/passes/rewriter.h"

namespace octet::compile {
namespace {

// The value whose mean over the last axis `value` is.
std::optional<ValueId> MeanOf(const Rewriter& r, ValueId value) {
  const auto* op = r.Maker<Reduce>(value);
  if (op == nullptr || op->op != ReduceOp::kMean || !op->keep_dims) {
    return std::nullopt;
  }
  const ValueId x = r.node(r.producer(value)).inputs[0];
  const Value& in = r.value(x);
  if (!in.has_shape || op->axes.size() != 1 ||
      op->axes[0] != in.shape.rank() - 1) {
    return std::nullopt;
  }
  return x;
}

// x, if value is x minus its mean.
std::optional<ValueId> CentredFrom(const Rewriter& r, ValueId value) {
  const auto* op = r.Maker<Binary>(value);
  if (op == nullptr || op->op != BinaryOp::kSub ||
      op->after.kind != FunctionKind::kIdentity) {
    return std::nullopt;
  }
  const Node& node = r.node(r.producer(value));
  if (MeanOf(r, node.inputs[1]) != node.inputs[0]) return std::nullopt;
  return node.inputs[0];
}

// epsilon, if value is sqrt(mean((x - mean)^2) + epsilon).
std::optional<float> DeviationOf(const Rewriter& r, ValueId value, ValueId x) {
  const auto sum = ArgumentOf(r, value, FunctionKind::kSqrt);
  if (!sum) return std::nullopt;
  const auto* op = r.Maker<Binary>(*sum);
  if (op == nullptr || op->op != BinaryOp::kAdd) return std::nullopt;
  const Node& node = r.node(r.producer(*sum));
  for (size_t i : {0, 1}) {
    const auto epsilon = UniformConstant(r.value(node.inputs[1 - i]));
    const auto squares = MeanOf(r, node.inputs[i]);
    if (!epsilon || !squares) continue;
    const auto square = MatchProduct(r, *squares, [&](const Product& product) {
      return product.factors.size() == 2 && NumberIs(product, 1) &&
             CentredFrom(r, product.factors[0]) == x &&
             CentredFrom(r, product.factors[1]) == x;
    });
    if (square) return epsilon;
  }
  return std::nullopt;
}

struct Normalized {
  ValueId x;
  float epsilon;
};

// (x - mean) / deviation, or times its reciprocal.
std::optional<Normalized> NormalizedBy(const Rewriter& r, const Node& node) {
  const auto* op = std::get_if<Binary>(&node.op);
  if (op == nullptr || op->after.kind != FunctionKind::kIdentity) {
    return std::nullopt;
  }
  for (size_t i : {0, 1}) {
    const auto x = CentredFrom(r, node.inputs[i]);
    if (!x) continue;
    std::optional<ValueId> deviation;
    if (op->op == BinaryOp::kDiv && i == 0) {
      deviation = node.inputs[1];
    } else if (op->op == BinaryOp::kMul) {
      deviation = ArgumentOf(r, node.inputs[1 - i], FunctionKind::kReciprocal);
    }
    if (!deviation) continue;
    const auto epsilon = DeviationOf(r, *deviation, *x);
    if (epsilon) return Normalized{*x, *epsilon};
  }
  return std::nullopt;
}

bool RecogniseNorm(Rewriter& r, NodeId n) {
  const auto found = NormalizedBy(r, r.node(n));
  if (!found || !KeepsShape(r, n, found->x)) return false;
  const Shape& shape = r.value(found->x).shape;
  const int64_t axis = shape.rank() - 1;
  const int64_t count = shape[int(axis)];
  if (count < 1) return false;
  const std::vector<double> ones(static_cast<size_t>(count), 1.0);
  const ValueId scale = r.AddConstant(r.node(n).name + "/scale",
                                      RoundedToF32(ones, Shape{count}));
  r.op(n) = LayerNorm{.axis = axis, .epsilon = found->epsilon};
  r.SetInputsOfFused(n, {found->x, scale, kNoValue});
  return true;
}

// LayerNorm takes the product or the sum with a constant that alone reads it.
bool TakeConstant(Rewriter& r, NodeId n) {
  const auto* op = std::get_if<LayerNorm>(&r.node(n).op);
  if (op == nullptr) return false;
  const ValueId y = r.node(n).outputs[0];
  const NodeId reader = r.OnlyReader(y);
  const Shape& shape = r.value(y).shape;
  if (reader == kNoNode || op->axis != shape.rank() - 1) return false;
  const auto* binary = std::get_if<Binary>(&r.node(reader).op);
  if (binary == nullptr || binary->after.kind != FunctionKind::kIdentity) {
    return false;
  }
  const auto& inputs = r.node(reader).inputs;
  const ValueId other = inputs[0] == y ? inputs[1] : inputs[0];
  const int64_t count = shape[int(op->axis)];
  const auto numbers = LastAxisConstant(r.value(other), shape.rank(), count);
  const ValueId scale = r.node(n).inputs[1];
  const bool has_bias =
      r.node(n).inputs.size() > 2 && r.node(n).inputs[2] != kNoValue;
  if (!numbers || has_bias || !r.value(scale).is_constant()) return false;
  if (binary->op == BinaryOp::kMul) {
    std::vector<double> product = *numbers;
    const auto old = r.value(scale).data->as<float>();
    for (size_t i = 0; i < product.size(); ++i) product[i] *= double(old[i]);
    r.SetInputs(n,
                {r.node(n).inputs[0],
                 r.ReplaceConstant(other, RoundedToF32(product, Shape{count})),
                 kNoValue});
  } else if (binary->op == BinaryOp::kAdd) {
    const ValueId bias =
        r.ReplaceConstant(other, RoundedToF32(*numbers, Shape{count}));
    r.SetInputs(n, {r.node(n).inputs[0], scale, bias});
  } else {
    return false;
  }
  r.Absorb(n, reader);
  return true;
}

}  // namespace

Result<bool> RecogniseLayerNorm(Graph& graph) {
  return RewriteUntilStable(graph, [](Rewriter& r, NodeId n) {
    return RecogniseNorm(r, n) || TakeConstant(r, n);
  });
}

}  // namespace octet::compile
