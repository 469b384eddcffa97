#include "compile/ir/graph.h"

#include <array>
#include <utility>

#include "compile/ir/unique_names.h"

namespace octet::compile {
namespace {

constexpr std::array<std::string_view, std::variant_size_v<Op>> kKindNames = {
    "Conv",     "MatMul",    "Unary",
    "Binary",   "Pool",      "Reduce",
    "Softmax",  "LayerNorm", "Concat",
    "Slice",    "Pad",       "Transpose",
    "Reshape",  "Resize",    "Gather",
    "Cast",     "Where",     "Expand",
    "Tile",     "ShapeOf",   "ConstantOfShape",
    "Range",    "Quantize",  "Dequantize",
    "Attention"};
static_assert(!kKindNames.back().empty());

// Marks what the outputs depend on, from the last node to the first.
std::vector<bool> LiveNodes(const Graph& graph, std::vector<bool>& live_value) {
  std::vector<bool> live(graph.nodes.size());
  for (ValueId id : graph.outputs) live_value[size_t(id)] = true;
  for (size_t n = graph.nodes.size(); n-- > 0;) {
    for (ValueId id : graph.nodes[n].outputs) {
      if (live_value[size_t(id)]) live[n] = true;
    }
    if (!live[n]) continue;
    for (ValueId id : graph.nodes[n].inputs) {
      if (id != kNoValue) live_value[size_t(id)] = true;
    }
    for (ValueId id : graph.nodes[n].outputs) live_value[size_t(id)] = true;
  }
  return live;
}

}  // namespace

ValueId Graph::AddValue(Value value) {
  values.push_back(std::move(value));
  return ValueId(values.size() - 1);
}

ValueId Graph::AddConstant(std::string_view constant_name, Tensor tensor) {
  Value value;
  value.name = UniqueValueName(constant_name);
  value.dtype = tensor.dtype();
  value.shape = tensor.shape();
  value.has_shape = true;
  value.data = std::make_shared<const Tensor>(std::move(tensor));
  return AddValue(std::move(value));
}

std::string Graph::UniqueValueName(std::string_view base) const {
  UniqueNames names;
  for (const Value& value : values) names.Reserve(value.name);
  return names.Take(base);
}

std::string Graph::UniqueNodeName(std::string_view base) const {
  UniqueNames names;
  for (const Node& node : nodes) names.Reserve(node.name);
  return names.Take(base);
}

Uses ComputeUses(const Graph& graph) {
  Uses uses;
  uses.producer.assign(graph.values.size(), kNoNode);
  uses.readers.resize(graph.values.size());
  uses.is_output.assign(graph.values.size(), false);
  for (size_t n = 0; n < graph.nodes.size(); ++n) {
    for (ValueId id : graph.nodes[n].inputs) {
      if (id != kNoValue) uses.readers[size_t(id)].push_back(NodeId(n));
    }
    for (ValueId id : graph.nodes[n].outputs) {
      uses.producer[size_t(id)] = NodeId(n);
    }
  }
  for (ValueId id : graph.outputs) uses.is_output[size_t(id)] = true;
  return uses;
}

void Compact(Graph& graph) {
  std::vector<bool> live_value(graph.values.size());
  const std::vector<bool> live_node = LiveNodes(graph, live_value);
  for (ValueId id : graph.inputs) live_value[size_t(id)] = true;

  std::vector<ValueId> new_id(graph.values.size(), kNoValue);
  std::vector<Value> values;
  for (size_t v = 0; v < graph.values.size(); ++v) {
    if (!live_value[v]) continue;
    new_id[v] = ValueId(values.size());
    values.push_back(std::move(graph.values[v]));
  }
  graph.values = std::move(values);

  const auto renumber = [&](std::vector<ValueId>& ids) {
    for (ValueId& id : ids) {
      if (id != kNoValue) id = new_id[size_t(id)];
    }
  };
  std::vector<Node> nodes;
  for (size_t n = 0; n < graph.nodes.size(); ++n) {
    if (!live_node[n]) continue;
    renumber(graph.nodes[n].inputs);
    renumber(graph.nodes[n].outputs);
    nodes.push_back(std::move(graph.nodes[n]));
  }
  graph.nodes = std::move(nodes);
  renumber(graph.inputs);
  renumber(graph.outputs);
}

void ReplaceUses(Graph& graph, ValueId from, ValueId to) {
  for (Node& node : graph.nodes) {
    for (ValueId& id : node.inputs) {
      if (id == from) id = to;
    }
  }
  for (ValueId& id : graph.outputs) {
    if (id == from) id = to;
  }
}

std::string_view KindName(const Op& op) { return kKindNames[op.index()]; }

}  // namespace octet::compile
