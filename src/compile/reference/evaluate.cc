#include "compile/reference/evaluate.h"

#include <utility>

#include "base/error.h"
#include "compile/ir/infer.h"
#include "compile/reference/operations.h"

namespace octet::compile {
namespace {

using Values = std::vector<std::shared_ptr<const Tensor>>;

Status At(const Node& node, const Status& status) {
  return {status.code(), "node '" + node.name + "' (" +
                             std::string(KindName(node.op)) +
                             "): " + status.message()};
}

// Whether inputs behind the first stand for attributes: see ops.h.
bool HasAttributeInputs(const Node& node) {
  return node.inputs.size() > 1 && (std::holds_alternative<Reshape>(node.op) ||
                                    std::holds_alternative<Slice>(node.op) ||
                                    std::holds_alternative<Pad>(node.op) ||
                                    std::holds_alternative<Resize>(node.op) ||
                                    std::holds_alternative<Expand>(node.op) ||
                                    std::holds_alternative<Tile>(node.op) ||
                                    std::holds_alternative<Reduce>(node.op));
}

// The node's operation with those inputs moved into its attributes. Shape
// inference does that wherever they are constant, so here they are made to be.
Result<Op> MoveIntoAttributes(const Node& node,
                              std::span<const Tensor* const> inputs) {
  Graph graph;
  Node alone = node;
  alone.inputs.clear();
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i] == nullptr) {
      alone.inputs.push_back(kNoValue);
      continue;
    }
    Value value{.name = "input" + std::to_string(i),
                .dtype = inputs[i]->dtype(),
                .shape = inputs[i]->shape(),
                .has_shape = true,
                .data = nullptr};
    if (i > 0) value.data = std::make_shared<const Tensor>(*inputs[i]);
    alone.inputs.push_back(graph.AddValue(std::move(value)));
  }
  Value output;
  output.name = "output";
  alone.outputs = {graph.AddValue(std::move(output))};
  graph.nodes.push_back(std::move(alone));
  OCTET_RETURN_IF_ERROR(InferShapes(graph));
  if (graph.nodes[0].inputs.size() > 1) {
    return Unsupported("its inputs make no attributes");
  }
  return graph.nodes[0].op;
}

bool Fits(const Value& value, const Tensor& tensor) {
  if (value.dtype != tensor.dtype()) return false;
  if (!value.has_shape) return true;
  if (value.shape.rank() != tensor.shape().rank()) return false;
  for (int i = 0; i < value.shape.rank(); ++i) {
    if (value.shape[i] >= 0 && value.shape[i] != tensor.shape()[i]) {
      return false;
    }
  }
  return true;
}

Status CheckFits(const Value& value, const Tensor& tensor) {
  if (Fits(value, tensor)) return {};
  return BadInput("value '{}' is {} {}, expected {} {}", value.name,
                  Name(tensor.dtype()), tensor.shape().ToString(),
                  Name(value.dtype),
                  value.has_shape ? value.shape.ToString() : "of any shape");
}

Result<Values> Start(const Graph& graph, std::span<const Tensor> inputs) {
  if (inputs.size() != graph.inputs.size()) {
    return Usage("{} inputs given, the graph has {}", inputs.size(),
                 graph.inputs.size());
  }
  Values values(graph.values.size());
  for (size_t i = 0; i < values.size(); ++i) values[i] = graph.values[i].data;
  for (size_t i = 0; i < inputs.size(); ++i) {
    const auto id = size_t(graph.inputs[i]);
    OCTET_RETURN_IF_ERROR(CheckFits(graph.values[id], inputs[i]));
    values[id] = std::make_shared<const Tensor>(inputs[i]);
  }
  return values;
}

Status Step(const Graph& graph, const Node& node, Values& values) {
  std::vector<const Tensor*> inputs;
  for (ValueId id : node.inputs) {
    inputs.push_back(id == kNoValue ? nullptr : values[size_t(id)].get());
  }
  OCTET_ASSIGN(Tensor output, EvaluateNode(node, inputs));
  const auto id = size_t(node.outputs[0]);
  const Status fits = CheckFits(graph.values[id], output);
  if (!fits.ok()) return At(node, fits);
  values[id] = std::make_shared<const Tensor>(std::move(output));
  return {};
}

// How often each value is still to be read; the graph's outputs once more.
std::vector<int> CountReads(const Graph& graph) {
  std::vector<int> reads(graph.values.size());
  for (const Node& node : graph.nodes) {
    for (ValueId id : node.inputs) {
      if (id != kNoValue) ++reads[size_t(id)];
    }
  }
  for (ValueId id : graph.outputs) ++reads[size_t(id)];
  return reads;
}

}  // namespace

Result<Tensor> EvaluateNode(const Node& node,
                            std::span<const Tensor* const> inputs) {
  const auto run = [&](const Op& op, reference::Operands operands) {
    return std::visit(
        [&](const auto& kind) { return reference::Run(kind, operands); }, op);
  };
  Result<Tensor> result = Status(Code::kFailed, "not run");
  if (HasAttributeInputs(node) && inputs[0] != nullptr) {
    const Result<Op> op = MoveIntoAttributes(node, inputs);
    if (!op.ok()) return At(node, op.status());
    result = run(*op, inputs.first(1));
  } else {
    result = run(node.op, inputs);
  }
  if (!result.ok()) return At(node, result.status());
  return result;
}

Result<std::vector<std::shared_ptr<const Tensor>>> EvaluateAll(
    const Graph& graph, std::span<const Tensor> inputs) {
  OCTET_ASSIGN(Values values, Start(graph, inputs));
  for (const Node& node : graph.nodes) {
    OCTET_RETURN_IF_ERROR(Step(graph, node, values));
  }
  return values;
}

Result<std::vector<Tensor>> Evaluate(const Graph& graph,
                                     std::span<const Tensor> inputs) {
  OCTET_ASSIGN(Values values, Start(graph, inputs));
  std::vector<int> reads = CountReads(graph);
  for (const Node& node : graph.nodes) {
    OCTET_RETURN_IF_ERROR(Step(graph, node, values));
    for (ValueId id : node.inputs) {
      if (id == kNoValue) continue;
      if (--reads[size_t(id)] == 0) values[size_t(id)].reset();
    }
  }
  std::vector<Tensor> outputs;
  for (ValueId id : graph.outputs) {
    if (values[size_t(id)] == nullptr) {
      return BadInput("output '{}' is produced by no node",
                      graph.values[size_t(id)].name);
    }
    outputs.push_back(*values[size_t(id)]);
  }
  return outputs;
}

}  // namespace octet::compile
