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

// A product that runs in f32 and has no constant weights.
bool IsDynamic(const Lowering& lowering, NodeId n) {
  if (n == kNoNode) return false;
  const Node& node = lowering.graph.nodes[size_t(n)];
  return std::holds_alternative<MatMul>(node.op) &&
         Classify(lowering.graph, node) == Role::kFloat &&
         lowering.Runs(node, Precision::kF32);
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
    if (uses_.is_output[size_t(y)] || readers.empty() ||
        !lowering_.Runs(node, Precision::kF32) ||
        lowering_.placements.contains(y)) {
      return false;
    }
    return std::ranges::all_of(readers, [&](NodeId n) {
      return IsDynamic(lowering_, n) &&
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
        !IsDynamic(lowering_, uses_.producer[size_t(x)]) ||
        !TakesOrder(perm, 0) || lowering_.placements.contains(x) ||
        !IsF32(lowering_.FormsOf(x)[0])) {
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

// The batches of a product.
std::span<const int64_t> BatchesOf(const Lowering& lowering, ValueId v) {
  const Shape& shape = lowering.graph.values[size_t(v)].shape;
  return shape.dims().first(size_t(shape.rank() - 2));
}

class AttentionPlacer {
 public:
  explicit AttentionPlacer(Lowering& lowering)
      : lowering_(lowering), uses_(ComputeUses(lowering.graph)) {}

  void Place(const Node& softmax) {
    const ValueId x = softmax.inputs[0], y = softmax.outputs[0];
    if (!std::holds_alternative<Softmax>(softmax.op) || !IsLink(x, softmax) ||
        std::get<Softmax>(softmax.op).axis != ShapeOf(x).rank() - 1) {
      return;
    }
    const NodeId product = uses_.producer[size_t(x)];
    if (!IsDynamic(lowering_, product)) return;
    const Node& scores = lowering_.graph.nodes[size_t(product)];
    if (!IsPlain(scores) || uses_.readers[size_t(y)].size() != 1) return;
    const NodeId reader = uses_.readers[size_t(y)][0];
    const Node& context = lowering_.graph.nodes[size_t(reader)];
    if (!IsDynamic(lowering_, reader) || context.inputs[0] != y ||
        !IsLink(y, context) || !IsPlain(context) ||
        std::get<MatMul>(context.op).fusion.residual ||
        !std::ranges::equal(BatchesOf(lowering_, x),
                            BatchesOf(lowering_, context.outputs[0]))) {
      return;
    }
    lowering_.in_attention[x] = &scores;
    lowering_.in_attention[y] = &scores;
  }

 private:
  const Shape& ShapeOf(ValueId v) const {
    return lowering_.graph.values[size_t(v)].shape;
  }

  // Whether `v` goes to `reader` alone and as f32.
  bool IsLink(ValueId v, const Node& reader) const {
    return !uses_.is_output[size_t(v)] &&
           uses_.readers[size_t(v)].size() == 1 &&
           !lowering_.placements.contains(v) &&
           lowering_.Runs(reader, Precision::kF32) &&
           lowering_.PlanOf(reader).input_forms[0] == 0 &&
           IsF32(lowering_.FormsOf(v)[0]);
  }

  // Without functions or bias.
  bool IsPlain(const Node& node) const {
    const Fusion& fusion = std::get<MatMul>(node.op).fusion;
    return !lowering_.HasInput(node, 2) &&
           fusion.before.kind == FunctionKind::kIdentity &&
           fusion.after.kind == FunctionKind::kIdentity;
  }

  Lowering& lowering_;
  Uses uses_;
};

void AddAttention(Lowering& lowering, const Node& scores, const Node& context) {
  engine::AttentionF32T step;
  step.a = Operand(lowering, scores, 0, step.a_perm);
  step.b = Operand(lowering, scores, 1, step.b_perm);
  step.c = Operand(lowering, context, 1, step.c_perm);
  step.residual = Residual(lowering, scores);
  step.y = ProductOutput(lowering, context, step.y_perm);
  lowering.AddStep(
      context, "fp32", std::move(step),
      CountMacs(lowering.graph, scores) + CountMacs(lowering.graph, context));
}

}  // namespace

void PlaceTransposes(Lowering& lowering) {
  TransposePlacer placer(lowering);
  for (const Node& node : lowering.graph.nodes) placer.Place(node);
}

void PlaceAttention(Lowering& lowering) {
  AttentionPlacer placer(lowering);
  for (const Node& node : lowering.graph.nodes) placer.Place(node);
}

Status LowerDynamicMatMul(Lowering& lowering, const Node& node) {
  if (lowering.in_attention.contains(node.outputs[0])) return {};
  const auto attention = lowering.in_attention.find(node.inputs[0]);
  if (attention != lowering.in_attention.end()) {
    AddAttention(lowering, *attention->second, node);
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
  if (!lowering.OutputForm(node).is_u8()) return {};
  engine::QuantizeT step;
  step.x = lowering.ValueIn(node.inputs[0], 0);
  step.y = lowering.Output(node);
  lowering.AddStep(node, kMove, std::move(step));
  return {};
}

}  // namespace octet::compile
