// Products of two computed matrices, and attentions, which are made of such. A
// transpose before or behind one (the heads of an attention are split off and
// joined by such) moves nothing: the step goes through memory in that order.
#include <algorithm>

#include "compile/lower/lowering.h"
#include "compile/plan/classify.h"

namespace octet::compile {
namespace {

// Operands may have any order of axes that leaves their memory's innermost axis
// among the last two, the left one (and the result) in the very last place.
bool TakesOrder(const std::vector<int64_t>& perm, size_t slot) {
  const int64_t last = int64_t(perm.size()) - 1;
  return perm.size() >= 2 &&
         (perm.back() == last || (slot > 0 && perm[perm.size() - 2] == last));
}

// How many operands it reads in any order: those of a product without constant
// weights, and those of an attention; 0 for other nodes.
size_t OperandsInOrder(const Lowering& lowering, NodeId n) {
  if (n == kNoNode) return 0;
  const Node& node = lowering.graph.nodes[size_t(n)];
  if (std::holds_alternative<Attention>(node.op)) return 3;
  const bool steps = std::holds_alternative<MatMul>(node.op) &&
                     Classify(lowering.graph, node) != Role::kProduct;
  return steps ? 2 : 0;
}

// Whether one is what the other is, so that nothing is left to convert.
bool AreAlike(const Form& a, const Form& b) {
  return a.storage == b.storage && a.quant == b.quant;
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
  bool MayReadThrough(const Node& node,
                      const std::vector<int64_t>& perm) const {
    const ValueId y = node.outputs[0];
    const auto& readers = uses_.readers[size_t(y)];
    if (uses_.is_output[size_t(y)] || readers.empty() || !IsLeftToStep(node) ||
        lowering_.placements.contains(y)) {
      return false;
    }
    return std::ranges::all_of(
        readers, [&](NodeId n) { return ReadsInOrder(n, y, node, perm); });
  }

  // A transpose that moves f32, or halves or codes as they are.
  bool IsLeftToStep(const Node& node) const {
    if (lowering_.Runs(node, Precision::kF32)) return true;
    const Form& y = lowering_.OutputForm(node);
    return !IsF32(y) && AreAlike(lowering_.InputForm(node, 0), y);
  }

  bool ReadsInOrder(NodeId n, ValueId v, const Node& transpose,
                    const std::vector<int64_t>& perm) const {
    const size_t operands = OperandsInOrder(lowering_, n);
    if (operands == 0) return false;
    const Node& reader = lowering_.graph.nodes[size_t(n)];
    for (size_t i = 0; i < reader.inputs.size(); ++i) {
      if (reader.inputs[i] != v) continue;
      const Form& read = lowering_.InputForm(reader, i);
      // Codes go where codes are read, and halves where such are: nobody
      // converts them on the way.
      const Storage own = StorageOf(lowering_.PlanOf(reader).precision);
      const bool is_left = IsF32(read) || read.storage == own;
      if (i >= operands || !TakesOrder(perm, i) || !is_left ||
          !AreAlike(read, lowering_.OutputForm(transpose))) {
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
        OperandsInOrder(lowering_, uses_.producer[size_t(x)]) == 0 ||
        !TakesOrder(perm, 0) || lowering_.placements.contains(x)) {
      return false;
    }
    const Form& read = lowering_.InputForm(node, 0);
    const Form& written = lowering_.FormsOf(x)[0];
    if (!IsF32(written)) return AreAlike(read, y) && AreAlike(written, y);
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

// Whether a transpose makes codes of the f32 that a product writes in its
// order.
bool QuantizesBehind(const Lowering& lowering, const Node& transpose) {
  return lowering.OutputForm(transpose).is_u8() &&
         IsF32(lowering.FormsOf(transpose.inputs[0])[0]);
}

// What a transpose that the product does is written as: its output, or, if
// that is codes and the product writes none, f32 in its order.
int TransposedOutput(Lowering& lowering, const Node& transpose) {
  if (!QuantizesBehind(lowering, transpose)) return lowering.Output(transpose);
  const Graph& graph = lowering.graph;
  const std::string& name = graph.values[size_t(transpose.inputs[0])].name;
  const Shape& shape = graph.values[size_t(transpose.outputs[0])].shape;
  const int value = lowering.builder.AddValue(name, DType::kF32, shape);
  lowering.SetFirst(transpose.inputs[0], value);
  return value;
}

// What a product writes, and in which order of axes.
int ProductOutput(Lowering& lowering, const Node& node,
                  std::vector<int>& order) {
  const auto through = lowering.written_through.find(node.outputs[0]);
  if (through == lowering.written_through.end()) return lowering.Output(node);
  const auto& perm = std::get<Transpose>(through->second->op).perm;
  order.resize(perm.size());
  for (size_t i = 0; i < perm.size(); ++i) order[size_t(perm[i])] = int(i);
  return TransposedOutput(lowering, *through->second);
}

int Residual(Lowering& lowering, const Node& node) {
  if (!std::get<MatMul>(node.op).fusion.residual) return -1;
  return lowering.Dense(node.name,
                        lowering.Input(node, node.inputs.size() - 1));
}

int Mask(Lowering& lowering, const Node& node) {
  if (!lowering.HasInput(node, 3)) return -1;
  return lowering.Dense(node.name, lowering.Input(node, 3));
}

void AddProductOfCodes(Lowering& lowering, const Node& node) {
  engine::MatMulU8T step;
  step.a = Operand(lowering, node, 0, step.a_perm);
  step.b = Operand(lowering, node, 1, step.b_perm);
  step.y = ProductOutput(lowering, node, step.y_perm);
  lowering.AddStep(node, "int8", std::move(step),
                   CountMacs(lowering.graph, node));
}

template <typename Step>
void AddAttention(Lowering& lowering, const Node& node,
                  std::string_view precision) {
  Step step;
  step.a = Operand(lowering, node, 0, step.a_perm);
  step.b = Operand(lowering, node, 1, step.b_perm);
  step.c = Operand(lowering, node, 2, step.c_perm);
  step.residual = Mask(lowering, node);
  step.y = ProductOutput(lowering, node, step.y_perm);
  lowering.AddStep(node, precision, std::move(step),
                   CountMacs(lowering.graph, node));
}

}  // namespace

void PlaceTransposes(Lowering& lowering) {
  TransposePlacer placer(lowering);
  for (const Node& node : lowering.graph.nodes) placer.Place(node);
}

Status LowerAttention(Lowering& lowering, const Node& node) {
  const Precision precision = lowering.PlanOf(node).precision;
  if (precision == Precision::kInt8) {
    AddAttention<engine::AttentionU8T>(lowering, node, Name(precision));
  } else if (IsHalf(precision)) {
    AddAttention<engine::AttentionHalfT>(lowering, node, Name(precision));
  } else {
    AddAttention<engine::AttentionF32T>(lowering, node, Name(precision));
  }
  return {};
}

Status LowerDynamicMatMul(Lowering& lowering, const Node& node) {
  if (lowering.Runs(node, Precision::kInt8)) {
    AddProductOfCodes(lowering, node);
    return {};
  }
  const MatMul& op = std::get<MatMul>(node.op);
  engine::MatMulF32T step;
  step.a = Operand(lowering, node, 0, step.a_perm);
  step.b = Operand(lowering, node, 1, step.b_perm);
  if (lowering.HasInput(node, 2)) step.bias = lowering.Input(node, 2);
  step.residual = Residual(lowering, node);
  step.before = engine::FromFunction(op.fusion.before);
  step.after = engine::FromFunction(op.fusion.after);
  step.y = ProductOutput(lowering, node, step.y_perm);
  lowering.AddStep(node, "fp32", std::move(step),
                   CountMacs(lowering.graph, node));
  return {};
}

Status LowerWrittenTranspose(Lowering& lowering, const Node& node) {
  if (!QuantizesBehind(lowering, node)) return {};
  engine::QuantizeT step;
  step.x = lowering.ValueIn(node.inputs[0], 0);
  step.y = lowering.Output(node);
  lowering.AddStep(node, kMove, step);
  return {};
}

}  // namespace octet::compile
