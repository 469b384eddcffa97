// Products and sums with one number per channel, behind or before a
// convolution or matrix product with constant weights, go into its weights and
// bias: computed in double, rounded once. Batch normalization is imported as
// such a product and sum.
#include <algorithm>
#include <cmath>
#include <optional>

#include "compile/passes/constant_values.h"
#include "compile/passes/passes.h"
#include "compile/passes/rewriter.h"

namespace octet::compile {
namespace {

// y = x * scale + shift, one number per channel each.
struct Affine {
  std::vector<double> scale, shift;
  ValueId x = kNoValue;
  ValueId numbers = kNoValue;  // the constant they came from
};

// What the node does to `channels` channels, if it is that.
std::optional<Affine> ReadAffine(const Rewriter& r, NodeId n,
                                 int64_t channels) {
  const auto* op = std::get_if<Binary>(&r.node(n).op);
  if (op == nullptr || op->after.kind != FunctionKind::kIdentity) {
    return std::nullopt;
  }
  const Value& y = r.value(r.node(n).outputs[0]);
  for (size_t i : {0, 1}) {
    const Value& x = r.value(r.node(n).inputs[i]);
    if (!x.has_shape || !y.has_shape || x.shape != y.shape) continue;
    auto numbers = LastAxisConstant(r.value(r.node(n).inputs[1 - i]),
                                    x.shape.rank(), channels);
    if (!numbers) continue;
    Affine affine{.scale = std::vector<double>(size_t(channels), 1.0),
                  .shift = std::vector<double>(size_t(channels), 0.0),
                  .x = r.node(n).inputs[i],
                  .numbers = r.node(n).inputs[1 - i]};
    const bool first = i == 0;
    if (op->op == BinaryOp::kMul) {
      affine.scale = *numbers;
    } else if (op->op == BinaryOp::kAdd) {
      affine.shift = *numbers;
    } else if (op->op == BinaryOp::kSub && first) {
      for (size_t c = 0; c < numbers->size(); ++c) {
        affine.shift[c] = -(*numbers)[c];
      }
    } else if (op->op == BinaryOp::kSub) {
      affine.shift = *numbers;
      std::ranges::fill(affine.scale, -1.0);
    } else if (op->op == BinaryOp::kDiv && first) {
      for (size_t c = 0; c < numbers->size(); ++c) {
        affine.scale[c] = 1 / (*numbers)[c];
      }
    } else {
      continue;
    }
    return affine;
  }
  return std::nullopt;
}

bool Scales(const Affine& affine) {
  return std::ranges::any_of(affine.scale, [](double s) { return s != 1; });
}
bool Shifts(const Affine& affine) {
  return std::ranges::any_of(affine.shift, [](double s) { return s != 0; });
}

// A convolution or matrix product seen alike: weights [outputs, taps, inputs]
// reached by strides.
class Product {
 public:
  static std::optional<Product> Read(const Rewriter& r, NodeId n) {
    const Node& node = r.node(n);
    const auto* conv = std::get_if<Conv>(&node.op);
    const auto* matmul = std::get_if<MatMul>(&node.op);
    if (conv == nullptr && matmul == nullptr) return std::nullopt;
    const Fusion& fusion = conv != nullptr ? conv->fusion : matmul->fusion;
    if (fusion != Fusion{}) return std::nullopt;
    const Value& weights = r.value(node.inputs[1]);
    if (!HasConcreteShape(weights)) return std::nullopt;
    Product p;
    const Shape& w = weights.shape;
    if (conv != nullptr) {
      p.outputs_ = w[0];
      p.taps_ = w[1] * w[2];
      p.inputs_ = w[3];
      p.group_ = conv->group;
      p.padded_ = conv->pads != Conv{}.pads;
    } else {
      if (w.rank() != 2) return std::nullopt;
      p.outputs_ = w[1];
      p.taps_ = 1;
      p.inputs_ = w[0];
      p.transposed_ = true;
    }
    p.weights_ = weights.is_constant() && weights.dtype == DType::kF32
                     ? node.inputs[1]
                     : kNoValue;
    p.bias_ = node.inputs.size() > 2 ? node.inputs[2] : kNoValue;
    if (p.bias_ != kNoValue && !r.value(p.bias_).is_constant()) {
      return std::nullopt;
    }
    return p;
  }

  int64_t outputs() const { return outputs_; }
  int64_t input_channels() const { return inputs_ * group_; }
  bool has_weights() const { return weights_ != kNoValue; }
  bool padded() const { return padded_; }

  // (sum + bias) * scale + shift.
  void FoldBehind(Rewriter& r, NodeId n, const Affine& affine) const {
    std::vector<double> bias = ReadBias(r);
    for (size_t o = 0; o < bias.size(); ++o) {
      bias[o] = bias[o] * affine.scale[o] + affine.shift[o];
    }
    ValueId weights = r.node(n).inputs[1];
    if (Scales(affine)) {
      weights = ScaleWeights(
          r, [&](int64_t o, int64_t) { return affine.scale[size_t(o)]; });
    }
    Write(r, n, weights, bias, affine);
  }

