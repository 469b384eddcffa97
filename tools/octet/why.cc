#include "why.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "base/error.h"
#include "base/file.h"
#include "base/nearest.h"
#include "compile/model_data.h"
#include "compile/onnx/annotate.h"

namespace octet::cli {
namespace {

using compile::Graph;
using compile::kNoNode;
using compile::kNoValue;
using compile::NodeId;
using compile::ValueId;
using nlohmann::json;

constexpr int kMostCode = 255;

// How the engine stores the values that its steps complete.
struct Stored {
  int step = -1;
  std::string name;
  json form;
};

json FormOf(const TensorView& view) {
  json form = {{"value", view.name}, {"dtype", Name(view.dtype)}};
  if (view.scale.empty()) return form;
  float low = 0, high = 0;
  for (size_t c = 0; c < view.scale.size(); ++c) {
    const auto z = float(view.zero_point[c]);
    low = std::min(low, -z * view.scale[c]);
    high = std::max(high, (float(kMostCode) - z) * view.scale[c]);
  }
  const auto [least, most] = std::ranges::minmax(view.scale);
  form["granularity"] = view.scale.size() > 1 ? "per channel" : "per tensor";
  form["scale_least"] = least;
  form["scale_most"] = most;
  form["zero_point"] = view.zero_point[0];
  form["low"] = low;
  form["high"] = high;
  return form;
}

// Parameters are only seen while an engine runs; zeros will do.
Result<std::vector<Stored>> StoredValues(const Engine& engine) {
  OCTET_ASSIGN(Session session, Session::Create(engine));
  std::vector<Stored> stored;
  session.SetTap([&](int step, const TensorView& view) {
    if (view.sample > 0) return;
    stored.push_back({step, std::string(view.name), FormOf(view)});
  });
  OCTET_RETURN_IF_ERROR(session.Run());
  return stored;
}

class Explainer {
 public:
  Explainer(const WhySources& sources, Console& console)
      : sources_(sources), console_(console) {
    for (const NodeNote& note : sources.engine->notes()) {
      notes_[note.node] = &note;
    }
    if (sources.model != nullptr) graph_ = &sources.model->data().graph;
  }

  Status Run(const std::string& asked) {
    OCTET_RETURN_IF_ERROR(Find(asked));
    console_.Print("{} ({}): {}, {}", note_->node, note_->type,
                   note_->precision, note_->reason);
    why_ = {{"node", note_->node},
            {"type", note_->type},
            {"precision", note_->precision},
            {"reason", note_->reason},
            {"macs", note_->macs}};
    console_.result()["nodes"] = json::array({why_});
    OCTET_ASSIGN(stored_, StoredValues(*sources_.engine));
    OCTET_RETURN_IF_ERROR(TellSteps());
    if (graph_ != nullptr) TellGraph();
    TellError();
    console_.result()["why"] = why_;
    return {};
  }

  const NodeNote& note() const { return *note_; }

 private:
  Status Find(const std::string& asked) {
    std::string name = asked;
    if (graph_ != nullptr && !notes_.contains(name)) {
      for (const compile::Node& node : graph_->nodes) {
        if (std::ranges::count(node.origins, asked) > 0) name = node.name;
      }
    }
    const auto found = notes_.find(name);
    if (found == notes_.end()) {
      std::vector<std::string_view> names;
      for (const auto& [known, note] : notes_) names.push_back(known);
      return Usage("--why '{}': no such node{}", asked,
                   Nearest(asked, names).empty() ? "; octet inspect lists them"
                                                 : Suggestion(asked, names));
    }
    note_ = found->second;
    if (graph_ == nullptr) return {};
    const auto node =
        std::ranges::find(graph_->nodes, name, &compile::Node::name);
    if (node == graph_->nodes.end()) {
      return BadInput(
          "node '{}' of the engine is not in the model as it is read now; the "
          "engine was built for other shapes: give these with --shapes",
          name);
    }
    node_ = NodeId(node - graph_->nodes.begin());
    return {};
  }

