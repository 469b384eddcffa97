// The JSON form of a Plan. Objects are sorted by name and floats are written so
// that they read back exactly, so equal plans are equal bytes.
#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/error.h"
#include "base/nearest.h"
#include "compile/plan/plan.h"

namespace octet::compile {
namespace {

using nlohmann::json;

constexpr int kVersion = 1;
constexpr size_t kMaxBytes = size_t(1) << 28;
constexpr int kMaxDepth = 16;

struct ReasonRow {
  ReasonKind kind;
  std::string_view name;
};
constexpr ReasonRow kReasons[] = {
    {ReasonKind::kInt8, "int8"},
    {ReasonKind::kAsked, "asked"},
    {ReasonKind::kStructure, "structure"},
    {ReasonKind::kNoInt8Form, "no_int8_form"},
    {ReasonKind::kNoHalfForm, "no_half_form"},
    {ReasonKind::kNoReader, "no_reader"},
    {ReasonKind::kOverflow, "overflow"},
    {ReasonKind::kUnobserved, "unobserved"},
    {ReasonKind::kImported, "imported"},
    {ReasonKind::kMover, "mover"},
    {ReasonKind::kSensitive, "sensitive"},
    {ReasonKind::kNoGain, "no_gain"},
};

std::string_view ReasonName(ReasonKind kind) {
  for (const ReasonRow& row : kReasons) {
    if (row.kind == kind) return row.name;
  }
  return "";
}

json WriteForm(const Form& form) {
  if (!form.is_u8()) return {{"type", Name(form.storage)}};
  json out = {{"type", Name(form.storage)},
              {"granularity", form.granularity == Granularity::kPerChannel
                                  ? "per_channel"
                                  : "per_tensor"}};
  if (!form.quant.scale.empty()) {
    out["scale"] = form.quant.scale;
    out["zero_point"] = form.quant.zero_point;
  }
  if (!form.rule.empty()) out["rule"] = form.rule;
  if (!form.same_as.empty()) out["same_as"] = form.same_as;
  return out;
}

json WriteNode(const NodePlan& node) {
  json out = {{"precision", Name(node.precision)},
              {"reason", ReasonName(node.reason.kind)},
              {"input_forms", node.input_forms}};
  if (!node.reason.detail.empty()) out["detail"] = node.reason.detail;
  if (!node.weight_scale.empty()) out["weight_scale"] = node.weight_scale;
  if (!node.weight_clip.empty()) out["weight_clip"] = node.weight_clip;
  if (!node.integer_bias.empty()) out["integer_bias"] = node.integer_bias;
  if (!node.bias_shift.empty()) out["bias_shift"] = node.bias_shift;
  return out;
}

// Reads JSON of one type and remembers the first thing that was wrong.
class Reader {
 public:
  explicit Reader(std::string_view source) : source_(source) {}

  Status status() const { return status_; }

  template <typename T>
  T Get(const json& object, const std::string& path, const char* key,
        T missing) {
    const json* item = Find(object, key);
    if (item == nullptr) return missing;
    if (!Matches<T>(*item)) {
      Fail(path + "." + key, item->type_name());
      return missing;
    }
    return item->get<T>();
  }

  template <typename T>
  std::vector<T> GetList(const json& object, const std::string& path,
                         const char* key) {
    std::vector<T> list;
    const json* items = Find(object, key);
    if (items == nullptr) return list;
    if (!items->is_array()) {
      Fail(path + "." + key, items->type_name());
      return list;
    }
    for (const json& item : *items) {
      if (!Matches<T>(item)) {
        Fail(path + "." + key, item.type_name());
        break;
      }
      list.push_back(item.get<T>());
    }
    return list;
  }

  // The object of that key, empty if there is none.
  json GetObject(const json& object, const char* key) {
    const json* item = Find(object, key);
    if (item == nullptr) return json::object();
    if (!item->is_object()) Fail(key, item->type_name());
    return *item;
  }

