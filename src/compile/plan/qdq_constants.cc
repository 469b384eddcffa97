#include "compile/plan/qdq_constants.h"

#include <memory>

#include "base/error.h"

namespace octet::compile {
namespace {

template <typename T>
void Widen(const Tensor& tensor, std::vector<double>& out) {
  for (T x : tensor.as<T>()) out.push_back(double(x));
}

// The elements of an integer or float constant.
std::vector<double> Numbers(const Tensor& tensor) {
  std::vector<double> out;
  switch (tensor.dtype()) {
    case DType::kU8:
      Widen<uint8_t>(tensor, out);
      break;
    case DType::kS8:
      Widen<int8_t>(tensor, out);
      break;
    case DType::kS32:
      Widen<int32_t>(tensor, out);
      break;
    case DType::kF32:
      Widen<float>(tensor, out);
      break;
    default:
      break;
  }
  return out;
}

Status Computed(const Node& node) {
  return Unsupported(
      "node '{}' ({}): its scale or zero point is computed; "
      "octet needs constants",
      node.name, node.type);
}

}  // namespace

Result<QuantParams> ReadActivationParams(const Graph& graph, const Node& node,
                                         int64_t axis) {
  const Value& scale = graph.values[node.inputs[1]];
  const bool has_zero = node.inputs.size() > 2 && node.inputs[2] != kNoValue;
  if (!scale.is_constant() ||
      (has_zero && !graph.values[node.inputs[2]].is_constant())) {
    return Computed(node);
  }
  QuantParams quant;
  for (double s : Numbers(*scale.data)) quant.scale.push_back(float(s));
  quant.zero_point.assign(quant.scale.size(), 0);
  DType type = DType::kU8;
  if (has_zero) {
    const Tensor& zero = *graph.values[node.inputs[2]].data;
    type = zero.dtype();
    const std::vector<double> numbers = Numbers(zero);
    if (numbers.size() != quant.scale.size()) {
      return BadInput("node '{}' ({}): {} scales, {} zero points", node.name,
                      node.type, quant.scale.size(), numbers.size());
    }
    const int shift = type == DType::kS8 ? 128 : 0;
    for (size_t i = 0; i < numbers.size(); ++i) {
      quant.zero_point[i] = int32_t(numbers[i]) + shift;
    }
  }
  if (type != DType::kU8 && type != DType::kS8) {
    return Unsupported(
        "node '{}' ({}): activations of type {}; octet has u8 "
        "and s8",
        node.name, node.type, Name(type));
  }
  const int rank = graph.values[node.inputs[0]].shape.rank();
  if (quant.per_channel() && axis != rank - 1) {
    return Unsupported(
        "node '{}' ({}): parameters along axis {}, not the "
        "channels",
        node.name, node.type, axis);
  }
  return quant;
}

Result<QuantizedConstant> FoldQuantizedConstant(Graph& graph,
                                                const Node& node) {
  const Value& codes = graph.values[node.inputs[0]];
  for (size_t i = 1; i < node.inputs.size(); ++i) {
    if (node.inputs[i] == kNoValue) continue;
    if (!graph.values[node.inputs[i]].is_constant()) return Computed(node);
  }
  const std::vector<double> scale = Numbers(*graph.values[node.inputs[1]].data);
  std::vector<double> zero(scale.size(), 0.0);
  if (node.inputs.size() > 2 && node.inputs[2] != kNoValue) {
    zero = Numbers(*graph.values[node.inputs[2]].data);
  }
  const std::vector<double> q = Numbers(*codes.data);
  const Shape& shape = codes.shape;
  const int64_t axis = std::get<Dequantize>(node.op).axis;
  const bool per_channel = scale.size() > 1;
  if (q.empty() || scale.empty() || zero.size() != scale.size() ||
      (per_channel && (axis < 0 || axis >= shape.rank() ||
                       shape[int(axis)] != int64_t(scale.size())))) {
    return Unsupported(
        "node '{}' (DequantizeLinear): {} scales for a {} of "
        "shape {} along axis {}",
        node.name, scale.size(), Name(codes.dtype), shape.ToString(), axis);
  }
  int64_t inner = 1;
  for (int i = int(axis) + 1; i < shape.rank(); ++i) inner *= shape[i];
  Tensor real(DType::kF32, shape);
  const auto out = real.as<float>();
  for (size_t i = 0; i < q.size(); ++i) {
    const size_t c = per_channel ? i / size_t(inner) % scale.size() : 0;
    out[i] = float(q[i] - zero[c]) * float(scale[c]);
  }
  Value& value = graph.values[node.outputs[0]];
  value.data = std::make_shared<const Tensor>(std::move(real));
  QuantizedConstant constant;
  constant.scale.assign(scale.begin(), scale.end());
  constant.axis = per_channel ? axis : -1;
  if (codes.dtype != DType::kS32) return constant;
  for (size_t i = 0; i < q.size(); ++i) {
    const size_t c = per_channel ? i / size_t(inner) % scale.size() : 0;
    constant.exact.push_back((q[i] - zero[c]) * scale[c]);
  }
  return constant;
}

}  // namespace octet::compile
