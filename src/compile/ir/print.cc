#include <fmt/format.h>

#include <array>
#include <utility>
#include <vector>

#include "compile/ir/op_fields.h"
#include "compile/ir/text.h"
#include "compile/ir/text_data.h"
#include "compile/ir/text_name.h"

namespace octet::compile {
namespace {

std::string Format(int64_t value) { return fmt::format("{}", value); }
std::string Format(double value) { return fmt::format("{}", value); }
std::string Format(float value) { return fmt::format("{}", value); }
std::string Format(bool value) { return value ? "true" : "false"; }
std::string Format(DType value) { return std::string(Name(value)); }

std::string Format(const Function& function) {
  std::string text(Name(function.kind));
  if (function.alpha == 0 && function.beta == 0) return text;
  if (function.beta == 0) return fmt::format("{}({})", text, function.alpha);
  return fmt::format("{}({},{})", text, function.alpha, function.beta);
}

template <typename E>
requires std::is_enum_v<E> std::string Format(E value) {
  return std::string(EnumNames(value)[size_t(value)]);
}

template <typename List>
std::string FormatList(const List& list) {
  std::string text = "[";
  for (const auto& item : list) {
    if (text.size() > 1) text += ",";
    text += Format(item);
  }
  return text + "]";
}
template <typename T, size_t N>
std::string Format(const std::array<T, N>& list) {
  return FormatList(list);
}
std::string Format(const std::vector<int64_t>& list) {
  return FormatList(list);
}

struct FieldList {
  std::vector<std::pair<std::string_view, std::string>> fields;
  template <typename T>
  void operator()(std::string_view name, T& field) {
    fields.emplace_back(name, Format(field));
  }
};

// " name=value" for every attribute that is not at its default.
std::string PrintAttributes(const Op& op) {
  return std::visit(
      [](auto copy) {
        decltype(copy) fresh{};
        FieldList set, defaults;
        VisitFields(set, copy);
        VisitFields(defaults, fresh);
        std::string text;
        for (size_t i = 0; i < set.fields.size(); ++i) {
          if (set.fields[i].second == defaults.fields[i].second) continue;
          text +=
              fmt::format(" {}={}", set.fields[i].first, set.fields[i].second);
        }
        return text;
      },
      op);
}

std::string PrintType(const Graph& graph, const Value& value) {
  std::string text(Name(value.dtype));
  if (!value.has_shape) return text + "[...]";
  text += "[";
  for (int axis = 0; axis < value.shape.rank(); ++axis) {
    if (axis > 0) text += ",";
    const int64_t dim = value.shape[axis];
    text +=
        dim >= 0 ? Format(dim) : QuoteSymbol(graph.symbols[size_t(-1 - dim)]);
  }
  return text + "]";
}

std::string PrintValue(const Graph& graph, ValueId id) {
  const Value& value = graph.values[size_t(id)];
  return fmt::format("{} {}", QuoteName(value.name), PrintType(graph, value));
}

std::string PrintOrigins(const std::vector<std::string>& origins) {
  std::string text = " origins=[";
  for (size_t i = 0; i < origins.size(); ++i) {
    if (i > 0) text += ",";
    text += QuoteName(origins[i]);
  }
  return text + "]";
}

}  // namespace

std::string PrintNode(const Graph& graph, const Node& node) {
  std::string text;
  for (ValueId id : node.outputs) {
    if (!text.empty()) text += ", ";
    text += PrintValue(graph, id);
  }
  text += fmt::format(" = {}(", KindName(node.op));
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    if (i > 0) text += ", ";
    const ValueId id = node.inputs[i];
    text += id == kNoValue ? "_" : QuoteName(graph.values[size_t(id)].name);
  }
  text += ')';
  text += PrintAttributes(node.op);
  const bool named_after_output =
      !node.outputs.empty() &&
      graph.values[size_t(node.outputs[0])].name == node.name;
  if (!named_after_output) {
    text += fmt::format(" name={}", QuoteName(node.name));
  }
  if (node.type != KindName(node.op)) {
    text += fmt::format(" type={}", QuoteName(node.type));
  }
  if (node.origins != std::vector<std::string>{node.name}) {
    text += PrintOrigins(node.origins);
  }
  return text;
}

std::string Print(const Graph& graph) {
  std::string text;
  if (!graph.name.empty()) {
    text += fmt::format("graph {}\n", QuoteName(graph.name));
  }
  for (ValueId id : graph.inputs) {
    text += fmt::format("input {}\n", PrintValue(graph, id));
  }
  for (size_t v = 0; v < graph.values.size(); ++v) {
    if (!graph.values[v].is_constant()) continue;
    text += fmt::format("const {}{}\n", PrintValue(graph, ValueId(v)),
                        PrintData(*graph.values[v].data));
  }
  for (const Node& node : graph.nodes) {
    text += PrintNode(graph, node);
    text += '\n';
  }
  for (ValueId id : graph.outputs) {
    text +=
        fmt::format("output {}\n", QuoteName(graph.values[size_t(id)].name));
  }
  return text;
}

}  // namespace octet::compile
