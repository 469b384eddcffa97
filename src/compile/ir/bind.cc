#include "compile/ir/bind.h"

#include <algorithm>
#include <optional>
#include <set>
#include <vector>

#include "base/error.h"
#include "base/nearest.h"
#include "compile/ir/dims.h"
#include "compile/ir/infer.h"

namespace octet::compile {
namespace {

// The sizes of the symbols, by number.
class Binding {
 public:
  explicit Binding(const Graph& graph)
      : graph_(graph), sizes_(graph.symbols.size()) {}

  Status Set(int64_t dim, int64_t size) {
    if (size < 1) {
      return Usage("'{}' is given size {}, expected at least 1", NameOf(dim),
                   size);
    }
    std::optional<int64_t>& bound = sizes_[size_t(-1 - dim)];
    if (bound && *bound != size) {
      return Usage("'{}' is given the sizes {} and {}", NameOf(dim), *bound,
                   size);
    }
    bound = size;
    return {};
  }

  Status SetByName(const std::string& name, int64_t size) {
    const auto found = std::ranges::find(graph_.symbols, name);
    if (found == graph_.symbols.end()) {
      return Usage("the model has no dimension '{}'; it has {}", name,
                   InputSymbols());
    }
    return Set(-1 - (found - graph_.symbols.begin()), size);
  }

  Status SetByShape(const Value& input, const Shape& shape) {
    bool fits = input.shape.rank() == shape.rank();
    for (int axis = 0; fits && axis < shape.rank(); ++axis) {
      const int64_t dim = input.shape[axis];
      if (!IsNumber(dim)) OCTET_RETURN_IF_ERROR(Set(dim, shape[axis]));
      fits = !IsNumber(dim) || dim == shape[axis];
    }
    if (fits) return {};
    return Usage(
        "input '{}' is given shape {}, which does not fit its own, {}; only "
        "dimensions that are open can be chosen",
        input.name, shape.ToString(), Named(input.shape));
  }

  // Unbound batches become 1; then the shapes are written.
  Status Apply(Graph& graph) {
    for (ValueId id : graph.inputs) {
      const Shape& shape = graph.values[size_t(id)].shape;
      if (shape.rank() == 0 || IsNumber(shape[0])) continue;
      std::optional<int64_t>& size = sizes_[size_t(-1 - shape[0])];
      if (!size) size = 1;
    }
    std::set<std::string> unbound;
    for (ValueId id : graph.inputs) {
      Shape& shape = graph.values[size_t(id)].shape;
      for (int axis = 0; axis < shape.rank(); ++axis) {
        if (IsNumber(shape[axis])) continue;
        const auto& size = sizes_[size_t(-1 - shape[axis])];
        if (size) {
          shape[axis] = *size;
        } else {
          unbound.insert(NameOf(shape[axis]));
        }
      }
    }
    if (unbound.empty()) return {};
    return BadInput(
        "these dimensions have no size: {}; give each one a number, e.g. "
        "--shapes {}=1",
        Join(unbound), *unbound.begin());
  }

 private:
  const std::string& NameOf(int64_t dim) const {
    return graph_.symbols[size_t(-1 - dim)];
  }

  // "[N, 3, 224, 224]"
  std::string Named(const Shape& shape) const {
    std::string text;
    for (int64_t dim : shape.dims()) {
      if (!text.empty()) text += ", ";
      text += IsNumber(dim) ? std::to_string(dim) : NameOf(dim);
    }
    return "[" + text + "]";
  }

  static std::string Join(const std::set<std::string>& names) {
    std::string text;
    for (const std::string& name : names) {
      if (!text.empty()) text += ", ";
      text += "'" + name + "'";
    }
    return text.empty() ? "none" : text;
  }

  std::string InputSymbols() const {
    std::set<std::string> names;
    for (ValueId id : graph_.inputs) {
      for (int64_t dim : graph_.values[size_t(id)].shape.dims()) {
        if (!IsNumber(dim)) names.insert(NameOf(dim));
      }
    }
    return Join(names);
  }

  const Graph& graph_;
  std::vector<std::optional<int64_t>> sizes_;
};

}  // namespace

Status BindShapes(Graph& graph, const std::map<std::string, int64_t>& symbols,
                  const std::map<std::string, Shape>& inputs) {
  Graph bound = graph;
  Binding binding(bound);
  for (const auto& [name, size] : symbols) {
    OCTET_RETURN_IF_ERROR(binding.SetByName(name, size));
  }
  for (const auto& [name, shape] : inputs) {
    const auto found = std::ranges::find_if(bound.inputs, [&](ValueId id) {
      return bound.values[size_t(id)].name == name;
    });
    if (found == bound.inputs.end()) {
      std::vector<std::string_view> known;
      for (ValueId id : bound.inputs) {
        known.push_back(bound.values[size_t(id)].name);
      }
      return Usage("the model has no input '{}'{}", name,
                   Suggestion(name, known));
    }
    const Value& input = bound.values[size_t(*found)];
    OCTET_RETURN_IF_ERROR(binding.SetByShape(input, shape));
  }
  OCTET_RETURN_IF_ERROR(binding.Apply(bound));
  // What was derived from the symbols is derived again from the numbers.
  for (const Node& node : bound.nodes) {
    for (ValueId id : node.outputs) {
      bound.values[size_t(id)].has_shape = false;
      bound.values[size_t(id)].shape = Shape();
    }
  }
  bound.symbols.clear();
  OCTET_RETURN_IF_ERROR(InferShapes(bound));
  graph = std::move(bound);
  return {};
}

}  // namespace octet::compile