  // Ends the reading of one object: what nobody asked for is mistyped.
  void Finish(const json& object, const std::string& path) {
    const std::vector<std::string_view> known = std::exchange(asked_, {});
    if (!object.is_object() || !status_.ok()) return;
    for (const auto& [key, item] : object.items()) {
      if (std::ranges::find(known, key) != known.end()) continue;
      status_ =
          BadInput("{}: {}: unknown key '{}'{}", source_,
                   path.empty() ? "plan" : path, key, Suggestion(key, known));
      return;
    }
  }

  void Fail(const std::string& path, std::string_view found) {
    if (!status_.ok()) return;
    status_ = BadInput(
        "{}: {}: unexpected {}; see `octet build --plan-out` "
        "for a plan as octet writes it",
        source_, path, found);
  }

 private:
  template <typename T>
  static bool Matches(const json& item) {
    if constexpr (std::is_same_v<T, std::string>) {
      return item.is_string();
    } else if constexpr (std::is_floating_point_v<T>) {
      return item.is_number() && std::abs(item.get<double>()) <= 3.4e38;
    } else {
      using Limits = std::numeric_limits<T>;
      // What is above 2^63 would read as negative.
      if (item.is_number_unsigned()) {
        return item.get<uint64_t>() <= uint64_t(Limits::max());
      }
      return item.is_number_integer() && item.get<int64_t>() >= Limits::min() &&
             item.get<int64_t>() <= Limits::max();
    }
  }

  const json* Find(const json& object, const char* key) {
    asked_.push_back(key);
    const auto at = object.is_object() ? object.find(key) : object.end();
    return at == object.end() ? nullptr : &*at;
  }

