// An expectation: the product of a softmax with one row of constant weights, as
// detectors decode the sides of their boxes. One step does both, so that the
// probabilities are never written.
#include <algorithm>

#include "compile/lower/lowering.h"
#include "compile/plan/classify.h"

namespace octet::compile {
namespace {

class ExpectationPlacer {
 public:
  explicit ExpectationPlacer(Lowering& lowering)
      : lowering_(lowering), uses_(ComputeUses(lowering.graph)) {}

  void Place(const Node& product) {
    if (!IsRow(product)) return;
    const ValueId v = product.inputs[0];
    const NodeId maker = uses_.producer[size_t(v)];
    if (maker == kNoNode || !IsLink(v, product)) return;
    const Node& node = lowering_.graph.nodes[size_t(maker)];
    const auto* softmax = std::get_if<Softmax>(&node.op);
    const int64_t last = lowering_.graph.values[size_t(v)].shape.rank() - 1;
    if (softmax == nullptr || (softmax->axis != -1 && softmax->axis != last)) {
      return;
    }
    lowering_.in_expectation[v] = &node;
  }

 private:
  const Shape& ShapeOf(ValueId v) const {
    return lowering_.graph.values[size_t(v)].shape;
  }

  // Whether a node is a product in f32 with one row of weights, and nothing
  // else.
  bool IsRow(const Node& node) const {
    const Conv* conv = std::get_if<Conv>(&node.op);
    if (conv == nullptr || !lowering_.Runs(node, Precision::kF32) ||
        !lowering_.IsConstant(node.inputs[1]) || lowering_.HasInput(node, 2)) {
      return false;
    }
    const Shape& x = ShapeOf(node.inputs[0]);
    const bool is_everywhere =
        conv->strides == std::array<int64_t, 2>{1, 1} &&
        std::ranges::all_of(conv->pads, [](int64_t p) { return p == 0; });
    return is_everywhere && conv->fusion == Fusion() &&
           ShapeOf(node.outputs[0])[x.rank() - 1] == 1 &&
           ShapeOf(node.inputs[1]).elements() == x[x.rank() - 1];
  }

  // Whether `v` goes to `reader` alone and as f32.
  bool IsLink(ValueId v, const Node& reader) const {
    return !uses_.is_output[size_t(v)] &&
           uses_.readers[size_t(v)].size() == 1 &&
           !lowering_.placements.contains(v) &&
           lowering_.PlanOf(reader).input_forms[0] == 0 &&
           IsF32(lowering_.FormsOf(v)[0]);
  }

  Lowering& lowering_;
  Uses uses_;
};

}  // namespace

void PlaceExpectations(Lowering& lowering) {
  ExpectationPlacer placer(lowering);
  for (const Node& node : lowering.graph.nodes) placer.Place(node);
}

void AddExpectation(Lowering& lowering, const Node& softmax,
                    const Node& product) {
  engine::SoftmaxT step;
  step.x = lowering.Dense(softmax.name, lowering.Input(softmax, 0));
  step.axis = int(lowering.builder.shape(step.x).rank()) - 1;
  step.weights = lowering.Input(product, 1);
  step.y = lowering.Output(product);
  lowering.AddStep(product, "fp32", std::move(step),
                   CountMacs(lowering.graph, product));
}

}  // namespace octet::compile
