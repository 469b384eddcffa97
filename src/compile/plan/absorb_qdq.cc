#include "compile/plan/absorb_qdq.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "base/error.h"
#include "compile/plan/classify.h"
#include "compile/plan/move_quant.h"
#include "compile/plan/qdq_constants.h"
#include "compile/plan/quantized_relu.h"

namespace octet::compile {
namespace {

// A quantized value: the real value that it stands for and how.
struct Coded {
  ValueId real = kNoValue;
  QuantParams quant;
};

// Where a reader finds its input once the pairs are gone.
struct Source {
  ValueId value = kNoValue;
  int form = -1;  // index into the forms of value; -1: as f32
};

class Absorber {
 public:
  explicit Absorber(Graph& graph)
      : graph_(graph),
        coded_(graph.values.size()),
        sources_(graph.values.size()),
        moved_(graph.values.size()),
        forms_(graph.values.size()),
        quantized_(graph.values.size()),
        has_name_(graph.values.size()),
        copied_(graph.values.size()) {
    for (ValueId v = 0; v < ValueId(graph.values.size()); ++v) {
      sources_[v] = {v, -1};
    }
    for (ValueId v : graph.inputs) has_name_[v] = true;
    for (ValueId v : graph.outputs) has_name_[v] = true;
  }

  Result<Plan> Run() {
    std::vector<Node> kept;
    for (Node& node : graph_.nodes) {
      OCTET_ASSIGN(const bool keep, Visit(node));
      if (keep) kept.push_back(std::move(node));
    }
    graph_.nodes = std::move(kept);
    for (ValueId& v : graph_.outputs) {
      if (coded_[v]) {
        return Unsupported(
            "output '{}' is in 8 bits; octet delivers float, so end the model "
            "with DequantizeLinear",
            graph_.values[v].name);
      }
      output_sources_.push_back(copied_[v] ? Source{v, -1} : SourceOf(v));
      const ValueId real = output_sources_.back().value;
      // The output keeps the model's name; what bore it is absorbed.
      if (real != v) std::swap(graph_.values[v].name, graph_.values[real].name);
      v = real;
    }
    MakePlan();
    Compact(graph_);
    return std::move(plan_);
  }

 private:
  // Takes a node into account; false if it is absorbed.
  Result<bool> Visit(Node& node) {
    if (std::holds_alternative<Quantize>(node.op)) return VisitQuantize(node);
    if (std::holds_alternative<Dequantize>(node.op)) {
      return VisitDequantize(node);
    }
    std::vector<Source> sources;
    for (ValueId& v : node.inputs) {
      if (v == kNoValue) {
        sources.push_back({});
        continue;
      }
      if (coded_[v]) {
        sources.push_back(AddForm(*coded_[v]));
        VisitCodedOutput(node, *coded_[v]);
      } else {
        sources.push_back(SourceOf(v));
      }
      v = sources.back().value;
    }
    if (!sources.empty()) VisitMoved(node, sources[0]);
    node_sources_.push_back(std::move(sources));
    return true;
  }

  // What is moved behind Dequantize may be moved as codes and dequantized
  // later: the readers of the moved value find such.
  void VisitMoved(const Node& node, const Source& x) {
    const bool moves = std::holds_alternative<Transpose>(node.op) ||
                       std::holds_alternative<Reshape>(node.op);
    if (!moves || x.value == kNoValue || x.form < 0) return;
    const QuantParams& quant = forms_[x.value][size_t(x.form)].quant;
    if (quant.per_channel()) return;
    moved_[node.outputs[0]] = quant;
  }

  // Where a reader finds a value that is not codes.
  Source SourceOf(ValueId v) {
    return moved_[v] ? AddForm({v, *moved_[v]}) : sources_[v];
  }

  // A node between Quantize and Dequantize moves codes: the same movement on
  // real values, with the same parameters.
  void VisitCodedOutput(const Node& node, const Coded& input) {
    for (ValueId v : node.outputs) {
      graph_.values[v].dtype = DType::kF32;
      coded_[v] = Coded{v, input.quant};
    }
  }

