// Pooling, reductions, softmax and normalization.
#include "base/error.h"
#include "compile/lower/lowering.h"

namespace octet::compile {
namespace {

std::string_view PrecisionName(const Lowering& lowering, const Node& node) {
  return Name(lowering.PlanOf(node).precision);
}

}  // namespace

Status LowerPool(Lowering& lowering, const Node& node) {
  const Pool& op = std::get<Pool>(node.op);
  engine::PoolT step;
  if (op.op == PoolOp::kMax) {
    OCTET_ASSIGN(step.x, lowering.InputToMove(node));
  } else {
    step.x = lowering.Input(node, 0);
  }
  step.kind =
      op.op == PoolOp::kMax ? engine::PoolKind::Max : engine::PoolKind::Average;
  step.window = std::make_unique<engine::Window>(
      int(op.kernel[0]), int(op.kernel[1]), int(op.strides[0]),
      int(op.strides[1]), 1, 1, int(op.pads[0]), int(op.pads[1]));
  step.count_include_pad = op.count_include_pad;
  step.y = lowering.Output(node);
  lowering.AddStep(node, PrecisionName(lowering, node), std::move(step));
  return {};
}

Status LowerReduce(Lowering& lowering, const Node& node) {
  const Reduce& op = std::get<Reduce>(node.op);
  const Shape& x = lowering.graph.values[node.inputs[0]].shape;
  if (!lowering.Runs(node, Precision::kInt8)) {
    engine::ReduceT step;
    step.x = lowering.Input(node, 0);
    step.op = uint8_t(op.op);
    step.axes.assign(op.axes.begin(), op.axes.end());
    step.y = lowering.Output(node);
    lowering.AddStep(node, "fp32", std::move(step));
    return {};
  }
  // The mean over a plane is average pooling with a window as large.
  const Shape pooled{x[0], 1, 1, x[3]};
  engine::PoolT step;
  step.x = lowering.Input(node, 0);
  step.kind = engine::PoolKind::Average;
  step.window =
      std::make_unique<engine::Window>(int(x[1]), int(x[2]), 1, 1, 1, 1, 0, 0);
  step.y = lowering.Output(node, &pooled);
  lowering.AddStep(node, "int8", std::move(step));
  return {};
}

Status LowerSoftmax(Lowering& lowering, const Node& node) {
  if (lowering.in_expectation.contains(node.outputs[0])) return {};
  const int64_t rank = lowering.graph.values[node.inputs[0]].shape.rank();
  const int64_t axis = std::get<Softmax>(node.op).axis;
  engine::SoftmaxT step;
  step.x = lowering.Dense(node.name, lowering.Input(node, 0));
  step.axis = int(axis < 0 ? axis + rank : axis);
  step.y = step.axis == rank - 1 ? lowering.OutputOrCodes(node)
                                 : lowering.Output(node);
  lowering.AddStep(node, "fp32", step);
  return {};
}

Status LowerLayerNorm(Lowering& lowering, const Node& node) {
  const LayerNorm& op = std::get<LayerNorm>(node.op);
  const int64_t rank = lowering.graph.values[node.inputs[0]].shape.rank();
  if (op.axis != -1 && op.axis != rank - 1) {
    return Unsupported("normalization over more than the last axis");
  }
  engine::LayerNormT step;
  step.x = lowering.Dense(node.name, lowering.Input(node, 0));
  step.scale = lowering.Input(node, 1);
  if (lowering.HasInput(node, 2)) step.bias = lowering.Input(node, 2);
  step.epsilon = op.epsilon;
  step.y = lowering.OutputOrCodes(node, /*may_be_per_channel=*/true);
  lowering.AddStep(node, "fp32", step);
  return {};
}

}  // namespace octet::compile