  std::string_view source_;
  std::vector<std::string_view> asked_;  // keys of the object in hand
  Status status_;
};

// Positive and normal.
bool IsScale(float s) { return s >= std::numeric_limits<float>::min(); }

bool IsShare(float x) { return x > 0 && x <= 1; }

void CheckQuant(Reader& reader, const QuantParams& quant,
                const std::string& path) {
  bool valid = quant.scale.size() == quant.zero_point.size();
  valid = valid && std::ranges::all_of(quant.scale, IsScale);
  for (int32_t z : quant.zero_point) valid = valid && z >= 0 && z <= 255;
  if (!valid) {
    reader.Fail(path,
                "scale and zero_point: expected lists of one length, "
                "scales > 0, zero points in 0..255");
  }
}

// Keys are looked at before what they hold: one that is mistyped is the cause
// of one that is missing.
Form ReadForm(Reader& reader, const json& item, const std::string& path) {
  Form form;
  const auto type = reader.Get<std::string>(item, path, "type", "");
  const auto granularity =
      reader.Get<std::string>(item, path, "granularity", "per_tensor");
  form.quant.scale = reader.GetList<float>(item, path, "scale");
  form.quant.zero_point = reader.GetList<int32_t>(item, path, "zero_point");
  form.rule = reader.Get<std::string>(item, path, "rule", "");
  form.same_as = reader.Get<std::string>(item, path, "same_as", "");
  reader.Finish(item, path);
  for (Storage storage : {Storage::kF32, Storage::kF16, Storage::kBf16}) {
    if (type == Name(storage)) return Form::Of(storage);
  }
  if (type != Name(Storage::kU8)) reader.Fail(path + ".type", "'" + type + "'");
  form.storage = Storage::kU8;
  if (granularity == "per_channel") {
    form.granularity = Granularity::kPerChannel;
  } else if (granularity != "per_tensor") {
    reader.Fail(path + ".granularity", "'" + granularity + "'");
  }
  CheckQuant(reader, form.quant, path);
  return form;
}

NodePlan ReadNode(Reader& reader, const json& item, const std::string& path) {
  NodePlan node;
  const auto precision = reader.Get<std::string>(item, path, "precision", "");
  const auto reason = reader.Get<std::string>(item, path, "reason", "asked");
  node.reason.detail = reader.Get<std::string>(item, path, "detail", "");
  node.input_forms = reader.GetList<int>(item, path, "input_forms");
  node.weight_scale = reader.GetList<float>(item, path, "weight_scale");
  node.weight_clip = reader.GetList<float>(item, path, "weight_clip");
  node.integer_bias = reader.GetList<int32_t>(item, path, "integer_bias");
  node.bias_shift = reader.GetList<float>(item, path, "bias_shift");
  reader.Finish(item, path);
  const auto known_precision = PrecisionNamed(precision);
  if (!known_precision) reader.Fail(path + ".precision", "'" + precision + "'");
  node.precision = known_precision.value_or(Precision::kF32);
  bool known = false;
  for (const ReasonRow& row : kReasons) {
    if (row.name != reason) continue;
    node.reason.kind = row.kind;
    known = true;
  }
  if (!known) reader.Fail(path + ".reason", "'" + reason + "'");
  if (!std::ranges::all_of(node.weight_scale, IsScale)) {
    reader.Fail(path + ".weight_scale", "number; expected scales > 0");
  }
  if (!std::ranges::all_of(node.weight_clip, IsShare)) {
    reader.Fail(path + ".weight_clip",
                "number; expected shares above 0, at most 1");
  }
  return node;
}

// Nesting is checked before parsing, which recurses.
bool NestsTooDeep(std::string_view text) {
  int depth = 0;
  bool in_string = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (in_string) {
      if (text[i] == '\\') ++i;
      if (i < text.size() && text[i] == '"') in_string = false;
      continue;
    }
    if (text[i] == '"') in_string = true;
    if (text[i] == '[' || text[i] == '{') ++depth;
    if (text[i] == ']' || text[i] == '}') --depth;
    if (depth > kMaxDepth) return true;
  }
  return false;
}

Plan ReadPlan(Reader& reader, const json& root) {
  Plan plan;
  if (reader.Get<int>(root, "", "version", 0) != kVersion) {
    reader.Fail("version", "version; this octet reads version 1");
  }
  plan.origin = reader.Get<std::string>(root, "", "origin", "");
  plan.output_forms = reader.GetList<int>(root, "", "output_forms");
  const json nodes = reader.GetObject(root, "nodes");
  const json values = reader.GetObject(root, "values");
  reader.Finish(root, "");
  if (!reader.status().ok()) return plan;
  for (const auto& [name, item] : nodes.items()) {
    plan.nodes[name] = ReadNode(reader, item, "nodes." + name);
  }
  for (const auto& [name, items] : values.items()) {
    const std::string path = "values." + name;
    if (!items.is_array() || items.empty()) reader.Fail(path, "no forms");
    for (const json& item : items) {
      plan.values[name].forms.push_back(ReadForm(reader, item, path));
    }
  }
  return plan;
}

}  // namespace

std::string ToJson(const Plan& plan) {
  json nodes = json::object(), values = json::object();
  for (const auto& [name, node] : plan.nodes) nodes[name] = WriteNode(node);
  for (const auto& [name, value] : plan.values) {
    json forms = json::array();
    for (const Form& form : value.forms) forms.push_back(WriteForm(form));
    values[name] = std::move(forms);
  }
  const json root = {{"version", kVersion},
                     {"origin", plan.origin},
                     {"output_forms", plan.output_forms},
                     {"nodes", std::move(nodes)},
                     {"values", std::move(values)}};
  return root.dump(1, ' ', false, json::error_handler_t::replace) + "\n";
}

Result<Plan> PlanFromJson(std::string_view text, std::string_view source) {
  if (text.size() > kMaxBytes || NestsTooDeep(text)) {
    return BadInput("{}: too large or too deeply nested for a plan", source);
  }
  const json root = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (root.is_discarded() || !root.is_object()) {
    return BadInput("{}: not a plan: expected a JSON object", source);
  }
  Reader reader(source);
  try {
    Plan plan = ReadPlan(reader, root);
    if (!reader.status().ok()) return reader.status();
    return plan;
  } catch (const json::exception& error) {
    return BadInput("{}: not a plan: {}", source, error.what());
  }
}

}  // namespace octet::compile
