#include "compile/plan/check_plan.h"

#include "base/error.h"

namespace octet::compile {
namespace {

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
  Checker(const Graph& graph, const Plan& plan) : graph_(graph), plan_(plan) {}

  Status Run() const {
    for (ValueId v : graph_.inputs) OCTET_RETURN_IF_ERROR(CheckForms(v));
    for (const Node& node : graph_.nodes) {
      for (ValueId v : node.outputs) OCTET_RETURN_IF_ERROR(CheckForms(v));
    }
    for (const Node& node : graph_.nodes) {
      OCTET_RETURN_IF_ERROR(CheckNode(node));
    }
    return CheckOutputs();
  }

 private:
  Status CheckForms(ValueId v) const {
    const Value& value = graph_.values[size_t(v)];
    const auto row = plan_.values.find(value.name);
    if (row == plan_.values.end() || row->second.forms.empty()) {
      return BadInput(
          "plan: value '{}' is missing; make the plan anew for this model",
          value.name);
    }
    for (const Form& form : row->second.forms) {
      const size_t n = form.quant.scale.size();
      if (!form.is_u8 || n == 0) continue;
      if (form.quant.zero_point.size() == n && CountFits(value.shape, n)) {
        continue;
      }
      return BadInput(
          "plan: value '{}' of shape {} has {} scales; expected one, or one "
          "per channel",
          value.name, value.shape.ToString(), n);
    }
    return {};
  }

  Status CheckNode(const Node& node) const {
    const auto row = plan_.nodes.find(node.name);
    if (row == plan_.nodes.end() ||
        row->second.input_forms.size() != node.inputs.size()) {
      return BadInput(
          "plan: node '{}' is missing or reads another number of "
          "inputs; make the plan anew for this model",
          node.name);
    }
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      const ValueId v = node.inputs[i];
      if (v == kNoValue) continue;
      OCTET_RETURN_IF_ERROR(
          CheckRead("node '" + node.name + "'", v, row->second.input_forms[i]));
    }
    return CheckWeightScale(node, row->second.weight_scale.size());
  }

  Status CheckRead(const std::string& reader, ValueId v, int form) const {
    const Value& value = graph_.values[size_t(v)];
    if (value.is_constant()) {
      if (form == -1) return {};
      return BadInput("plan: {} reads form {} of constant '{}'; expected -1",
                      reader, form, value.name);
    }
    const size_t forms = plan_.values.at(value.name).forms.size();
    if (form >= 0 && size_t(form) < forms) return {};
    return BadInput("plan: {} reads form {} of value '{}', which has {}",
                    reader, form, value.name, forms);
  }

  Status CheckWeightScale(const Node& node, size_t scales) const {
    if (scales <= 1) return {};
    const Shape& y = graph_.values[size_t(node.outputs[0])].shape;
    if (y.rank() > 0 && int64_t(scales) == y[y.rank() - 1]) return {};
    return BadInput(
        "plan: node '{}' has {} weight scales; expected none, one, or one per "
        "output channel",
        node.name, scales);
  }

  Status CheckOutputs() const {
    if (plan_.output_forms.size() != graph_.outputs.size()) {
      return BadInput("plan: {} output forms for {} outputs",
                      plan_.output_forms.size(), graph_.outputs.size());
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

  const Graph& graph_;
  const Plan& plan_;
};

}  // namespace

Status CheckPlan(const Graph& graph, const Plan& plan) {
  return Checker(graph, plan).Run();
}

}  // namespace octet::compile
