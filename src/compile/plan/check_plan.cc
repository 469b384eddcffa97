#include "compile/plan/check_plan.h"

#include "base/error.h"
#include "compile/plan/classify.h"
#include "compile/plan/half_form.h"

namespace octet::compile {
namespace {

constexpr std::string_view kMakeAnew =
    "make the plan anew for this model (octet build --plan-out)";

// Scales may run along several trailing axes (inside a channel shuffle).
bool CountFits(const Shape& shape, size_t scales) {
  if (scales == 1) return true;
  int64_t channels = 1;
  for (int i = shape.rank() - 1; i >= 0; --i) {
    channels *= shape[i];
    if (channels == int64_t(scales)) return true;
  }
  return false;
}

class Checker {
 public:
  Checker(const Graph& graph, const Plan& plan, std::string_view source)
      : graph_(graph), plan_(plan), source_(source) {}

  Status CheckFit() const {
    for (ValueId v : graph_.inputs) OCTET_RETURN_IF_ERROR(CheckValue(v));
    for (const Node& node : graph_.nodes) {
      for (ValueId v : node.outputs) OCTET_RETURN_IF_ERROR(CheckValue(v));
    }
    for (const Node& node : graph_.nodes) {
      OCTET_RETURN_IF_ERROR(CheckNode(node));
    }
    return CheckOutputs();
  }

  Status CheckPrecisions() const {
    for (ValueId v : graph_.inputs) {
      const Value& value = graph_.values[size_t(v)];
      const Storage first = FormsOf(v)[0].storage;
      if (first == Storage::kF32) continue;
      return BadInput(
          "{}: input '{}' is given in f32, so its first form must be f32; put "
          "that before the {} form",
          source_, value.name, Name(first));
    }
    for (const Node& node : graph_.nodes) {
      const Precision precision = PlanOf(node).precision;
      OCTET_RETURN_IF_ERROR(precision == Precision::kF32    ? CheckFloat(node)
                            : precision == Precision::kInt8 ? CheckInt8(node)
                                                            : CheckHalf(node));
    }
    return {};
  }

 private:
  const NodePlan& PlanOf(const Node& node) const {
    return plan_.nodes.at(node.name);
  }
  const std::vector<Form>& FormsOf(ValueId v) const {
    return plan_.values.at(graph_.values[size_t(v)].name).forms;
  }

  Status CheckValue(ValueId v) const {
    const Value& value = graph_.values[size_t(v)];
    const auto row = plan_.values.find(value.name);
    if (row == plan_.values.end() || row->second.forms.empty()) {
      return BadInput("{}: value '{}' is missing; {}", source_, value.name,
                      kMakeAnew);
    }
    for (const Form& form : row->second.forms) {
      if (form.storage == Storage::kF32) continue;
      if (value.dtype != DType::kF32) {
        return BadInput(
            "{}: value '{}' is {} in the model and cannot be stored as {}; "
            "give it the type f32, which leaves it as it is",
            source_, value.name, Name(value.dtype), Name(form.storage));
      }
      if (!form.is_u8()) continue;
      const size_t n = form.quant.scale.size();
      if (n == 0) continue;
      if (form.quant.zero_point.size() == n && CountFits(value.shape, n)) {
        continue;
      }
      return BadInput(
          "{}: value '{}' of shape {} has {} scales; expected one, or one "
          "per channel",
          source_, value.name, value.shape.ToString(), n);
    }
    return {};
  }

  Status CheckNode(const Node& node) const {
    const auto row = plan_.nodes.find(node.name);
    if (row == plan_.nodes.end()) {
      return BadInput("{}: node '{}' is missing; {}", source_, node.name,
                      kMakeAnew);
    }
    const NodePlan& plan = row->second;
    if (plan.input_forms.size() != node.inputs.size()) {
      return BadInput("{}: node '{}' has {} input_forms for {} inputs; {}",
                      source_, node.name, plan.input_forms.size(),
                      node.inputs.size(), kMakeAnew);
    }
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      const ValueId v = node.inputs[i];
      if (v == kNoValue) continue;
      OCTET_RETURN_IF_ERROR(
          CheckRead("node '" + node.name + "'", v, plan.input_forms[i]));
    }
    const size_t scales = plan.weight_scale.size();
    const size_t codes = plan.integer_bias.size();
    if (scales > 1) {
      OCTET_RETURN_IF_ERROR(CheckPerOutput(node, "weight_scale", scales));
    }
    if (codes > 0) {
      OCTET_RETURN_IF_ERROR(CheckPerOutput(node, "integer_bias", codes));
    }
    if (!plan.weight_clip.empty()) {
      const Role role = Classify(graph_, node);
      if (plan.precision != Precision::kInt8 ||
          (role != Role::kProduct && role != Role::kDepthwise)) {
        return BadInput(
            "{}: node '{}' has weight_clip and is no int8 product; leave it "
            "out",
            source_, node.name);
      }
      if (scales > 0) {
        return BadInput(
            "{}: node '{}' has weight_scale and weight_clip; leave one of them "
            "out: a given scale says already what is held at its ends",
            source_, node.name);
      }
      OCTET_RETURN_IF_ERROR(
          CheckPerOutput(node, "weight_clip", plan.weight_clip.size()));
    }
    return CheckBiasShift(node, plan);
  }

