// The reader of the text form, line by line.
#include <array>
#include <charconv>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/error.h"
#include "compile/ir/infer.h"
#include "compile/ir/op_fields.h"
#include "compile/ir/text.h"
#include "compile/ir/text_cursor.h"
#include "compile/ir/text_data.h"
#include "compile/ir/verify.h"

namespace octet::compile {
namespace {

template <size_t... I>
std::optional<Op> OpOfIndex(size_t index, std::index_sequence<I...>) {
  std::optional<Op> op;
  ((I == index ? void(op.emplace(std::in_place_index<I>)) : void()), ...);
  return op;
}

// A fresh operation of the kind that KindName calls `name`.
std::optional<Op> OpNamed(std::string_view name) {
  constexpr size_t kKinds = std::variant_size_v<Op>;
  for (size_t i = 0; i < kKinds; ++i) {
    auto op = OpOfIndex(i, std::make_index_sequence<kKinds>());
    if (KindName(*op) == name) return op;
  }
  return std::nullopt;
}

std::optional<DType> DTypeNamed(std::string_view name) {
  for (int i = 0; i <= int(DType::kBool); ++i) {
    if (Name(DType(i)) == name) return DType(i);
  }
  return std::nullopt;
}

bool ReadField(TextCursor& in, int64_t& field) { return in.Number(field); }
bool ReadField(TextCursor& in, double& field) { return in.Number(field); }
bool ReadField(TextCursor& in, float& field) { return in.Number(field); }

bool ReadField(TextCursor& in, bool& field) {
  const std::string word = in.Name().value_or("");
  field = word == "true";
  return field || word == "false";
}

bool ReadField(TextCursor& in, DType& field) {
  const auto dtype = DTypeNamed(in.Name().value_or(""));
  if (dtype) field = *dtype;
  return dtype.has_value();
}

template <typename E>
requires std::is_enum_v<E>
bool ReadField(TextCursor& in, E& field) {
  const std::string word = in.Name().value_or("");
  const auto names = EnumNames(field);
  for (size_t i = 0; i < names.size(); ++i) {
    if (names[i] != word) continue;
    field = E(i);
    return true;
  }
  return false;
}

bool ReadField(TextCursor& in, Function& field) {
  const std::string word = in.Name().value_or("");
  int kind = 0;
  while (kind < int(FunctionKind::kCount) && Name(FunctionKind(kind)) != word) {
    ++kind;
  }
  if (kind == int(FunctionKind::kCount)) return false;
  field = {FunctionKind(kind), 0, 0};
  if (!in.Take('(')) return true;
  if (!in.Number(field.alpha)) return false;
  if (in.Take(',') && !in.Number(field.beta)) return false;
  return in.Take(')');
}

template <typename T, size_t N>
bool ReadField(TextCursor& in, std::array<T, N>& field) {
  for (size_t i = 0; i < N; ++i) {
    if (!in.Take(i == 0 ? '[' : ',') || !in.Number(field[i])) return false;
  }
  return in.Take(']');
}

bool ReadField(TextCursor& in, std::vector<int64_t>& field) {
  field.clear();
  if (!in.Take('[')) return false;
  if (in.Take(']')) return true;
  do {
    int64_t number;
    if (!in.Number(number)) return false;
    field.push_back(number);
  } while (in.Take(','));
  return in.Take(']');
}

// Reads the attribute `name` into whichever field has that name.
struct FieldReader {
  TextCursor& in;
  std::string_view name;
  bool found = false;
  bool ok = true;
  template <typename T>
  void operator()(std::string_view field_name, T& field) {
    if (field_name != name) return;
    found = true;
    ok = ReadField(in, field);
  }
};

class Parser {
 public:
  Status Line(std::string_view line) {
    TextCursor in(line);
    if (in.AtEnd()) return {};
    TextCursor peek = in;
    const std::string word = peek.Bare();
    if (word == "graph") return ReadGraphName(peek);
    if (word == "input") return ReadInput(peek);
    if (word == "const") return ReadConstant(peek);
    if (word == "output") return ReadOutput(peek);
    return ReadNode(in);
  }

  Result<Graph> Finish() {
    OCTET_RETURN_IF_ERROR(Verify(graph_));
    return std::move(graph_);
  }

 private:
  Status ReadGraphName(TextCursor& in) {
    const auto name = in.Name();
    if (!name || !in.AtEnd()) return BadInput("expected: graph NAME");
    graph_.name = *name;
    return {};
  }

  int64_t Symbol(const std::string& name) {
    const auto [found, is_new] =
        symbols_.emplace(name, -1 - int64_t(graph_.symbols.size()));
    if (is_new) graph_.symbols.push_back(name);
    return found->second;
  }

  // "f32[N,3]" or "f32[...]".
  Status ReadType(TextCursor& in, Value& value) {
    const std::string word = in.Bare();
    const auto dtype = DTypeNamed(word);
    if (!dtype || !in.Take('[')) {
      return BadInput("expected a type such as f32[1,3] at '{}'", word);
    }
    value.dtype = *dtype;
    if (in.TakeWord("...]")) return {};
    std::vector<int64_t> dims;
    while (!in.Take(']')) {
      if (!dims.empty() && !in.Take(',')) return BadInput("expected , or ]");
      int64_t number;
      if (in.Number(number)) {
        if (number < 0) return BadInput("dimension {}", number);
        dims.push_back(number);
      } else if (const auto name = in.Name()) {
        dims.push_back(Symbol(*name));
      } else {
        return BadInput("expected a dimension");
      }
    }
    if (dims.size() > size_t(kMaxRank)) {
      return BadInput("{} dimensions, at most {}", dims.size(), kMaxRank);
    }
    value.shape = Shape(dims);
    value.has_shape = true;
    return {};
  }

