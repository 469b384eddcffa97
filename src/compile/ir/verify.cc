#include "compile/ir/verify.h"

#include <algorithm>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/error.h"
#include "compile/ir/arity.h"
#include "compile/ir/dims.h"
#include "compile/ir/infer.h"

namespace octet::compile {
namespace {

template <typename List, typename NameOf>
Status CheckNames(const List& list, std::string_view what, NameOf name_of) {
  std::unordered_set<std::string_view> seen;
  for (const auto& item : list) {
    const std::string_view name = name_of(item);
    if (name.empty()) return Failed("a {} without a name", what);
    if (!seen.insert(name).second) {
      return Failed("two {}s have the name '{}'", what, name);
    }
  }
  return {};
}

Status CheckAllNames(const Graph& graph) {
  const auto of_member = [](const auto& item) -> std::string_view {
    return item.name;
  };
  OCTET_RETURN_IF_ERROR(CheckNames(graph.values, "value", of_member));
  OCTET_RETURN_IF_ERROR(CheckNames(graph.nodes, "node", of_member));
  return CheckNames(graph.symbols, "symbol",
                    [](const std::string& s) -> std::string_view { return s; });
}

Status CheckValue(const Graph& graph, const Value& value) {
  for (int64_t dim : value.shape.dims()) {
    if (dim < -int64_t(graph.symbols.size())) {
      return Failed("value '{}': a dimension has symbol {} of {}", value.name,
                    -1 - dim, graph.symbols.size());
    }
  }
  if (!value.is_constant()) return {};
  if (!value.has_shape || value.dtype != value.data->dtype() ||
      !(value.shape == value.data->shape())) {
    return Failed("constant '{}' has another type than its data", value.name);
  }
  return {};
}

bool InRange(const Graph& graph, ValueId id) {
  return id >= 0 && size_t(id) < graph.values.size();
}

// Follows the nodes in order and sees that every value exists when it is read.
class FlowCheck {
 public:
  explicit FlowCheck(const Graph& graph)
      : graph_(graph), made_(graph.values.size()) {
    for (size_t v = 0; v < graph.values.size(); ++v) {
      made_[v] = graph.values[v].is_constant();
    }
  }

  Status Inputs() {
    for (ValueId id : graph_.inputs) {
      if (!InRange(graph_, id))
        return Failed("graph input {} of {}", id, made_.size());
      if (made_[size_t(id)]) {
        return Failed("graph input '{}' is a constant or given twice",
                      NameOf(id));
      }
      made_[size_t(id)] = true;
    }
    return {};
  }

  Status OneNode(const Node& node) {
    for (ValueId id : node.inputs) {
      if (id == kNoValue) continue;
      if (!InRange(graph_, id)) {
        return Failed("node '{}' reads value {} of {}", node.name, id,
                      made_.size());
      }
      if (!made_[size_t(id)]) {
        return Failed("node '{}' reads '{}' before it is made", node.name,
                      NameOf(id));
      }
    }
    for (ValueId id : node.outputs) {
      if (!InRange(graph_, id)) {
        return Failed("node '{}' makes value {} of {}", node.name, id,
                      made_.size());
      }
      if (made_[size_t(id)]) {
        return Failed("node '{}' makes '{}' a second time", node.name,
                      NameOf(id));
      }
      made_[size_t(id)] = true;
    }
    return {};
  }

  Status Outputs() {
    if (graph_.outputs.empty()) return Failed("the graph has no output");
    for (ValueId id : graph_.outputs) {
      if (!InRange(graph_, id))
        return Failed("graph output {} of {}", id, made_.size());
      if (!made_[size_t(id)]) {
        return Failed("graph output '{}' is never made", NameOf(id));
      }
    }
    return {};
  }

 private:
  const std::string& NameOf(ValueId id) const {
    return graph_.values[size_t(id)].name;
  }

  const Graph& graph_;
  std::vector<bool> made_;
};

Status CheckFlow(const Graph& graph) {
  FlowCheck flow(graph);
  OCTET_RETURN_IF_ERROR(flow.Inputs());
  for (const Node& node : graph.nodes) {
    OCTET_RETURN_IF_ERROR(flow.OneNode(node));
  }
  return flow.Outputs();
}

Status CheckType(const Node& node, const Value& value, const Inferred& found) {
  if (value.dtype != found.dtype) {
    return Failed("node '{}': '{}' is {}, inference finds {}", node.name,
                  value.name, Name(value.dtype), Name(found.dtype));
  }
  if (!value.has_shape || !found.has_shape) return {};
  bool fits = value.shape.rank() == found.shape.rank();
  for (int axis = 0; fits && axis < value.shape.rank(); ++axis) {
    fits = CanBeEqual(value.shape[axis], found.shape[axis]);
  }
  if (fits) return {};
  return Failed("node '{}': '{}' has shape {}, inference finds {}", node.name,
                value.name, value.shape.ToString(), found.shape.ToString());
}

// Inference on a copy, each node with the types that stand in the graph.
Status CheckTypes(const Graph& graph) {
  Graph copy = graph;
  ShapeInference inference(copy);
  for (const Node& node : graph.nodes) {
    const ValueId out = node.outputs[0];
    Node checked = node;
    if (Status status = inference.Infer(checked); !status.ok()) {
      return {Code::kFailed, status.message()};
    }
    const Value found = copy.values[size_t(out)];
    const Value& value = graph.values[size_t(out)];
    OCTET_RETURN_IF_ERROR(
        CheckType(node, value, {found.dtype, found.has_shape, found.shape}));
    copy.values[size_t(out)] = value;
  }
  return {};
}

}  // namespace

Status Verify(const Graph& graph) {
  OCTET_RETURN_IF_ERROR(CheckAllNames(graph));
  for (const Value& value : graph.values) {
    OCTET_RETURN_IF_ERROR(CheckValue(graph, value));
  }
  OCTET_RETURN_IF_ERROR(CheckFlow(graph));
  for (const Node& node : graph.nodes) {
    if (Status status = CheckArity(node); !status.ok()) {
      return {Code::kFailed, status.message()};
    }
  }
  return CheckTypes(graph);
}

}  // namespace octet::compile
