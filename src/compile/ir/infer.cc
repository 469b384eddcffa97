#include "compile/ir/infer.h"

#include "compile/ir/arity.h"
#include "compile/ir/infer_rules.h"

namespace octet::compile {
namespace {

// The product over the dimensions that are numbers must stay within bounds:
// symbols only make a value bigger.
Status CheckSize(const InferContext& c, const Inferred& inferred) {
  if (!inferred.has_shape) return {};
  int64_t elements = 1;
  for (int64_t dim : inferred.shape.dims()) {
    if (!IsNumber(dim) || dim == 0) continue;
    if (elements > kMostElements / dim) {
      return c.Bad("its output has shape {}, more than {} elements",
                   c.Text(inferred.shape), kMostElements);
    }
    elements *= dim;
  }
  return {};
}

}  // namespace

Result<Inferred> ShapeInference::Check(Node& node) {
  OCTET_RETURN_IF_ERROR(CheckArity(node));
  const InferContext context(graph_, known_, node);
  OCTET_RETURN_IF_ERROR(Freeze(context, node));
  OCTET_ASSIGN(Inferred inferred,
               std::visit([&](auto& op) { return compile::Infer(context, op); },
                          node.op));
  OCTET_RETURN_IF_ERROR(CheckSize(context, inferred));
  return inferred;
}

int64_t ShapeInference::Symbol(const std::string& name) {
  for (; symbols_seen_ < graph_.symbols.size(); ++symbols_seen_) {
    symbols_.emplace(graph_.symbols[symbols_seen_],
                     -1 - int64_t(symbols_seen_));
  }
  const auto found = symbols_.find(name);
  if (found != symbols_.end()) return found->second;
  graph_.symbols.push_back(name);
  return -int64_t(graph_.symbols.size());
}

Status ShapeInference::Infer(Node& node) {
  OCTET_ASSIGN(Inferred inferred, Check(node));
  Value& output = graph_.values[size_t(node.outputs[0])];
  for (int axis = 0; axis < inferred.shape.rank(); ++axis) {
    if (!IsUnknown(inferred.shape[axis])) continue;
    inferred.shape[axis] = Symbol(output.name + "." + std::to_string(axis));
  }
  output.dtype = inferred.dtype;
  output.has_shape = inferred.has_shape;
  output.shape = inferred.has_shape ? inferred.shape : Shape();
  known_.Update(node);
  return {};
}

Status InferShapes(Graph& graph) {
  ShapeInference inference(graph);
  for (Node& node : graph.nodes) {
    OCTET_RETURN_IF_ERROR(inference.Infer(node));
  }
  return {};
}

}  // namespace octet::compile