  Result<ValueId> Define(Value value) {
    const ValueId id = ValueId(graph_.values.size());
    if (!ids_.emplace(value.name, id).second) {
      return BadInput("a second value '{}'", value.name);
    }
    return graph_.AddValue(std::move(value));
  }

  Result<ValueId> Find(const std::string& name) const {
    const auto found = ids_.find(name);
    if (found == ids_.end()) return BadInput("no value '{}' so far", name);
    return found->second;
  }

  Status ReadInput(TextCursor& in) {
    const auto name = in.Name();
    if (!name) return BadInput("expected: input NAME TYPE");
    Value value;
    value.name = *name;
    OCTET_RETURN_IF_ERROR(ReadType(in, value));
    if (!in.AtEnd()) return BadInput("expected the end of the line");
    OCTET_ASSIGN(const ValueId id, Define(std::move(value)));
    graph_.inputs.push_back(id);
    return {};
  }

  Status ReadConstant(TextCursor& in) {
    const auto name = in.Name();
    if (!name) return BadInput("expected: const NAME TYPE{{DATA}}");
    Value value;
    value.name = *name;
    OCTET_RETURN_IF_ERROR(ReadType(in, value));
    const auto data = in.Braces();
    if (!data || !in.AtEnd()) return BadInput("expected {{DATA}} and no more");
    OCTET_ASSIGN(Tensor tensor, ParseData(value.dtype, value.shape, *data));
    value.data = std::make_shared<const Tensor>(std::move(tensor));
    OCTET_ASSIGN(const ValueId id, Define(std::move(value)));
    static_cast<void>(id);
    return {};
  }

  Status ReadOutput(TextCursor& in) {
    const auto name = in.Name();
    if (!name || !in.AtEnd()) return BadInput("expected: output NAME");
    OCTET_ASSIGN(const ValueId id, Find(*name));
    graph_.outputs.push_back(id);
    return {};
  }

  Status ReadInputs(TextCursor& in, Node& node) {
    if (!in.Take('(')) return BadInput("expected (");
    if (in.Take(')')) return {};
    do {
      if (in.TakeWord("_")) {
        node.inputs.push_back(kNoValue);
        continue;
      }
      const auto name = in.Name();
      if (!name) return BadInput("expected the name of a value");
      OCTET_ASSIGN(const ValueId id, Find(*name));
      node.inputs.push_back(id);
    } while (in.Take(','));
    return in.Take(')') ? Status() : BadInput("expected , or )");
  }

  Status ReadOrigins(TextCursor& in, Node& node) {
    node.origins.clear();
    bool ok = in.Take('[');
    do {
      const auto name = in.Name();
      ok = ok && name.has_value();
      if (ok) node.origins.push_back(*name);
    } while (ok && in.Take(','));
    return ok && in.Take(']') ? Status() : BadInput("bad origins");
  }

  Status ReadAttribute(TextCursor& in, Node& node) {
    const std::string name = in.Bare();
    if (name.empty() || !in.Take('=')) return BadInput("expected NAME=VALUE");
    if (name == "origins") return ReadOrigins(in, node);
    if (name == "name" || name == "type") {
      const auto word = in.Name();
      if (!word) return BadInput("bad {}", name);
      (name == "name" ? node.name : node.type) = *word;
      return {};
    }
    FieldReader reader{in, name};
    std::visit([&](auto& op) { VisitFields(reader, op); }, node.op);
    if (!reader.found) {
      return BadInput("{} has no attribute '{}'", KindName(node.op), name);
    }
    return reader.ok ? Status() : BadInput("bad value of '{}'", name);
  }

  Status ReadNode(TextCursor& in) {
    const auto name = in.Name();
    if (!name) return BadInput("expected the name of a value");
    Value value;
    value.name = *name;
    const bool typed = !in.Take('=');
    if (typed) {
      OCTET_RETURN_IF_ERROR(ReadType(in, value));
      if (!in.Take('=')) return BadInput("expected =");
    }
    const std::string kind = in.Bare();
    const auto op = OpNamed(kind);
    if (!op) return BadInput("no kind of operation '{}'", kind);
    Node node;
    node.name = *name;
    node.op = *op;
    node.type = kind;
    OCTET_RETURN_IF_ERROR(ReadInputs(in, node));
    while (!in.AtEnd()) OCTET_RETURN_IF_ERROR(ReadAttribute(in, node));
    if (node.origins.empty()) node.origins = {node.name};
    OCTET_ASSIGN(const ValueId id, Define(value));
    node.outputs = {id};
    // What is written stays as it is written: inference gets a copy, because it
    // would bring attributes into their normal form.
    Node copy = node;
    OCTET_RETURN_IF_ERROR(inference_.Infer(copy));
    if (typed) graph_.values[size_t(id)] = std::move(value);
    graph_.nodes.push_back(std::move(node));
    return {};
  }

  Graph graph_;
  ShapeInference inference_{graph_};
  std::unordered_map<std::string, ValueId> ids_;
  std::unordered_map<std::string, int64_t> symbols_;
};

}  // namespace

Result<Graph> Parse(std::string_view text) {
  Parser parser;
  int number = 0;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    const Status status = parser.Line(text.substr(0, end));
    ++number;
    if (!status.ok()) {
      return BadInput("line {}: {}", number, status.message());
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  Result<Graph> graph = parser.Finish();
  if (!graph.ok()) return BadInput("{}", graph.status().message());
  return graph;
}

}  // namespace octet::compile
