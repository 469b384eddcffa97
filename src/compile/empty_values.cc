#include "compile/empty_values.h"

#include "base/error.h"

namespace octet::compile {
namespace {

bool IsEmpty(const Value& value) { return value.shape.elements() == 0; }

Status Refusal(const std::string& model, const Node& node, const char* does,
               const Value& value) {
  return BadInput(
      "{}: node '{}' ({}) {} '{}' of shape {}, which has no elements, so that "
      "there is nothing to compute; take it out of the model, or give other "
      "--shapes",
      model, node.name, node.type, does, value.name, value.shape.ToString());
}

}  // namespace

Status RefuseEmptyValues(const Graph& graph, const std::string& model) {
  for (const Node& node : graph.nodes) {
    for (ValueId v : node.inputs) {
      if (v == kNoValue) continue;
      const Value& value = graph.values[size_t(v)];
      if (value.is_constant() && value.dtype == DType::kF32 && IsEmpty(value)) {
        return Refusal(model, node, "reads", value);
      }
    }
    for (ValueId v : node.outputs) {
      const Value& value = graph.values[size_t(v)];
      if (IsEmpty(value)) return Refusal(model, node, "makes", value);
    }
  }
  return {};
}

}  // namespace octet::compile
