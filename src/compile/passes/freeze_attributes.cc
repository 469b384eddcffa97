// Shapes, axes and sizes that a model passes as inputs become attributes: shape
// inference does that wherever they are known. What is left here depends on
// data and cannot be compiled.
#include <string>

#include "base/error.h"
#include "compile/ir/infer.h"
#include "compile/passes/passes.h"

namespace octet::compile {
namespace {

bool HasAttributeInputs(const Node& node) {
  return node.inputs.size() > 1 && (std::holds_alternative<Reshape>(node.op) ||
                                    std::holds_alternative<Slice>(node.op) ||
                                    std::holds_alternative<Pad>(node.op) ||
                                    std::holds_alternative<Resize>(node.op) ||
                                    std::holds_alternative<Expand>(node.op) ||
                                    std::holds_alternative<Tile>(node.op) ||
                                    std::holds_alternative<Reduce>(node.op));
}

size_t CountInputs(const Graph& graph) {
  size_t count = 0;
  for (const Node& node : graph.nodes) count += node.inputs.size();
  return count;
}

}  // namespace

Result<bool> FreezeAttributes(Graph& graph) {
  const size_t before = CountInputs(graph);
  OCTET_RETURN_IF_ERROR(InferShapes(graph));
  const bool changed = CountInputs(graph) != before;
  if (changed) Compact(graph);
  std::string open;
  for (const Node& node : graph.nodes) {
    if (!HasAttributeInputs(node)) continue;
    if (!open.empty()) open += ", ";
    open += "'" + node.name + "' (" + node.type + ")";
  }
  if (open.empty()) return changed;
  return Unsupported(
      "shapes, axes or sizes are computed from the data at nodes {}; export "
      "the model with fixed sizes there",
      open);
}

}  // namespace octet::compile