  // Has a node move all of `x`, in place of what it did: it is kept.
  void MakeCopy(Node& node, const Source& x) {
    Value& y = graph_.values[node.outputs[0]];
    y.dtype = DType::kF32;
    const auto dims = y.shape.dims();
    node.op = Reshape{{dims.begin(), dims.end()}};
    node.inputs = {x.value};
    node_sources_.push_back({x});
  }

  Result<bool> VisitQuantize(Node& node) {
    OCTET_ASSIGN(
        QuantParams quant,
        ReadActivationParams(graph_, node, std::get<Quantize>(node.op).axis));
    const Source source = sources_[node.inputs[0]];
    const ValueId y = node.outputs[0];
    // Codes made of other codes are no codes of what those stand for.
    const bool is_again =
        source.form >= 0 &&
        !(forms_[source.value][size_t(source.form)].quant == quant);
    if (is_again) MakeCopy(node, source);
    coded_[y] = Coded{is_again ? y : source.value, std::move(quant)};
    return is_again;
  }

  Result<bool> VisitDequantize(Node& node) {
    const ValueId x = node.inputs[0], y = node.outputs[0];
    if (graph_.values[x].is_constant()) {
      OCTET_ASSIGN(quantized_[y], FoldQuantizedConstant(graph_, node));
      return false;
    }
    OCTET_ASSIGN(
        const QuantParams quant,
        ReadActivationParams(graph_, node, std::get<Dequantize>(node.op).axis));
    if (!coded_[x]) {
      return Unsupported(
          "node '{}' (DequantizeLinear): its input is computed in 8 bits by an "
          "operator octet only knows in float; feed it from QuantizeLinear",
          node.name);
    }
    if (!(coded_[x]->quant == quant)) {
      return Unsupported(
          "node '{}' (DequantizeLinear): scale or zero point differ from those "
          "of the QuantizeLinear before it; quantize again in between",
          node.name);
    }
    sources_[y] = AddForm(*coded_[x]);
    if (std::ranges::count(graph_.outputs, y) == 0) return false;
    // An output that stands for a value with a name of its own is another.
    const ValueId real = sources_[y].value;
    copied_[y] = has_name_[real];
    has_name_[real] = true;
    if (copied_[y]) MakeCopy(node, sources_[y]);
    return bool(copied_[y]);
  }

  Source AddForm(const Coded& coded) {
    std::vector<Form>& forms = forms_[coded.real];
    Form form = Form::U8(coded.quant.per_channel() ? Granularity::kPerChannel
                                                   : Granularity::kPerTensor);
    form.quant = coded.quant;
    form.rule = "imported";
    const auto same = std::ranges::find(forms, form);
    const int index = int(same - forms.begin());
    if (same == forms.end()) forms.push_back(std::move(form));
    return {coded.real, index};
  }

  // A node that only moves what is quantized behind it, and moves all of it,
  // may move the codes: a quarter of the bytes.
  void QuantizeBeforeMoving() {
    std::vector<bool> read_as_f32(graph_.values.size());
    for (const Source& s : output_sources_) MarkF32(s, read_as_f32);
    for (size_t n = graph_.nodes.size(); n-- > 0;) {
      const Node& node = graph_.nodes[n];
      std::vector<Source>& sources = node_sources_[n];
      const std::vector<Form>& forms = forms_[node.outputs[0]];
      const bool moves = Classify(graph_, node) == Role::kMover &&
                         node.inputs.size() == 1 && sources[0].form < 0 &&
                         !graph_.values[sources[0].value].is_constant();
      const auto elements = [&](ValueId v) {
        return graph_.values[v].shape.elements();
      };
      if (moves && elements(sources[0].value) <= elements(node.outputs[0]) &&
          forms.size() == 1 && !read_as_f32[node.outputs[0]] &&
          !forms[0].quant.per_channel()) {
        sources[0] = AddForm({sources[0].value, forms[0].quant});
      }
      for (const Source& s : sources) MarkF32(s, read_as_f32);
    }
  }

