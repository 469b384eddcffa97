#include "compile/onnx/signed_activations.h"

#include <string>
#include <utility>
#include <vector>

#include "compile/ir/unique_names.h"

namespace octet::compile {
namespace {

// Kinds that give out elements of their first input (all inputs of a Concat)
// unchanged, or the biggest of them: 128 more in is 128 more out.
bool Moves(const Node& node) {
  if (const auto* pool = std::get_if<Pool>(&node.op)) {
    return pool->op == PoolOp::kMax;
  }
  if (const auto* resize = std::get_if<Resize>(&node.op)) {
    return resize->mode == ResizeMode::kNearest;
  }
  return std::holds_alternative<Reshape>(node.op) ||
         std::holds_alternative<Transpose>(node.op) ||
         std::holds_alternative<Slice>(node.op) ||
         std::holds_alternative<Concat>(node.op) ||
         std::holds_alternative<Gather>(node.op) ||
         std::holds_alternative<Expand>(node.op) ||
         std::holds_alternative<Tile>(node.op);
}

class Converter {
 public:
  explicit Converter(Graph& graph)
      : graph_(graph),
        parent_(graph.values.size()),
        blocked_(graph.values.size()) {
    for (size_t v = 0; v < parent_.size(); ++v) parent_[v] = ValueId(v);
  }

  void Run() {
    for (const Value& value : graph_.values) names_.Reserve(value.name);
    for (ValueId id : graph_.inputs) Block(id);
    for (ValueId id : graph_.outputs) Block(id);
    for (size_t v = 0; v < graph_.values.size(); ++v) {
      if (graph_.values[v].is_constant()) Block(ValueId(v));
    }
    for (const Node& node : graph_.nodes) Connect(node);
    const size_t nodes = graph_.nodes.size();
    for (size_t n = 0; n < nodes; ++n) Convert(graph_.nodes[n]);
    for (size_t v = 0; v < parent_.size(); ++v) {
      if (Converts(ValueId(v))) graph_.values[v].dtype = DType::kU8;
    }
  }

 private:
  ValueId Root(ValueId id) {
    while (parent_[size_t(id)] != id) {
      parent_[size_t(id)] = parent_[size_t(parent_[size_t(id)])];
      id = parent_[size_t(id)];
    }
    return id;
  }

  bool IsSigned(ValueId id) const {
    return id != kNoValue && graph_.values[size_t(id)].dtype == DType::kS8;
  }

  void Block(ValueId id) { blocked_[size_t(Root(id))] = true; }

  void Join(ValueId a, ValueId b) {
    a = Root(a);
    b = Root(b);
    parent_[size_t(a)] = b;
    blocked_[size_t(b)] = blocked_[size_t(a)] || blocked_[size_t(b)];
  }

  bool Converts(ValueId id) {
    return size_t(id) < parent_.size() && IsSigned(id) &&
           !blocked_[size_t(Root(id))];
  }

  bool HasConstantZeroPoint(const Node& node) const {
    return node.inputs.size() < 3 || node.inputs[2] == kNoValue ||
           graph_.values[size_t(node.inputs[2])].is_constant();
  }

  // Values that only convert together, and those that cannot.
  void Connect(const Node& node) {
    const ValueId out = node.outputs[0];
    if (std::holds_alternative<Quantize>(node.op)) {
      if (!HasConstantZeroPoint(node)) Block(out);
    } else if (std::holds_alternative<Dequantize>(node.op)) {
      if (!HasConstantZeroPoint(node)) Block(node.inputs[0]);
    } else if (Moves(node)) {
      for (ValueId id : node.inputs) {
        if (IsSigned(id)) Join(id, out);
      }
    } else {
      for (ValueId id : node.inputs) {
        if (IsSigned(id)) Block(id);
      }
      if (IsSigned(out)) Block(out);
    }
  }

  // The zero point with 128 added, as a new constant.
  ValueId MoreBy128(const Node& node, ValueId signed_value) {
    const bool given = node.inputs.size() > 2 && node.inputs[2] != kNoValue;
    const Value& scale = graph_.values[size_t(node.inputs[1])];
    Tensor shifted(DType::kU8, given
                                   ? graph_.values[size_t(node.inputs[2])].shape
                                   : scale.shape);
    for (int64_t i = 0; i < shifted.elements(); ++i) {
      const int zero = given ? graph_.values[size_t(node.inputs[2])]
                                   .data->as<int8_t>()[size_t(i)]
                             : 0;
      shifted.as<uint8_t>()[size_t(i)] = uint8_t(zero + 128);
    }
    Value constant;
    constant.name =
        names_.Take(graph_.values[size_t(signed_value)].name + ".zero_point");
    constant.dtype = DType::kU8;
    constant.shape = shifted.shape();
    constant.has_shape = true;
    constant.data = std::make_shared<const Tensor>(std::move(shifted));
    return graph_.AddValue(std::move(constant));
  }

  void Convert(Node& node) {
    const bool quantizes = std::holds_alternative<Quantize>(node.op);
    if (!quantizes && !std::holds_alternative<Dequantize>(node.op)) return;
    const ValueId value = quantizes ? node.outputs[0] : node.inputs[0];
    if (!Converts(value)) return;
    const ValueId zero = MoreBy128(node, value);
    node.inputs.resize(3, kNoValue);
    node.inputs[2] = zero;
  }

  Graph& graph_;
  std::vector<ValueId> parent_;  // union-find over values
  std::vector<bool> blocked_;    // by root
  UniqueNames names_;
};

}  // namespace

void MakeActivationsUnsigned(Graph& graph) { Converter(graph).Run(); }

}  // namespace octet::compile
