#include "compile/lower/product.h"
#include "kernels/conv_f32/conv_f32_pack.h"
#include "kernels/depthwise_f32/depthwise_f32_pack.h"

namespace octet::compile {
namespace {

// What the two float steps have in common.
template <typename StepT>
void Fill(Lowering& lowering, const Node& node, const Product& product,
          StepT& step) {
  ProgramBuilder& builder = lowering.builder;
  step.x = builder.AddReshaped(lowering.Input(node, 0), product.x);
  step.window = product.window();
  step.bias = builder.AddConstant(node.name + "/bias", DType::kF32,
                                  std::span<const float>(product.bias));
  step.before = engine::FromFunction(product.fusion.before);
  step.after = engine::FromFunction(product.fusion.after);
  if (product.fusion.residual) {
    step.residual = builder.AddReshaped(
        lowering.Input(node, node.inputs.size() - 1), product.y);
  }
  step.y = lowering.Output(node, &product.y);
}

}  // namespace

Status LowerProductF32(Lowering& lowering, const Node& node,
                       const Product& product) {
  std::vector<float> packed;
  const int64_t outputs = product.outputs();
  if (product.depthwise) {
    packed.resize(
        size_t(kernels::PackedDepthwiseF32Size(outputs, product.taps())));
    kernels::PackDepthwiseF32(product.weight.data(), outputs, product.taps(),
                              packed.data());
  } else {
    packed.resize(size_t(
        kernels::PackedConvF32Size(outputs, product.taps(), product.group)));
    kernels::PackConvF32(product.weight.data(), outputs, product.taps(),
                         product.group, packed.data());
  }
  const int weight = lowering.builder.AddConstant(
      node.name + "/weight", DType::kF32, std::span<const float>(packed));
  if (product.depthwise) {
    engine::DepthwiseF32T step;
    step.weight = weight;
    Fill(lowering, node, product, step);
    lowering.AddStep(node, "fp32", std::move(step), product.macs);
  } else {
    engine::ConvF32T step;
    step.weight = weight;
    step.group = int(product.group);
    Fill(lowering, node, product, step);
    lowering.AddStep(node, "fp32", std::move(step), product.macs);
  }
  return {};
}

}  // namespace octet::compile