  Status TellSteps() {
    OCTET_ASSIGN(const Session session, Session::Create(*sources_.engine));
    json steps = json::array(), forms = json::array();
    for (size_t i = 0; i < session.steps().size(); ++i) {
      const StepInfo& step = session.steps()[i];
      if (step.node != note_->node) continue;
      steps.push_back({{"step", step.name},
                       {"kernel", step.kernel},
                       {"precision", step.precision}});
      console_.Print("  step     {:<5} {:<28} {}", step.precision, step.kernel,
                     step.name);
      for (const Stored& stored : stored_) {
        if (stored.step == int(i)) forms.push_back(TellForm("makes", stored));
      }
    }
    why_["steps"] = steps;
    why_["makes"] = forms;
    return {};
  }

  json TellForm(const char* what, const Stored& stored) {
    json form = stored.form;
    std::string text;
    if (form.contains("low")) {
      text = fmt::format(
          "{}, scale {:.4g}{}, zero point {}, holds [{:.4g}, {:.4g}]",
          form["granularity"].get<std::string>(),
          form["scale_least"].get<double>(),
          form["scale_least"] == form["scale_most"]
              ? ""
              : fmt::format(" to {:.4g}", form["scale_most"].get<double>()),
          form["zero_point"].get<int>(), form["low"].get<double>(),
          form["high"].get<double>());
    }
    console_.Print("  {:<8} {:<5} {}  {}", what,
                   form["dtype"].get<std::string>(), stored.name, text);
    TellSeen(stored.name, form);
    return form;
  }

  // What calibration saw of a value.
  void TellSeen(const std::string& value, json& row) {
    if (sources_.calibration == nullptr) return;
    if (seen_.empty()) seen_ = sources_.calibration->values();
    const auto found = std::ranges::find(seen_, value, &ObservedRange::name);
    if (found == seen_.end()) return;
    console_.Print(
        "           calibration saw [{:.4g}, {:.4g}], from samples "
        "{} and {}",
        found->low, found->high, found->low_sample, found->high_sample);
    row["seen_low"] = found->low;
    row["seen_high"] = found->high;
    row["low_sample"] = found->low_sample;
    row["high_sample"] = found->high_sample;
  }

  void TellGraph() {
    const compile::Uses uses = compile::ComputeUses(*graph_);
    const compile::Node& node = graph_->nodes[size_t(node_)];
    why_["fused"] = node.origins;
    if (node.origins.size() > 1) {
      std::string names;
      for (const std::string& origin : node.origins) {
        names += (names.empty() ? "" : ", ") + origin;
      }
      console_.Print("  stands for {}", names);
    }
    json reads = json::array();
    for (ValueId v : node.inputs) {
      if (v == kNoValue) continue;
      const compile::Value& value = graph_->values[size_t(v)];
      if (value.is_constant()) {
        TellConstant(value);
      } else {
        reads.push_back(TellInput(value, uses.producer[size_t(v)]));
      }
    }
    why_["reads"] = reads;
    json readers = json::array();
    for (NodeId r : uses.readers[size_t(node.outputs[0])]) {
      const std::string& name = graph_->nodes[size_t(r)].name;
      const auto note = notes_.find(name);
      const std::string precision =
          note == notes_.end() ? "" : note->second->precision;
      readers.push_back({{"node", name}, {"precision", precision}});
      console_.Print("  read by  {:<5} {}", precision, name);
    }
    why_["readers"] = readers;
  }

  json TellInput(const compile::Value& value, NodeId producer) {
    const std::string made_by =
        producer == kNoNode ? "" : graph_->nodes[size_t(producer)].name;
    json forms = json::array();
    for (const Stored& stored : stored_) {
      if (stored.name == value.name ||
          stored.name.starts_with(value.name + "@u8")) {
        forms.push_back(TellForm("reads", stored));
      }
    }
    return {{"value", value.name},
            {"shape", value.shape.ToString()},
            {"made_by", made_by},
            {"forms", forms}};
  }

  void TellConstant(const compile::Value& value) {
    if (value.dtype != DType::kF32 || value.data->elements() == 0) return;
    const auto [low, high] = std::ranges::minmax(value.data->as<float>());
    console_.Print("  constant f32   {} {} in [{:.4g}, {:.4g}]", value.name,
                   value.shape.ToString(), low, high);
    why_["constants"].push_back({{"name", value.name},
                                 {"shape", value.shape.ToString()},
                                 {"low", low},
                                 {"high", high}});
  }