  Status CheckBiasShift(const Node& node, const NodePlan& plan) const {
    const size_t shifts = plan.bias_shift.size();
    if (shifts == 0) return {};
    if (!plan.integer_bias.empty()) {
      return BadInput(
          "{}: node '{}' has integer_bias and bias_shift; leave one of them "
          "out: an integer bias is exact as it is",
          source_, node.name);
    }
    return CheckPerOutput(node, "bias_shift", shifts);
  }

  Status CheckRead(const std::string& reader, ValueId v, int form) const {
    const Value& value = graph_.values[size_t(v)];
    if (value.is_constant()) {
      if (form == -1) return {};
      return BadInput("{}: {} reads form {} of constant '{}'; expected -1",
                      source_, reader, form, value.name);
    }
    const size_t forms = FormsOf(v).size();
    if (form >= 0 && size_t(form) < forms) return {};
    return BadInput("{}: {} reads form {} of value '{}', which has forms 0..{}",
                    source_, reader, form, value.name, forms - 1);
  }

  Status CheckPerOutput(const Node& node, std::string_view what,
                        size_t count) const {
    const Shape& y = graph_.values[size_t(node.outputs[0])].shape;
    if (y.rank() > 0 && int64_t(count) == y[y.rank() - 1]) return {};
    return BadInput(
        "{}: node '{}' has {} entries of {}; expected one per output channel",
        source_, node.name, count, what);
  }

  Status CheckOutputs() const {
    if (plan_.output_forms.size() != graph_.outputs.size()) {
      return BadInput("{}: {} output_forms for {} outputs; {}", source_,
                      plan_.output_forms.size(), graph_.outputs.size(),
                      kMakeAnew);
    }
    for (size_t i = 0; i < graph_.outputs.size(); ++i) {
      const ValueId v = graph_.outputs[i];
      // What a constant output is read from is never asked.
      if (graph_.values[size_t(v)].is_constant()) continue;
      OCTET_RETURN_IF_ERROR(
          CheckRead("the model's output", v, plan_.output_forms[i]));
    }
    return {};
  }

  Status CheckFloat(const Node& node) const {
    for (ValueId v : node.outputs) {
      const Storage first = FormsOf(v)[0].storage;
      if (first == Storage::kF32) continue;
      return BadInput(
          "{}: node '{}' is fp32, but the first form of its output '{}' is {}; "
          "put an f32 form first, or set the node to {}",
          source_, node.name, graph_.values[size_t(v)].name, Name(first),
          Name(Precision(first)));
    }
    return {};
  }

  Status CheckHalf(const Node& node) const {
    const Precision precision = PlanOf(node).precision;
    const Storage half = StorageOf(precision);
    if (!HasHalfForm(graph_, node)) {
      return Unsupported(
          "{}: node '{}' is {}, but there is no 16-bit form of it ({}); set "
          "its precision to fp32",
          source_, node.name, Name(precision), WhyFloat(graph_, node));
    }
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      if (!HasForms(node.inputs[i])) continue;
      const ValueId v = node.inputs[i];
      const int form = PlanOf(node).input_forms[i];
      const Storage read = FormsOf(v)[size_t(form)].storage;
      const Storage wanted = ReadsFloat(node, i) ? Storage::kF32 : half;
      if (read == wanted) continue;
      return BadInput(
          "{}: node '{}' is {}, but reads '{}' as {} (form {}); let it read a "
          "form of the type {}, or set its precision to fp32",
          source_, node.name, Name(precision), graph_.values[size_t(v)].name,
          Name(read), form, Name(wanted));
    }
    const ValueId y = node.outputs[0];
    const Storage first = FormsOf(y)[0].storage;
    const bool product = WritesFloats(node);
    if (first == half || (product && first == Storage::kF32)) return {};
    return BadInput(
        "{}: node '{}' is {}, but the first form of its output '{}' is {}; put "
        "a form of the type {} first, or set the node to fp32",
        source_, node.name, Name(precision), graph_.values[size_t(y)].name,
        Name(first), Name(half));
  }

