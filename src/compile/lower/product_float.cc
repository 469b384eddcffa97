// Float convolutions and matrix products, of 32 and of 16 bits.
#include "base/half.h"
#include "compile/lower/product.h"
#include "kernels/conv_f32/conv_f32_pack.h"
#include "kernels/conv_half/conv_half_pack.h"
#include "kernels/depthwise_f32/depthwise_f32_pack.h"

namespace octet::compile {
namespace {

// What all float steps have in common.
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

// Adds the step: of type Depthwise or Dense, as the product is.
template <typename Depthwise, typename Dense>
Status Add(Lowering& lowering, const Node& node, const Product& product,
           int weight) {
  const std::string_view precision = Name(lowering.PlanOf(node).precision);
  if (product.depthwise) {
    Depthwise step;
    step.weight = weight;
    Fill(lowering, node, product, step);
    lowering.AddStep(node, precision, std::move(step), product.macs);
  } else {
    Dense step;
    step.weight = weight;
    step.group = int(product.group);
    Fill(lowering, node, product, step);
    lowering.AddStep(node, precision, std::move(step), product.macs);
  }
  return {};
}

std::vector<float> PackedDepthwise(const Product& product) {
  const int64_t outputs = product.outputs(), taps = product.taps();
  std::vector<float> packed(
      size_t(kernels::PackedDepthwiseF32Size(outputs, taps)));
  kernels::PackDepthwiseF32(product.weight.data(), outputs, taps,
                            packed.data());
  return packed;
}

}  // namespace

Status LowerProductF32(Lowering& lowering, const Node& node,
                       const Product& product) {
  std::vector<float> packed;
  const int64_t outputs = product.outputs();
  if (product.depthwise) {
    packed = PackedDepthwise(product);
  } else {
    packed.resize(size_t(
        kernels::PackedConvF32Size(outputs, product.taps(), product.group)));
    kernels::PackConvF32(product.weight.data(), outputs, product.taps(),
                         product.group, packed.data());
  }
  const int weight = lowering.builder.AddConstant(
      node.name + "/weight", DType::kF32, std::span<const float>(packed));
  return Add<engine::DepthwiseF32T, engine::ConvF32T>(lowering, node, product,
                                                      weight);
}

Status LowerProductHalf(Lowering& lowering, const Node& node,
                        const Product& product) {
  const DType half = DTypeOf(StorageOf(lowering.PlanOf(node).precision));
  std::vector<uint16_t> packed;
  if (product.depthwise) {
    const HalfFormat& format = *HalfFormatOf(half);
    for (float w : PackedDepthwise(product)) {
      packed.push_back(BitsOf(format, double(w)));
    }
  } else {
    const int64_t taps = product.kernel_h * product.kernel_w;
    const kernels::ConvHalfWeightShape shape{
        product.outputs(), taps, product.x[3] / product.group, product.group};
    packed.resize(size_t(kernels::PackedConvHalfSize(shape)));
    kernels::PackConvHalf(product.weight.data(), shape, half, packed.data());
  }
  const int weight = lowering.builder.AddConstant(
      node.name + "/weight", half, std::span<const uint16_t>(packed));
  return Add<engine::DepthwiseHalfT, engine::ConvHalfT>(lowering, node, product,
                                                        weight);
}

}  // namespace octet::compile
