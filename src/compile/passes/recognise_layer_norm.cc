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

// Both operands, if value is made by that and nothing else.
std::optional<std::vector<ValueId>> PlainOperands(const Rewriter& r,
                                                  ValueId value,
                                                  BinaryOp kind) {
  const auto* op = r.Maker<Binary>(value);
  if (op == nullptr || op->op != kind ||
      op->after.kind != FunctionKind::kIdentity) {
    return std::nullopt;
  }
  return r.node(r.producer(value)).inputs;
}

// x, if value is x minus its mean.
std::optional<ValueId> CentredFrom(const Rewriter& r, ValueId value) {
  const auto terms = PlainOperands(r, value, BinaryOp::kSub);
  if (!terms || MeanOf(r, (*terms)[1]) != (*terms)[0]) return std::nullopt;
  return (*terms)[0];
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

// scale / deviation, as a factor of what is normalized.
struct Gain {
  ValueId scale;  // kNoValue: 1
  float epsilon;
};

std::optional<Gain> GainOf(const Rewriter& r, ValueId value, ValueId x) {
  const auto inverse = [&](ValueId v) -> std::optional<float> {
    const auto deviation = ArgumentOf(r, v, FunctionKind::kReciprocal);
    return deviation ? DeviationOf(r, *deviation, x) : std::nullopt;
  };
  if (const auto epsilon = inverse(value)) return Gain{kNoValue, *epsilon};
  const auto factors = PlainOperands(r, value, BinaryOp::kMul);
  if (!factors) return std::nullopt;
  for (size_t i : {0, 1}) {
    const auto epsilon = inverse((*factors)[i]);
    if (epsilon) return Gain{(*factors)[1 - i], *epsilon};
  }
  return std::nullopt;
}

// x and the gain, if value is x * gain - mean * gain, or with a bias
// x * gain + (bias - mean * gain), as TensorFlow writes it.
struct Spread {
  ValueId x, gain, bias;
};

std::optional<Spread> SpreadOf(const Rewriter& r, ValueId scaled,
                               ValueId shifted, ValueId bias) {
  const auto a = PlainOperands(r, scaled, BinaryOp::kMul);
  const auto b = PlainOperands(r, shifted, BinaryOp::kMul);
  if (!a || !b) return std::nullopt;
  for (size_t i : {0, 1}) {
    const ValueId x = (*a)[i], gain = (*a)[1 - i];
    for (size_t j : {0, 1}) {
      if ((*b)[1 - j] == gain && MeanOf(r, (*b)[j]) == x) {
        return Spread{x, gain, bias};
      }
    }
  }
  return std::nullopt;
}

std::optional<Spread> SpreadAt(const Rewriter& r, const Node& node) {
  const ValueId y = node.outputs[0];
  if (const auto terms = PlainOperands(r, y, BinaryOp::kSub)) {
    return SpreadOf(r, (*terms)[0], (*terms)[1], kNoValue);
  }
  const auto terms = PlainOperands(r, y, BinaryOp::kAdd);
  if (!terms) return std::nullopt;
  for (size_t i : {0, 1}) {
    const auto rest = PlainOperands(r, (*terms)[1 - i], BinaryOp::kSub);
    if (!rest) continue;
    const auto found = SpreadOf(r, (*terms)[i], (*rest)[1], (*rest)[0]);
    if (found) return found;
  }
  return std::nullopt;
}

bool RecogniseSpread(Rewriter& r, NodeId n) {
  const auto found = SpreadAt(r, r.node(n));
  if (!found || !KeepsShape(r, n, found->x)) return false;
  const auto gain = GainOf(r, found->gain, found->x);
  if (!gain) return false;
  const Shape& shape = r.value(found->x).shape;
  const int64_t axis = shape.rank() - 1;
  const int64_t count = shape[int(axis)];
  const auto numbers = [&](ValueId v, double otherwise) {
    return v == kNoValue ? std::vector<double>(size_t(count), otherwise)
                         : LastAxisConstant(r.value(v), shape.rank(), count);
  };
  const std::optional<std::vector<double>> scale = numbers(gain->scale, 1);
  const std::optional<std::vector<double>> bias = numbers(found->bias, 0);
  if (count < 1 || !scale || !bias) return false;
  const std::string& name = r.node(n).name;
  std::vector<ValueId> inputs = {
      found->x,
      r.AddConstant(name + "/scale", RoundedToF32(*scale, Shape{count})),
      found->bias == kNoValue
          ? kNoValue
          : r.AddConstant(name + "/bias", RoundedToF32(*bias, Shape{count}))};
  r.op(n) = LayerNorm{.axis = axis, .epsilon = gain->epsilon};
  r.SetInputsOfFused(n, std::move(inputs));
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
    return RecogniseNorm(r, n) || RecogniseSpread(r, n) || TakeConstant(r, n);
  });
}

}  // namespace octet::compile