  void TellError() {
    if (!sources_.comparison.is_object()) return;
    const json layers = sources_.comparison.value("layers", json::array());
    for (const json& row : layers) {
      if (!row.is_object() || row.value("node", json()) != note_->node) {
        continue;
      }
      const auto number = [&](const char* key) {
        return row.contains(key) && row[key].is_number()
                   ? row[key].get<double>()
                   : 0.0;
      };
      console_.Print(
          "  error    {:.1f} dB, {:.1f} dB by its own doing, {:.2f} "
          "% saturated",
          number("sqnr_db"), number("own_sqnr_db"), 100 * number("saturated"));
      why_["error"] = row;
    }
  }

  const WhySources& sources_;
  Console& console_;
  const Graph* graph_ = nullptr;
  std::map<std::string, const NodeNote*, std::less<>> notes_;
  const NodeNote* note_ = nullptr;
  NodeId node_ = kNoNode;
  std::vector<Stored> stored_;
  std::vector<ObservedRange> seen_;
  json why_;
};

// The build that has the node in float.
std::string CommandToKeep(const NodeNote& note, CommandLine build) {
  build.Add("--calib", "DATA");
  // The precisions of a quantized model are its own: only a search may change
  // them.
  if (note.reason == "imported") {
    build.Add("--max-drop", "0.5%");
  } else {
    build.Add("--keep", note.node + "=fp32");
  }
  return build.Add("-o", "kept.octet").Text();
}

Status CheckSameModel(const Model& model, const Engine& engine) {
  if (engine.model_hash() == model.hash()) return {};
  return BadInput("{}: the engine was built from another model ({})",
                  model.name(), engine.model_name());
}

// By node of the model: what became of it.
std::map<std::string, std::string> NotesByOrigin(const Model& model,
                                                 const Engine& engine) {
  std::map<std::string, const ModelNode*> nodes;
  for (const ModelNode& node : model.nodes()) nodes[node.name] = &node;
  std::map<std::string, std::string> notes;
  for (const NodeNote& note : engine.notes()) {
    const auto node = nodes.find(note.node);
    if (node == nodes.end()) continue;
    const std::string text = fmt::format("{}; {}", note.precision, note.reason);
    for (const std::string& origin : node->second->origins) {
      notes[origin] = origin == note.node
                          ? text
                          : fmt::format("{}; part of {}", text, note.node);
    }
  }
  return notes;
}

}  // namespace

Status ExplainNode(const std::string& node, const WhySources& sources,
                   Console& console) {
  if (sources.model != nullptr) {
    OCTET_RETURN_IF_ERROR(CheckSameModel(*sources.model, *sources.engine));
  }
  Explainer explainer(sources, console);
  OCTET_RETURN_IF_ERROR(explainer.Run(node));
  const NodeNote& note = explainer.note();
  console.Verdict(
      fmt::format("{} runs in {}", note.node, note.precision), note.reason,
      note.precision == "int8" ? CommandToKeep(note, sources.build) : "");
  return {};
}

Status WriteAnnotated(const std::string& model_path, const Model& model,
                      const Engine& engine, const std::string& output,
                      Console& console) {
  OCTET_RETURN_IF_ERROR(CheckSameModel(model, engine));
  OCTET_ASSIGN(const MappedFile file, MappedFile::Open(model_path));
  OCTET_ASSIGN(
      const compile::AnnotatedOnnx annotated,
      compile::AnnotateOnnx(file.bytes(), NotesByOrigin(model, engine)));
  namespace fs = std::filesystem;
  std::error_code error;
  if (!annotated.external_files.empty() &&
      !fs::equivalent(fs::absolute(model_path, error).parent_path(),
                      fs::absolute(output, error).parent_path(), error)) {
    return Usage(
        "--annotate {}: the model keeps tensors in files beside it; write the "
        "annotated model into the same folder",
        output);
  }
  OCTET_RETURN_IF_ERROR(WriteFileAtomically(output, annotated.bytes));
  console.result()["annotated"] = {{"path", output},
                                   {"nodes", annotated.nodes}};
  console.Print("{}: {} nodes bear their precision and reason", output,
                annotated.nodes);
  return {};
}

}  // namespace octet::cli
