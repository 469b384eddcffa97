#include "compile/plan/align_forms.h"

#include <algorithm>
#include <set>

#include "compile/plan/classify.h"
#include "compile/plan/half_form.h"

namespace octet::compile {
namespace {

bool SameKind(const Form& a, const Form& b) {
  return a.storage == b.storage &&
         (!a.is_u8() || a.granularity == b.granularity);
}

// Whether a reason was given for another precision than the node has now.
bool IsStale(const Reason& reason, Precision now) {
  constexpr std::string_view kBuild = " build";
  return reason.kind == ReasonKind::kInt8 ||
         (reason.kind == ReasonKind::kAsked &&
          reason.detail.ends_with(kBuild) &&
          reason.detail != std::string(Name(now)).append(kBuild));
}

class Aligner {
 public:
  Aligner(const Graph& graph, Plan& plan)
      : graph_(graph), plan_(plan), uses_(ComputeUses(graph)) {}

  void Run() {
    for (const Node& node : graph_.nodes) {
      NodePlan& plan = plan_.nodes.at(node.name);
      if (plan.precision == Precision::kF32) {
        AlignFloat(node, plan);
      } else if (plan.precision == Precision::kInt8) {
        AlignInt8(node, plan);
      } else {
        AlignHalf(node, plan);
      }
    }
  }

  // Lets the producer write `wanted`; every reader keeps the form it reads.
  void MakeFirst(ValueId v, const Form& wanted) {
    const int index = IndexOf(v, wanted);
    std::vector<Form>& forms = FormsOf(v);
    std::rotate(forms.begin(), forms.begin() + index,
                forms.begin() + index + 1);
    const auto follow = [index](int& form) {
      if (form == index) {
        form = 0;
      } else if (form < index) {
        ++form;
      }
    };
    const auto& readers = uses_.readers[size_t(v)];
    for (NodeId n : std::set<NodeId>(readers.begin(), readers.end())) {
      const Node& node = graph_.nodes[size_t(n)];
      std::vector<int>& read = plan_.nodes.at(node.name).input_forms;
      for (size_t i = 0; i < node.inputs.size(); ++i) {
        if (node.inputs[i] == v) follow(read[i]);
      }
    }
    for (size_t i = 0; i < graph_.outputs.size(); ++i) {
      if (graph_.outputs[i] == v) follow(plan_.output_forms[i]);
    }
  }

 private:
  std::vector<Form>& FormsOf(ValueId v) {
    return plan_.values.at(graph_.values[size_t(v)].name).forms;
  }

  // A value that could be stored as u8: numbers that a node computes.
  bool HasForms(ValueId v) const {
    if (v == kNoValue) return false;
    const Value& value = graph_.values[size_t(v)];
    return !value.is_constant() && value.dtype == DType::kF32;
  }

  void AlignFloat(const Node& node, NodePlan& plan) {
    // Nodes that the model itself leaves in float have neither.
    bool was_int8 = !plan.weight_scale.empty();
    for (ValueId v : node.outputs) {
      if (FormsOf(v)[0].storage == Storage::kF32) continue;
      was_int8 = was_int8 || FormsOf(v)[0].is_u8();
      MakeFirst(v, Form::F32());
    }
    if (plan.reason.kind == ReasonKind::kImported) {
      if (was_int8) plan.reason.detail = "fp32 by an edited plan";
      return;
    }
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      const ValueId v = node.inputs[i];
      if (HasForms(v) && !FormsOf(v)[0].is_u8()) {
        plan.input_forms[i] = IndexOf(v, Form::F32());
      }
    }
    if (IsStale(plan.reason, plan.precision) ||
        plan.reason.kind == ReasonKind::kMover) {
      plan.reason = {ReasonKind::kAsked, "edited plan"};
    }
  }

  void AlignHalf(const Node& node, NodePlan& plan) {
    if (!HasHalfForm(graph_, node)) return;  // CheckForms refuses it
    const Form half = Form::Of(StorageOf(plan.precision));
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      const ValueId v = node.inputs[i];
      if (!HasForms(v)) continue;
      plan.input_forms[i] =
          IndexOf(v, ReadsFloat(node, i) ? Form::F32() : half);
    }
    const ValueId y = node.outputs[0];
    const Storage first = FormsOf(y)[0].storage;
    const Role role = Classify(graph_, node);
    const bool product = role == Role::kProduct || role == Role::kDepthwise;
    if (first != half.storage && !(product && first == Storage::kF32)) {
      MakeFirst(y, half);
    }
    const bool stays = plan.reason.kind == ReasonKind::kAsked ||
                       plan.reason.kind == ReasonKind::kSensitive ||
                       plan.reason.kind == ReasonKind::kStructure ||
                       plan.reason.kind == ReasonKind::kMover;
    if (!stays || IsStale(plan.reason, plan.precision)) {
      plan.reason = {ReasonKind::kAsked, "edited plan"};
    }
  }

  void AlignInt8(const Node& node, NodePlan& plan) {
    const Role role = Classify(graph_, node);
    if (role == Role::kFloat) return;  // CheckForms refuses it
    const bool product = role == Role::kProduct || role == Role::kDepthwise;
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      const ValueId v = node.inputs[i];
      // A residual may be added in f32.
      const bool any_form = product && i > 0;
      if (!HasForms(v) || any_form) continue;
      if (ReadsFloat(node, i)) {
        plan.input_forms[i] = IndexOf(v, Form::F32());
        continue;
      }
      if (!FormsOf(v)[size_t(plan.input_forms[i])].is_u8()) {
        plan.input_forms[i] = IndexOf(v, Form::U8(Granularity::kPerTensor));
      }
    }
    for (ValueId v : node.outputs) {
      const Storage first = FormsOf(v)[0].storage;
      if (first == Storage::kU8 || (product && first == Storage::kF32)) {
        continue;
      }
      MakeFirst(v, product ? Form::F32() : Form::U8(Granularity::kPerTensor));
    }
    const bool stays = plan.reason.kind == ReasonKind::kImported ||
                       plan.reason.kind == ReasonKind::kInt8 ||
                       plan.reason.kind == ReasonKind::kMover;
    if (!stays) plan.reason = {ReasonKind::kAsked, "edited plan"};
  }

  // Where `wanted` is among a value's forms; it is added if it is not there.
  int IndexOf(ValueId v, const Form& wanted) {
    std::vector<Form>& forms = FormsOf(v);
    const auto at = std::ranges::find_if(
        forms, [&](const Form& form) { return SameKind(form, wanted); });
    const int index = int(at - forms.begin());
    if (at == forms.end()) forms.push_back(wanted);
    return index;
  }

  const Graph& graph_;
  Plan& plan_;
  Uses uses_;
};

}  // namespace

void AlignForms(const Graph& graph, Plan& plan) { Aligner(graph, plan).Run(); }

void WriteFirst(const Graph& graph, ValueId value, const Form& wanted,
                Plan& plan) {
  Aligner(graph, plan).MakeFirst(value, wanted);
}

}  // namespace octet::compile