  void MakePlan() {
    QuantizeBeforeMoving();
    const Uses uses = ComputeUses(graph_);
    std::vector<bool> read_as_f32(graph_.values.size());
    for (const auto& sources : node_sources_) {
      for (const Source& s : sources) MarkF32(s, read_as_f32);
    }
    for (const Source& s : output_sources_) MarkF32(s, read_as_f32);

    std::vector<bool> f32_first(graph_.values.size());
    for (ValueId v : graph_.inputs) f32_first[v] = true;
    for (size_t n = 0; n < graph_.nodes.size(); ++n) {
      const Node& node = graph_.nodes[n];
      NodePlan& plan = plan_.nodes[node.name];
      plan.reason = {ReasonKind::kImported, ""};
      const ValueId y = node.outputs[0];
      const bool codes_out = forms_[y].size() == 1 && !read_as_f32[y];
      if (RunsInInt8(n, codes_out)) {
        plan.precision = Precision::kInt8;
        SetWeights(n, plan);
      }
      f32_first[y] = plan.precision == Precision::kF32 || !codes_out;
    }
    SetForms(f32_first, read_as_f32);
    SetInputForms(f32_first);
  }

  static void MarkF32(const Source& s, std::vector<bool>& read_as_f32) {
    if (s.value != kNoValue && s.form < 0) read_as_f32[s.value] = true;
  }

  bool RunsInInt8(size_t n, bool codes_out) const {
    const Node& node = graph_.nodes[n];
    const Role role = Classify(graph_, node);
    // In 8 bits an attention rounds shares, which such a model does by itself
    // or not at all.
    const bool attends = std::holds_alternative<Attention>(node.op);
    if (role == Role::kFloat || attends) return false;
    const bool one_scale = role == Role::kArithmetic && HasOneScale(node);
    if (one_scale && !RunsOnOneScale(n)) return false;
    const bool product = role == Role::kProduct || role == Role::kDepthwise;
    // Exact sums lose nothing where the result leaves in float.
    if (!codes_out && !product) return false;
    if (role == Role::kMover && BringsToChannels(n)) return false;
    if (product && quantized_[node.inputs[1]].scale.empty()) return false;
    // A scale per channel must be one per output channel.
    const int64_t outputs_axis = std::holds_alternative<Conv>(node.op) ? 0 : 1;
    const int64_t axis = product ? quantized_[node.inputs[1]].axis : -1;
    if (axis >= 0 && axis != outputs_axis) return false;
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      const Source& s = node_sources_[n][i];
      if (s.value == kNoValue || graph_.values[s.value].is_constant()) continue;
      if (s.form < 0) return false;
    }
    return true;
  }

  // Whether codes get scales per channel that do not come with what is moved; a
  // concatenation brings its parts to its own.
  bool BringsToChannels(size_t n) const {
    const Node& node = graph_.nodes[n];
    const Source& s = node_sources_[n][0];
    const QuantParams& y = forms_[node.outputs[0]][0].quant;
    const bool concat = std::holds_alternative<Concat>(node.op);
    if (!y.per_channel() || s.form < 0 || concat) return false;
    const QuantParams& x = forms_[s.value][size_t(s.form)].quant;
    return !x.per_channel() ||
           (std::holds_alternative<Reshape>(node.op) && !(x == y));
  }

  // Whether an int8 form that knows no scales per channel, a table or a product
  // of computed matrices, has what it wants of the numbers.
  bool RunsOnOneScale(size_t n) const {
    const Node& node = graph_.nodes[n];
    for (const Form& form : forms_[node.outputs[0]]) {
      if (form.quant.per_channel()) return false;
    }
    for (const Source& s : node_sources_[n]) {
      if (s.value == kNoValue) continue;
      if (s.form < 0 || forms_[s.value][size_t(s.form)].quant.per_channel()) {
        return false;
      }
    }
    return WhyOverflow(graph_, node).empty();
  }

  void SetWeights(size_t n, NodePlan& plan) const {
    const Node& node = graph_.nodes[n];
    const bool product = std::holds_alternative<Conv>(node.op) ||
                         std::holds_alternative<MatMul>(node.op);
    if (!product) return;
    plan.weight_scale = quantized_[node.inputs[1]].scale;
    if (node.inputs.size() < 3 || node.inputs[2] == kNoValue) return;
    const Source& x = node_sources_[n][0];
    const QuantParams& quant = forms_[x.value][size_t(x.form)].quant;
    plan.integer_bias = BiasCodes(node, quant, plan.weight_scale);
  }

