// Functions of one and two operands.
#include <algorithm>
#include <utility>

#include "base/error.h"
#include "compile/lower/lowering.h"

namespace octet::compile {
namespace {

Status LowerBinaryInt8(Lowering& lowering, const Node& node) {
  const Binary& op = std::get<Binary>(node.op);
  const auto elements = [&](int slot) {
    return lowering.graph.values[node.inputs[size_t(slot)]].shape.elements();
  };
  // The kernel broadcasts its second operand.
  const bool swap = elements(0) < elements(1);
  const Form& y = lowering.OutputForm(node);
  engine::BinaryU8T step;
  step.a = lowering.Input(node, swap ? 1 : 0);
  step.b = lowering.Input(node, swap ? 0 : 1);
  step.op = uint8_t(op.op);
  if (op.after.kind != FunctionKind::kIdentity) {
    if (y.quant.per_channel()) {
      return Unsupported("a clamp on a value with a scale per channel");
    }
    const float scale = y.quant.scale[0];
    const int32_t zero = y.quant.zero_point[0];
    const bool relu = op.after.kind == FunctionKind::kRelu;
    step.clamp_low =
        relu ? uint8_t(zero) : QuantizeU8(op.after.alpha, scale, zero);
    step.clamp_high = relu ? 255 : QuantizeU8(op.after.beta, scale, zero);
  }
  step.y = lowering.Output(node);
  lowering.AddStep(node, "int8", step);
  return {};
}

}  // namespace

std::vector<uint8_t> MakeTable(const Function& f, const QuantParams& x,
                               const QuantParams& y) {
  std::vector<uint8_t> table;
  for (int q = 0; q < 256; ++q) {
    const float real = octet::Dequantize(q, x.scale[0], x.zero_point[0]);
    table.push_back(QuantizeU8(float(Evaluate(f, double(real))), y.scale[0],
                               y.zero_point[0]));
  }
  return table;
}

Status LowerUnary(Lowering& lowering, const Node& node) {
  if (lowering.in_table.contains(node.outputs[0])) return {};
  const Function& f = std::get<Unary>(node.op).function;
  if (!lowering.Runs(node, Precision::kInt8)) {
    engine::UnaryF32T step;
    step.x = lowering.Input(node, 0);
    step.function = engine::FromFunction(f);
    step.y = lowering.Output(node);
    lowering.AddStep(node, "fp32", std::move(step));
    return {};
  }
  const Form& x = lowering.InputForm(node, 0);
  const Form& y = lowering.OutputForm(node);
  if (x.quant.per_channel() || y.quant.per_channel()) {
    return Unsupported("its table needs one scale on each side; keep it fp32");
  }
  engine::TableU8T step;
  step.x = lowering.Input(node, 0);
  const std::vector<uint8_t> table = MakeTable(f, x.quant, y.quant);
  step.table = lowering.builder.AddConstant(node.name + "/table", DType::kU8,
                                            std::span<const uint8_t>(table));
  step.y = lowering.Output(node);
  lowering.AddStep(node, "int8", step);
  return {};
}

Status LowerBinary(Lowering& lowering, const Node& node) {
  if (lowering.in_table.contains(node.outputs[0])) return {};
  if (lowering.Runs(node, Precision::kInt8)) {
    return LowerBinaryInt8(lowering, node);
  }
  const Graph& graph = lowering.graph;
  for (ValueId v : {node.inputs[0], node.inputs[1], node.outputs[0]}) {
    if (graph.values[v].dtype == DType::kF32) continue;
    return Unsupported("on {} values, which are computed at run time",
                       Name(graph.values[v].dtype));
  }
  const Binary& op = std::get<Binary>(node.op);
  engine::BinaryF32T step;
  step.a = lowering.InputOrCodes(node, 0);
  step.b = lowering.InputOrCodes(node, 1);
  step.op = uint8_t(op.op);
  step.after = engine::FromFunction(op.after);
  step.y = lowering.OutputOrCodes(node);
  lowering.AddStep(node, "fp32", std::move(step));
  return {};
}

}  // namespace octet::compile
