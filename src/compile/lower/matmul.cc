// Products of two computed matrices. A transpose before or behind one (the
// heads of an attention are split off and joined by such) moves nothing: the
// product steps through memory in that order.
#include <algorithm>

#include "base/error.h"
#include "compile/lower/lowering.h"
#include "compile/plan/classify.h"

namespace octet::compile {
namespace {

// Products take slots 0 and 1 in any order of axes that leaves their memory's
// innermost axis among the last two, a in the very last place.
bool TakesOrder(const std::vector<int64_t>& perm, size_t slot) {
  const int64_t last = int64_t(perm.size()) - 1;
  return perm.size() >= 2 &&
         (perm.back() == last || (slot == 1 && perm[perm.size() - 2] == last));
}

class TransposePlacer {
 public:
  explicit TransposePlacer(Lowering& lowering)
      : lowering_(lowering), uses_(ComputeUses(lowering.graph)) {}

  void Place(const Node& node) {
    const Transpose* op = std::get_if<Transpose>(&node.op);
    if (op == nullptr || lowering_.IsConstant(node.inputs[0])) return;
    if (MayReadThrough(node, op->perm)) {
      lowering_.read_through[node.outputs[0]] = &node;
    } else if (MayWriteThrough(node, op->perm)) {
      lowering_.written_through[node.inputs[0]] = &node;
    }
  }

 private:
  // A product that runs in f32 and has no constant weights.
  bool IsDynamic(NodeId n) const {
    if (n == kNoNode) return false;
    const Node& node = lowering_.graph.nodes[size_t(n)];
    return std::holds_alternative<MatMul>(node.op) &&
           Classify(lowering_.graph, node) == Role::kFloat &&
           lowering_.Runs(node, Precision::kF32);
  }

  bool MayReadThrough(const Node& node,
                      const std::vector<int64_t>& perm) const {
    const ValueId y = node.outputs[0];
    const auto& readers = uses_.readers[size_t(y)];
    if (uses_.is_output[size_t(y)] || readers.empty() ||
        !lowering_.Runs(node, Precision::kF32) ||
        lowering_.placements.contains(y)) {
      return false;
    }
    return std::ranges::all_of(readers, [&](NodeId n) {
      return IsDynamic(n) &&
             ReadsInOrder(lowering_.graph.nodes[size_t(n)], y, perm);
    });
  }

  bool ReadsInOrder(const Node& reader, ValueId v,
                    const std::vector<int64_t>& perm) const {
    for (size_t i = 0; i < reader.inputs.size(); ++i) {
      if (reader.inputs[i] != v) continue;
      if (i > 1 || !TakesOrder(perm, i) ||
          !IsF32(lowering_.InputForm(reader, i))) {
        return false;
      }
    }
    return true;
  }

  bool MayWriteThrough(const Node& node,
                       const std::vector<int64_t>& perm) const {
    const ValueId x = node.inputs[0];
    const Form& y = lowering_.OutputForm(node);
    if (uses_.is_output[size_t(x)] || uses_.readers[size_t(x)].size() != 1 ||
        !IsDynamic(uses_.producer[size_t(x)]) || !TakesOrder(perm, 0) ||
        lowering_.placements.contains(x) || !IsF32(lowering_.FormsOf(x)[0])) {
      return false;
    }
    const Form& read = lowering_.InputForm(node, 0);
    if (IsF32(y)) return IsF32(read);
    // To codes only once, and all of them alike.
    return y.is_u8() && y.quant.scale.size() == 1 && read.quant == y.quant;
  }

  Lowering& lowering_;
  Uses uses_;
};

// Operand `slot`, and in which order its axes are read.
int Operand(Lowering& lowering, const Node& node, size_t slot,
            std::vector<int>& perm) {
  const auto through = lowering.read_through.find(node.inputs[slot]);
  if (through == lowering.read_through.end()) {
    return lowering.Input(node, slot);
  }
  const Node& transpose = *through->second;
  const auto& order = std::get<Transpose>(transpose.op).perm;
  perm.assign(order.begin(), order.end());
  return lowering.Input(transpose, 0);
}

// What a transpose that the product does is written as: its output, or, if
// that is codes, f32 in its order.
int TransposedOutput(Lowering& lowering, const Node& transpose) {
  if (!lowering.OutputForm(transpose).is_u8()) {
    return lowering.Output(transpose);
  }
  const Graph& graph = lowering.graph;
  const std::string& name = graph.values[size_t(transpose.inputs[0])].name;
  const Shape& shape = graph.values[size_t(transpose.outputs[0])].shape;
  const int value = lowering.builder.AddValue(name, DType::kF32, shape);
  lowering.SetFirst(transpose.inputs[0], value);
  return value;
}

}  // namespace

void PlaceTransposes(Lowering& lowering) {
  TransposePlacer placer(lowering);
  for (const Node& node : lowering.graph.nodes) placer.Place(node);
}

Status LowerDynamicMatMul(Lowering& lowering, const Node& node) {
  const MatMul& op = std::get<MatMul>(node.op);
  engine::MatMulF32T step;
  step.a = Operand(lowering, node, 0, step.a_perm);
  step.b = Operand(lowering, node, 1, step.b_perm);
  if (lowering.HasInput(node, 2)) step.bias = lowering.Input(node, 2);
  if (op.fusion.residual) {
    step.residual =
        lowering.Dense(node.name, lowering.Input(node, node.inputs.size() - 1));
  }
  step.before = engine::FromFunction(op.fusion.before);
  step.after = engine::FromFunction(op.fusion.after);
  const auto through = lowering.written_through.find(node.outputs[0]);
  if (through == lowering.written_through.end()) {
    step.y = lowering.Output(node);
  } else {
    const auto& perm = std::get<Transpose>(through->second->op).perm;
    step.y = TransposedOutput(lowering, *through->second);
    step.y_perm.resize(perm.size());
    for (size_t i = 0; i < perm.size(); ++i) {
      step.y_perm[size_t(perm[i])] = int(i);
    }
  }
  lowering.AddStep(node, "fp32", std::move(step),
                   CountMacs(lowering.graph, node));
  return {};
}

Status LowerWrittenTranspose(Lowering& lowering, const Node& node) {
  if (!lowering.OutputForm(node).is_u8()) return {};
  engine::QuantizeT step;
  step.x = lowering.ValueIn(node.inputs[0], 0);
  step.y = lowering.Output(node);
  lowering.AddStep(node, kMove, std::move(step));
  return {};
}

}  // namespace octet::compile