  // The bias of a product in steps of fl(sx * sw); empty where it was not
  // quantized, or is so large that it could not join the sums: then it is added
  // to them in f32.
  std::vector<int32_t> BiasCodes(const Node& node, const QuantParams& x,
                                 const std::vector<float>& weight_scale) const {
    const std::vector<double>& exact = quantized_[node.inputs[2]].exact;
    const Shape& y = graph_.values[node.outputs[0]].shape;
    const size_t outputs = size_t(y[y.rank() - 1]);
    const auto at = [](const auto& list, size_t c) {
      return list[list.size() == 1 ? 0 : c];
    };
    const bool one_each = exact.size() == 1 || exact.size() == outputs;
    const bool depthwise = Classify(graph_, node) == Role::kDepthwise;
    if (!one_each || (x.per_channel() && !depthwise)) return {};
    // Codes of weights are differences of two bytes, so are those of x.
    const double sums = 255.0 * 255.0 * double(ProductsPerSum(graph_, node));
    std::vector<int32_t> codes;
    for (size_t c = 0; c < outputs; ++c) {
      const double step = double(at(x.scale, c) * at(weight_scale, c));
      const double code = std::nearbyint(at(exact, c) / step);
      if (!(std::abs(code) + sums <= double(INT32_MAX))) return {};
      codes.push_back(int32_t(code));
    }
    return codes;
  }

  void SetForms(const std::vector<bool>& f32_first,
                const std::vector<bool>& read_as_f32) {
    for (ValueId v = 0; v < ValueId(graph_.values.size()); ++v) {
      const Value& value = graph_.values[v];
      const bool used = f32_first[v] || read_as_f32[v] || !forms_[v].empty();
      if (value.is_constant() || !used) continue;
      std::vector<Form>& forms = plan_.values[value.name].forms;
      if (f32_first[v]) forms.push_back({});
      forms.insert(forms.end(), forms_[v].begin(), forms_[v].end());
      if (!f32_first[v] && read_as_f32[v]) forms.push_back({});
    }
  }

  void SetInputForms(const std::vector<bool>& f32_first) {
    const auto index = [&](const Source& s) {
      if (s.value == kNoValue || graph_.values[s.value].is_constant()) {
        return -1;
      }
      if (s.form >= 0) return s.form + (f32_first[s.value] ? 1 : 0);
      return f32_first[s.value] ? 0 : int(forms_[s.value].size());
    };
    for (size_t n = 0; n < graph_.nodes.size(); ++n) {
      NodePlan& plan = plan_.nodes[graph_.nodes[n].name];
      for (const Source& s : node_sources_[n]) {
        plan.input_forms.push_back(index(s));
      }
    }
    for (const Source& s : output_sources_) {
      plan_.output_forms.push_back(index(s));
    }
    plan_.origin = "as the QDQ model says";
  }

  Graph& graph_;
  std::vector<std::optional<Coded>> coded_;        // by value
  std::vector<Source> sources_;                    // by value
  std::vector<std::optional<QuantParams>> moved_;  // by value, see VisitMoved
  std::vector<std::vector<Form>> forms_;           // by value, u8 forms
  std::vector<QuantizedConstant> quantized_;       // by value
  std::vector<std::vector<Source>> node_sources_;  // by kept node
  std::vector<bool> has_name_;  // by value: those of inputs and outputs stay
  std::vector<bool> copied_;    // by value: outputs that are a node's own
  std::vector<Source> output_sources_;
  Plan plan_;
};

}  // namespace

bool HasQdq(const Graph& graph) {
  return std::ranges::any_of(graph.nodes, [&](const Node& node) {
    return std::holds_alternative<Quantize>(node.op) ||
           std::holds_alternative<Dequantize>(node.op);
  });
}

Result<Plan> AbsorbQdq(Graph& graph) {
  RestoreRelus(graph);
  return Absorber(graph).Run();
}

}  // namespace octet::compile