  // Whether it may write f32 whatever its operands are.
  bool WritesFloats(const Node& node) const {
    const Role role = Classify(graph_, node);
    return role == Role::kProduct || role == Role::kDepthwise;
  }

  // A value that could be stored otherwise: numbers that a node computes.
  bool HasForms(ValueId v) const {
    if (v == kNoValue) return false;
    const Value& value = graph_.values[size_t(v)];
    return !value.is_constant() && value.dtype == DType::kF32;
  }

  // What an int8 product of computed values reads and writes as codes.
  Status CheckOneScale(const Node& node) const {
    std::vector<std::pair<ValueId, int>> read = {{node.outputs[0], 0}};
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      if (node.inputs[i] == kNoValue || ReadsFloat(node, i)) continue;
      read.emplace_back(node.inputs[i], PlanOf(node).input_forms[i]);
    }
    for (const auto& [v, index] : read) {
      const Form& form = FormsOf(v)[size_t(index)];
      if (form.granularity == Granularity::kPerTensor &&
          form.quant.scale.size() <= 1) {
        continue;
      }
      return BadInput(
          "{}: node '{}' is int8, and '{}' has scales per channel (form {}); "
          "give it one scale, or set the node's precision to fp32",
          source_, node.name, graph_.values[size_t(v)].name, index);
    }
    return {};
  }

  Status CheckInt8(const Node& node) const {
    const Role role = Classify(graph_, node);
    if (role == Role::kFloat) {
      return Unsupported(
          "{}: node '{}' is int8, but there is no int8 form of it ({}); set "
          "its precision to fp32",
          source_, node.name, WhyFloat(graph_, node));
    }
    const bool product = role == Role::kProduct || role == Role::kDepthwise;
    // Of products, lowering asks the weights.
    const std::string overflow = product ? "" : WhyOverflow(graph_, node);
    if (!overflow.empty()) {
      return Unsupported(
          "{}: node '{}' is int8, but it is {}, which may overflow 32 bits; "
          "set its precision to fp32",
          source_, node.name, overflow);
    }
    const size_t inputs = product ? 1 : node.inputs.size();
    for (size_t i = 0; i < inputs; ++i) {
      const ValueId v = node.inputs[i];
      if (!HasForms(v)) continue;
      const int form = PlanOf(node).input_forms[i];
      const Storage read = FormsOf(v)[size_t(form)].storage;
      const Storage wanted = ReadsFloat(node, i) ? Storage::kF32 : Storage::kU8;
      if (read == wanted) continue;
      return BadInput(
          "{}: node '{}' is int8, but reads '{}' as {} (form {}); let it read "
          "a {} form, or set its precision to fp32",
          source_, node.name, graph_.values[size_t(v)].name, Name(read), form,
          Name(wanted));
    }
    const bool is_table = std::holds_alternative<Unary>(node.op);
    if (role == Role::kArithmetic && HasOneScale(node) && !is_table) {
      OCTET_RETURN_IF_ERROR(CheckOneScale(node));
    }
    const ValueId y = node.outputs[0];
    const Storage first = FormsOf(y)[0].storage;
    if (first == Storage::kU8 || (product && first == Storage::kF32)) return {};
    return BadInput(
        "{}: node '{}' is int8, but the first form of its output '{}' is {}; "
        "put a u8 form first, or set the node to fp32",
        source_, node.name, graph_.values[size_t(y)].name, Name(first));
  }

  const Graph& graph_;
  const Plan& plan_;
  std::string_view source_;
};

}  // namespace

Status CheckPlan(const Graph& graph, const Plan& plan,
                 std::string_view source) {
  return Checker(graph, plan, source).CheckFit();
}

Status CheckForms(const Graph& graph, const Plan& plan,
                  std::string_view source) {
  return Checker(graph, plan, source).CheckPrecisions();
}

}  // namespace octet::compile
