#include "compile/lower/product.h"

#include <algorithm>

#include "base/error.h"
#include "compile/lower/weights.h"
#include "compile/plan/classify.h"

namespace octet::compile {
namespace {

std::vector<float> Floats(const Lowering& lowering, ValueId v) {
  const auto data = lowering.graph.values[v].data->as<float>();
  return {data.begin(), data.end()};
}

Status ReadBias(const Lowering& lowering, const Node& node, Product& product) {
  product.bias.assign(size_t(product.outputs()), 0.0f);
  if (!lowering.HasInput(node, 2)) return {};
  if (!lowering.IsConstant(node.inputs[2])) {
    return Unsupported("its bias is computed; octet needs a constant");
  }
  product.bias = Floats(lowering, node.inputs[2]);
  if (product.bias.size() == 1) {
    product.bias.assign(size_t(product.outputs()), product.bias[0]);
  }
  return {};
}

// All leading axes as one row of pixels.
Shape AsRow(const Shape& shape) {
  const int64_t last = shape[shape.rank() - 1];
  return Shape{1, 1, last == 0 ? 0 : shape.elements() / last, last};
}

}  // namespace

std::unique_ptr<engine::Window> Product::window() const {
  return std::make_unique<engine::Window>(
      int(kernel_h), int(kernel_w), int(strides[0]), int(strides[1]),
      int(dilations[0]), int(dilations[1]), int(pad_top), int(pad_left));
}

Status LowerProduct(Lowering& lowering, const Node& node, Product product) {
  product.macs = CountMacs(lowering.graph, node);
  if (lowering.Runs(node, Precision::kInt8)) {
    return LowerProductInt8(lowering, node, std::move(product));
  }
  if (lowering.Runs(node, Precision::kF32)) {
    return LowerProductF32(lowering, node, product);
  }
  return LowerProductHalf(lowering, node, product);
}

Status LowerConv(Lowering& lowering, const Node& node) {
  const Conv& op = std::get<Conv>(node.op);
  if (!lowering.IsConstant(node.inputs[1])) {
    return Unsupported("its weights are computed; octet needs constants");
  }
  const auto expectation = lowering.in_expectation.find(node.inputs[0]);
  if (expectation != lowering.in_expectation.end()) {
    AddExpectation(lowering, *expectation->second, node);
    return {};
  }
  const Shape& w = lowering.graph.values[node.inputs[1]].shape;
  Product product;
  product.x = lowering.graph.values[node.inputs[0]].shape;
  product.y = lowering.graph.values[node.outputs[0]].shape;
  product.kernel_h = w[1];
  product.kernel_w = w[2];
  product.strides = op.strides;
  product.dilations = op.dilations;
  product.pad_top = op.pads[0];
  product.pad_left = op.pads[1];
  product.padded = std::ranges::any_of(op.pads, [](int64_t p) { return p; });
  product.group = op.group;
  product.depthwise = Classify(lowering.graph, node) == Role::kDepthwise;
  product.weight = Floats(lowering, node.inputs[1]);
  product.fusion = op.fusion;
  OCTET_RETURN_IF_ERROR(ReadBias(lowering, node, product));
  return LowerProduct(lowering, node, std::move(product));
}

Status LowerMatMul(Lowering& lowering, const Node& node) {
  const Value& b = lowering.graph.values[node.inputs[1]];
  if (!b.is_constant() || b.shape.rank() != 2) {
    return LowerDynamicMatMul(lowering, node);
  }
  Product product;
  product.x = AsRow(lowering.graph.values[node.inputs[0]].shape);
  product.y = AsRow(lowering.graph.values[node.outputs[0]].shape);
  product.weight = Transposed(b.data->as<float>(), b.shape[0], b.shape[1]);
  product.fusion = std::get<MatMul>(node.op).fusion;
  if (product.fusion.residual &&
      lowering.graph.values[node.inputs.back()].shape !=
          lowering.graph.values[node.outputs[0]].shape) {
    return Unsupported(
        "a residual that is broadcast to a product with "
        "constant weights");
  }
  OCTET_RETURN_IF_ERROR(ReadBias(lowering, node, product));
  return LowerProduct(lowering, node, std::move(product));
}

}  // namespace octet::compile
