#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "compile/onnx/operators.h"

namespace octet::compile {
namespace {

// What QuantizeLinear and DequantizeLinear share.
Status CheckParams(const GraphBuilder& builder, const OnnxNode& node) {
  if (node.Int("block_size", 0) != 0) {
    return node.Cannot("blocked quantization; quantize per tensor or channel");
  }
  const Value& scale = builder.value(node.In(1));
  if (scale.dtype != DType::kF32 || !scale.is_constant()) return {};
  for (float s : scale.data->as<float>()) {
    // As positive, normal numbers are all that engines hold.
    if (s >= std::numeric_limits<float>::min() && std::isfinite(s)) continue;
    return node.Bad("scale '{}' holds {}, expected a positive normal number",
                    scale.name, s);
  }
  return {};
}

bool IsEightBit(DType dtype) {
  return dtype == DType::kU8 || dtype == DType::kS8;
}

// Without its zero point's tensor where that is missing.
std::vector<ValueId> Inputs(const OnnxNode& node) {
  std::vector<ValueId> inputs = {node.In(0), node.In(1)};
  if (node.Has(2)) inputs.push_back(node.In(2));
  return inputs;
}

// Which of the scales an element of x has: by its index along the axis.
struct ScaleIndex {
  int64_t inner = 1;  // elements per step of the axis
  int64_t count = 1;

  size_t Of(int64_t element) const { return size_t(element / inner % count); }
};

// Weights that the model keeps in float and quantizes on the way: q now, so
// that whoever reads them sees integers.
Result<Tensor> QuantizeConstant(const GraphBuilder& builder,
                                const OnnxNode& node, int64_t axis) {
  const Tensor& x = *builder.value(node.In(0)).data;
  const Tensor& scale = *builder.value(node.In(1)).data;
  const Tensor* zero =
      node.Has(2) ? builder.value(node.In(2)).data.get() : nullptr;
  const bool is_signed = zero != nullptr && zero->dtype() == DType::kS8;
  ScaleIndex index;
  if (scale.elements() > 1) {
    const int rank = x.shape().rank();
    if (axis < -rank || axis >= rank) return node.Bad("axis {}", axis);
    index.count = scale.elements();
    for (int i = int(axis < 0 ? axis + rank : axis) + 1; i < rank; ++i) {
      index.inner *= x.shape()[i];
    }
    if (x.shape()[int(axis < 0 ? axis + rank : axis)] != index.count) {
      return node.Bad("{} scales for {}", index.count, x.shape().ToString());
    }
  }
  if (zero != nullptr && zero->elements() != scale.elements()) {
    return node.Bad("zero point and scale differ in size");
  }
  Tensor q(is_signed ? DType::kS8 : DType::kU8, x.shape());
  const double low = is_signed ? -128 : 0, high = is_signed ? 127 : 255;
  for (int64_t i = 0; i < x.elements(); ++i) {
    const size_t s = index.Of(i);
    double z = 0;
    if (zero != nullptr) {
      z = is_signed ? double(zero->as<int8_t>()[s])
                    : double(zero->as<uint8_t>()[s]);
    }
    const float steps = x.as<float>()[size_t(i)] / scale.as<float>()[s];
    const double value =
        std::clamp(std::nearbyint(double(steps)) + z, low, high);
    if (is_signed) {
      q.as<int8_t>()[size_t(i)] = int8_t(value);
    } else {
      q.as<uint8_t>()[size_t(i)] = uint8_t(value);
    }
  }
  return q;
}

}  // namespace

Status ImportQuantizeLinear(GraphBuilder& builder, const OnnxNode& node) {
  OCTET_RETURN_IF_ERROR(CheckParams(builder, node));
  const int64_t axis = node.Int("axis", 1);
  // How out-of-range numbers go to 8 bit floats, which octet does not have.
  static_cast<void>(node.Int("saturate", 1));
  const int64_t declared = node.Int("output_dtype", 0);
  const DType to = node.Has(2)     ? builder.value(node.In(2)).dtype
                   : declared != 0 ? DTypeOf(declared).value_or(DType::kBool)
                                   : DType::kU8;
  if (!IsEightBit(to) || (declared != 0 && DTypeOf(declared) != to)) {
    return node.Cannot("quantization to {}; use u8 or s8", Name(to));
  }
  const auto is_constant = [&](size_t i) {
    return !node.Has(i) || builder.value(node.In(i)).is_constant();
  };
  std::vector<ValueId> inputs = Inputs(node);
  if (inputs.size() == 2 && to == DType::kS8) {
    inputs.push_back(
        builder.AddConstant(node.OutputName(0) + ".zero_point",
                            Tensor(to, builder.shape(node.In(1)))));
  } else if (is_constant(0) && is_constant(1) && is_constant(2) &&
             builder.value(node.In(0)).dtype == DType::kF32 &&
             builder.value(node.In(1)).dtype == DType::kF32) {
    OCTET_ASSIGN(Tensor q, QuantizeConstant(builder, node, axis));
    builder.SetOutput(
        builder.AddConstant(node.OutputName(0) + ".folded", std::move(q)));
    return {};
  }
  if (builder.value(inputs[0]).dtype == DType::kS32) {
    OCTET_ASSIGN(inputs[0],
                 builder.Emit(Cast{DType::kF32}, {inputs[0]}, "float"));
  }
  return builder.EmitOutput(Quantize{axis}, std::move(inputs));
}

Status ImportDequantizeLinear(GraphBuilder& builder, const OnnxNode& node) {
  OCTET_RETURN_IF_ERROR(CheckParams(builder, node));
  const DType from = builder.value(node.In(0)).dtype;
  if (!IsEightBit(from) && from != DType::kS32) {
    return node.Cannot("dequantization from {}; use u8, s8 or s32", Name(from));
  }
  return builder.EmitOutput(Dequantize{node.Int("axis", 1)}, Inputs(node));
}

}  // namespace octet::compile
