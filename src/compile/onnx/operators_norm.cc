// Normalizations and softmax.
#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "compile/ir/dims.h"
#include "compile/onnx/operators.h"

namespace octet::compile {
namespace {

// The shape of one number per channel against x of this rank: [C, 1, 1, ...].
Shape ChannelShape(int64_t channels, int rank) {
  std::vector<int64_t> dims(size_t(std::max(rank - 1, 1)), 1);
  dims[0] = channels;
  return Shape(dims);
}

// A constant vector of one float per channel.
Result<std::span<const float>> ChannelVector(const GraphBuilder& builder,
                                             const OnnxNode& node, size_t i,
                                             int64_t channels) {
  const Value& value = builder.value(node.In(i));
  if (!value.is_constant() || value.dtype != DType::kF32) {
    return node.Cannot(
        "input {} ('{}') is not constant; export the model for "
        "inference",
        i, value.name);
  }
  if (value.shape.rank() != 1 || value.shape[0] != channels) {
    return node.Bad(
        "input {} ('{}') does not have one number for each of {} "
        "channels",
        i, value.name, channels);
  }
  return value.data->as<float>();
}

// Softmax before opset 13 works on everything from the axis on at once.
Result<ValueId> SoftmaxOfTail(GraphBuilder& builder, const OnnxNode& node,
                              int64_t axis) {
  const Shape x = builder.shape(node.In(0));
  std::vector<int64_t> flat(size_t(axis), 0);
  flat.push_back(-1);
  OCTET_ASSIGN(const ValueId tail,
               builder.Emit(Reshape{flat}, {node.In(0)}, "flat"));
  OCTET_ASSIGN(const ValueId y,
               builder.Emit(Softmax{axis}, {tail}, "", "softmax"));
  std::vector<int64_t> dims(size_t(axis), 0);
  int symbolic = 0;
  for (int i = int(axis); i < x.rank(); ++i) {
    dims.push_back(IsNumber(x[i]) ? x[i] : -1);
    symbolic += IsNumber(x[i]) ? 0 : 1;
  }
  if (symbolic <= 1) return builder.Emit(Reshape{dims}, {y}, "back");
  OCTET_ASSIGN(const ValueId shape,
               builder.Emit(ShapeOf{}, {node.In(0)}, "shape"));
  return builder.Emit(Reshape{}, {y, shape}, "back");
}

// The axis along which a softmax of one axis is the same, or -1.
int64_t OnlyAxis(const Shape& x, int64_t axis) {
  int64_t found = -1;
  for (int i = int(axis); i < x.rank(); ++i) {
    if (x[i] == 1) continue;
    if (found >= 0) return -1;
    found = i;
  }
  return found < 0 ? axis : found;
}

Result<ValueId> SoftmaxOf(GraphBuilder& builder, const OnnxNode& node) {
  const Value& x = builder.value(node.In(0));
  const int64_t axis = node.Int("axis", node.opset() < 13 ? 1 : -1);
  if (node.opset() >= 13) {
    return builder.Emit(Softmax{axis}, {node.In(0)}, "", "softmax");
  }
  const int64_t rank = x.shape.rank();
  if (!x.has_shape)
    return node.Cannot("an input of unknown rank; export with fixed shapes");
  if (axis < -rank || axis > rank)
    return node.Bad("axis {} of a value with {} dimensions", axis, rank);
  const int64_t first = axis < 0 ? axis + rank : axis;
  // All is before the axis, and each element is alone.
  if (first == rank)
    return node.Cannot("a softmax over no axis; remove it before export");
  const int64_t only = OnlyAxis(x.shape, first);
  if (only < 0) return SoftmaxOfTail(builder, node, first);
  return builder.Emit(Softmax{only}, {node.In(0)}, "", "softmax");
}

Result<ValueId> MeanOverImage(GraphBuilder& builder, ValueId x,
                              const std::vector<int64_t>& axes,
                              std::string_view suffix) {
  return builder.Emit(Reduce{ReduceOp::kMean, axes, true}, {x}, suffix);
}

}  // namespace

// x * scale + bias, both worked out in double precision.
Status ImportBatchNormalization(GraphBuilder& builder, const OnnxNode& node) {
  const Value& x = builder.value(node.In(0));
  const float epsilon = node.Float("epsilon", 1e-5f);
  static_cast<void>(node.Float("momentum", 0.9f));
  if (node.Int("training_mode", 0) != 0 || node.Int("spatial", 1) != 1) {
    return node.Cannot(
        "training mode or spatial = 0; export the model for "
        "inference");
  }
  if (!x.has_shape || x.shape.rank() < 2) {
    return node.Bad("its input has no channels");
  }
  const int rank = x.shape.rank();
  const int64_t channels = builder.shape(node.In(1)).elements();
  std::span<const float> given[4];
  for (size_t i = 0; i < 4; ++i) {
    OCTET_ASSIGN(given[i], ChannelVector(builder, node, i + 1, channels));
  }
  const auto [gamma, beta, mean, variance] = given;
  Tensor scale(DType::kF32, ChannelShape(channels, rank));
  Tensor bias(DType::kF32, ChannelShape(channels, rank));
  for (size_t c = 0; c < size_t(channels); ++c) {
    const double spread = double(variance[c]) + double(epsilon);
    if (!(spread > 0)) {
      return node.Bad("channel {}: variance {} plus epsilon {} is not positive",
                      c, variance[c], epsilon);
    }
    const double factor = double(gamma[c]) / std::sqrt(spread);
    scale.as<float>()[c] = float(factor);
    bias.as<float>()[c] = float(double(beta[c]) - double(mean[c]) * factor);
  }
  const std::string& name = node.OutputName(0);
  const ValueId factor = builder.AddConstant(name + ".scale", std::move(scale));
  const ValueId offset = builder.AddConstant(name + ".bias", std::move(bias));
  OCTET_ASSIGN(const ValueId scaled, builder.Emit(Binary{BinaryOp::kMul, {}},
                                                  {node.In(0), factor}, "mul"));
  return builder.EmitOutput(Binary{BinaryOp::kAdd, {}}, {scaled, offset});
}

// (x - mean) / sqrt(variance + epsilon) * scale + bias, over each image.
Status ImportInstanceNormalization(GraphBuilder& builder,
                                   const OnnxNode& node) {
  const float epsilon = node.Float("epsilon", 1e-5f);
  const Shape x = builder.shape(node.In(0));
  if (x.rank() < 3)
    return node.Bad("its input has {} dimensions, at least 3 are needed",
                    x.rank());
  std::vector<int64_t> axes;
  for (int axis = 2; axis < x.rank(); ++axis) axes.push_back(axis);
  const auto emit = [&](BinaryOp op, ValueId a, ValueId b, const char* suffix) {
    return builder.Emit(Binary{op, {}}, {a, b}, suffix);
  };
  OCTET_ASSIGN(const ValueId mean,
               MeanOverImage(builder, node.In(0), axes, "mean"));
  OCTET_ASSIGN(const ValueId centred,
               emit(BinaryOp::kSub, node.In(0), mean, "centred"));
  OCTET_ASSIGN(const ValueId squared,
               emit(BinaryOp::kMul, centred, centred, "squared"));
  OCTET_ASSIGN(const ValueId variance,
               MeanOverImage(builder, squared, axes, "variance"));
  OCTET_ASSIGN(const ValueId spread, emit(BinaryOp::kAdd, variance,
                                          builder.Scalar(epsilon), "spread"));
  OCTET_ASSIGN(
      const ValueId deviation,
      builder.Emit(Unary{{FunctionKind::kSqrt, 0, 0}}, {spread}, "deviation"));
  OCTET_ASSIGN(const ValueId normal,
               emit(BinaryOp::kDiv, centred, deviation, "normal"));
  const Reshape per_channel{{[&] {
    std::vector<int64_t> dims(size_t(x.rank() - 1), 1);
    dims[0] = -1;
    return dims;
  }()}};
  OCTET_ASSIGN(const ValueId scale,
               builder.Emit(per_channel, {node.In(1)}, "scale"));
  OCTET_ASSIGN(const ValueId bias,
               builder.Emit(per_channel, {node.In(2)}, "bias"));
  OCTET_ASSIGN(const ValueId scaled,
               emit(BinaryOp::kMul, normal, scale, "scaled"));
  return builder.EmitOutput(Binary{BinaryOp::kAdd, {}}, {scaled, bias});
}

Status ImportLayerNormalization(GraphBuilder& builder, const OnnxNode& node) {
  LayerNorm norm;
  norm.axis = node.Int("axis", -1);
  norm.epsilon = node.Float("epsilon", 1e-5f);
  // The type that the mean is kept in; octet keeps f32.
  static_cast<void>(node.Int("stash_type", 1));
  std::vector<ValueId> inputs = {node.In(0), node.In(1)};
  if (node.Has(2)) inputs.push_back(node.In(2));
  return builder.EmitOutput(norm, std::move(inputs));
}

Status ImportSoftmax(GraphBuilder& builder, const OnnxNode& node) {
  OCTET_ASSIGN(const ValueId y, SoftmaxOf(builder, node));
  if (node.type() == "LogSoftmax") {
    return builder.EmitOutput(Unary{{FunctionKind::kLog, 0, 0}}, {y}, "log");
  }
  builder.NameOutput(y);
  return {};
}

}  // namespace octet::compile