  // The sum over x * scale + shift.
  void FoldBefore(Rewriter& r, NodeId n, const Affine& affine) const {
    std::vector<double> bias = ReadBias(r);
    const auto elements = r.value(weights_).data->as<float>();
    for (int64_t o = 0; o < outputs_; ++o) {
      for (int64_t t = 0; t < taps_; ++t) {
        for (int64_t i = 0; i < inputs_; ++i) {
          bias[size_t(o)] += double(elements[size_t(At(o, t, i))]) *
                             affine.shift[size_t(Channel(o, i))];
        }
      }
    }
    const ValueId weights = ScaleWeights(r, [&](int64_t o, int64_t i) {
      return affine.scale[size_t(Channel(o, i))];
    });
    Write(r, n, weights, bias, affine);
  }

 private:
  int64_t At(int64_t o, int64_t t, int64_t i) const {
    return transposed_ ? i * outputs_ + o : (o * taps_ + t) * inputs_ + i;
  }
  // Of x, for input i of output o.
  int64_t Channel(int64_t o, int64_t i) const {
    return o / (outputs_ / group_) * inputs_ + i;
  }

  std::vector<double> ReadBias(const Rewriter& r) const {
    if (bias_ == kNoValue) return std::vector<double>(size_t(outputs_));
    const auto elements = r.value(bias_).data->as<float>();
    return {elements.begin(), elements.end()};
  }

  template <typename ScaleOf>
  ValueId ScaleWeights(Rewriter& r, ScaleOf scale_of) const {
    Tensor weights = *r.value(weights_).data;
    const auto elements = weights.as<float>();
    for (int64_t o = 0; o < outputs_; ++o) {
      for (int64_t i = 0; i < inputs_; ++i) {
        const double scale = scale_of(o, i);
        for (int64_t t = 0; t < taps_; ++t) {
          float& w = elements[size_t(At(o, t, i))];
          w = float(double(w) * scale);
        }
      }
    }
    return r.ReplaceConstant(weights_, std::move(weights));
  }

  void Write(Rewriter& r, NodeId n, ValueId weights,
             const std::vector<double>& bias, const Affine& affine) const {
    std::vector<ValueId> inputs = r.node(n).inputs;
    inputs.resize(std::max<size_t>(inputs.size(), 3), kNoValue);
    inputs[1] = weights;
    if (bias_ != kNoValue || Shifts(affine)) {
      inputs[2] = r.ReplaceConstant(bias_ != kNoValue ? bias_ : affine.numbers,
                                    RoundedToF32(bias, Shape{outputs_}));
    }
    r.SetInputs(n, std::move(inputs));
  }

  int64_t outputs_ = 0, taps_ = 0, inputs_ = 0, group_ = 1;
  bool padded_ = false;
  bool transposed_ = false;  // weights are [inputs, outputs]
  ValueId weights_ = kNoValue;
  ValueId bias_ = kNoValue;
};

bool FoldBehind(Rewriter& r, NodeId n, const Product& product) {
  const NodeId reader = r.OnlyReader(r.node(n).outputs[0]);
  if (reader == kNoNode) return false;
  const auto affine = ReadAffine(r, reader, product.outputs());
  if (!affine || (Scales(*affine) && !product.has_weights())) return false;
  product.FoldBehind(r, n, *affine);
  r.Absorb(n, reader);
  return true;
}

bool FoldBefore(Rewriter& r, NodeId n, const Product& product) {
  const ValueId x = r.node(n).inputs[0];
  const NodeId maker = r.producer(x);
  if (maker == kNoNode || r.OnlyReader(x) != n || !product.has_weights()) {
    return false;
  }
  const auto affine = ReadAffine(r, maker, product.input_channels());
  // The zeros of the padding would be shifted too.
  if (!affine || (product.padded() && Shifts(*affine))) return false;
  product.FoldBefore(r, n, *affine);
  r.InheritOrigins(n, maker);
  r.SetInput(n, 0, affine->x);
  return true;
}

// A bias that is no constant but one dequantized, as in models quantized
// before: nothing to compute, only to be read by the product.
bool TakeDequantizedBias(Rewriter& r, NodeId n, const Product& product) {
  const ValueId y = r.node(n).outputs[0];
  const NodeId reader = r.OnlyReader(y);
  const bool has_bias =
      r.node(n).inputs.size() > 2 && r.node(n).inputs[2] != kNoValue;
  if (reader == kNoNode || has_bias) return false;
  const auto* op = std::get_if<Binary>(&r.node(reader).op);
  if (op == nullptr || op->op != BinaryOp::kAdd ||
      op->after.kind != FunctionKind::kIdentity) {
    return false;
  }
  const auto& inputs = r.node(reader).inputs;
  const ValueId bias = inputs[0] == y ? inputs[1] : inputs[0];
  if (r.Maker<Dequantize>(bias) == nullptr ||
      !r.value(r.node(r.producer(bias)).inputs[0]).is_constant() ||
      !r.value(bias).has_shape ||
      r.value(bias).shape != Shape{product.outputs()}) {
    return false;
  }
  r.SetInputs(n, {r.node(n).inputs[0], r.node(n).inputs[1], bias});
  r.Absorb(n, reader);
  return true;
}

bool FoldNorm(Rewriter& r, NodeId n) {
  const auto product = Product::Read(r, n);
  if (!product) return false;
  return FoldBehind(r, n, *product) || FoldBefore(r, n, *product) ||
         TakeDequantizedBias(r, n, *product);
}

}  // namespace

Result<bool> FoldBatchNorm(Graph& graph) {
  return RewriteUntilStable(graph, FoldNorm);
}

}  // namespace octet::compile
