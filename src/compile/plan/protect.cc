#include "compile/plan/protect.h"

#include <algorithm>
#include <set>

#include "compile/plan/align_forms.h"
#include "compile/plan/classify.h"
#include "compile/plan/half_form.h"
#include "compile/plan/move_quant.h"

namespace octet::compile {
namespace {

bool IsConcat(const Node& node) {
  return std::holds_alternative<Concat>(node.op);
}

// Passes a value's codes on as they are.
bool PassesOn(const Node& node) { return IsMover(node) && !IsConcat(node); }

bool IsProduct(const Graph& graph, const Node& node) {
  const Role role = Classify(graph, node);
  return role == Role::kProduct || role == Role::kDepthwise;
}

const std::vector<Form>& FormsOf(const Graph& graph, const Plan& plan,
                                 ValueId v) {
  return plan.values.at(graph.values[size_t(v)].name).forms;
}

// Whether a form is made by rounding: not f32, and not the codes that a mover
// passes on.
bool IsRounded(const Graph& graph, const Plan& plan, const Uses& uses,
               ValueId v) {
  const std::vector<Form>& forms = FormsOf(graph, plan, v);
  const NodeId maker = uses.producer[size_t(v)];
  const bool moved = maker != kNoNode && PassesOn(graph.nodes[size_t(maker)]);
  for (size_t i = moved ? 1 : 0; i < forms.size(); ++i) {
    if (forms[i].is_u8()) return true;
  }
  return false;
}

// Whether it is written straight into a concatenation that alone reads it.
bool IsPart(const Graph& graph, const Plan& plan, const Uses& uses, ValueId v,
            ValueId concat) {
  if (uses.readers[size_t(v)].size() != 1) return false;
  return std::ranges::any_of(FormsOf(graph, plan, v), [&](const Form& form) {
    return form.is_u8() && form.same_as == graph.values[size_t(concat)].name;
  });
}

class Protecting {
 public:
  Protecting(const Graph& graph, const Protection& protection,
             const Reason& reason, Plan& plan)
      : graph_(graph),
        uses_(ComputeUses(graph)),
        protection_(protection),
        reason_(reason),
        plan_(plan) {}

  void Value(const StoredValue& stored) {
    std::vector<ValueId> values = {stored.value};
    values.insert(values.end(), stored.parts.begin(), stored.parts.end());
    for (ValueId v : values) {
      Readers(v);
      const NodeId maker = uses_.producer[size_t(v)];
      // A product writes floats as well as codes; nothing else does.
      if (maker != kNoNode && !IsProduct(graph_, graph_.nodes[size_t(maker)])) {
        Keep(maker);
      }
      if (FormsOf(graph_, plan_, v)[0].is_u8()) {
        WriteFirst(graph_, v, Form::F32(), plan_);
      }
    }
    ReadAsFloat(values);
    Align();
  }

  void Node(NodeId n) {
    Keep(n);
    Align();
  }

 private:
  void Keep(NodeId n) {
    const compile::Node& node = graph_.nodes[size_t(n)];
    NodePlan& row = plan_.nodes.at(node.name);
    if (row.precision != Precision::kInt8) return;
    row.precision = PrecisionOf(node);
    row.reason = reason_;
    // Those were of int8 weights.
    row.weight_clip.clear();
    row.bias_shift.clear();
  }

  Precision PrecisionOf(const compile::Node& node) const {
    const Precision wanted = protection_.precision;
    if (!IsHalf(wanted)) return wanted;
    const bool is_held = HasHalfForm(graph_, node) &&
                         (wanted != Precision::kF16 ||
                          WhyNotF16(graph_, node, protection_.peaks).empty());
    // What moves data follows its readers: nothing is rounded for nobody.
    const bool is_wanted = !IsMover(node) || AnyReads(node.outputs[0], wanted);
    return is_held && is_wanted ? wanted : Precision::kF32;
  }

  bool AnyReads(ValueId v, Precision precision) const {
    return std::ranges::any_of(uses_.readers[size_t(v)], [&](NodeId n) {
      const std::string& name = graph_.nodes[size_t(n)].name;
      return plan_.nodes.at(name).precision == precision;
    });
  }

  // Lets products in 16 bits write halves where they are read, else f32: what
  // other readers take is made from that.
  void Align() {
    AlignForms(graph_, plan_);
    const Precision precision = protection_.precision;
    if (!IsHalf(precision)) return;
    for (const compile::Node& node : graph_.nodes) {
      if (plan_.nodes.at(node.name).precision != precision ||
          !IsProduct(graph_, node)) {
        continue;
      }
      const ValueId y = node.outputs[0];
      const Form wanted =
          AnyReads(y, precision) ? Form::Of(StorageOf(precision)) : Form::F32();
      if (FormsOf(graph_, plan_, y)[0].storage != wanted.storage) {
        WriteFirst(graph_, y, wanted, plan_);
      }
    }
  }

  // Keeps what computes with the value, and what moves it there; true if there
  // is any.
  bool Readers(ValueId v) {
    bool any = false;
    for (NodeId n : uses_.readers[size_t(v)]) {
      const compile::Node& node = graph_.nodes[size_t(n)];
      if (IsConcat(node)) continue;
      if (PassesOn(node)) {
        if (!Readers(node.outputs[0])) continue;
      } else if (node.inputs[0] != v && IsProduct(graph_, node)) {
        continue;  // a residual, which may be added in f32
      }
      Keep(n);
      any = true;
    }
    return any;
  }

  // Residuals and outputs too.
  void ReadAsFloat(const std::vector<ValueId>& values) {
    for (ValueId v : values) {
      for (NodeId n : uses_.readers[size_t(v)]) {
        const compile::Node& node = graph_.nodes[size_t(n)];
        if (!IsProduct(graph_, node)) continue;
        NodePlan& row = plan_.nodes.at(node.name);
        for (size_t i = 1; i < node.inputs.size(); ++i) {
          if (node.inputs[i] == v) row.input_forms[i] = 0;
        }
      }
      for (size_t i = 0; i < graph_.outputs.size(); ++i) {
        if (graph_.outputs[i] == v) plan_.output_forms[i] = 0;
      }
    }
  }

  const Graph& graph_;
  const Uses uses_;
  const Protection& protection_;
  const Reason& reason_;
  Plan& plan_;
};

void CollectReaders(const Graph& graph, const Uses& uses, ValueId v,
                    std::set<NodeId>& readers) {
  for (NodeId n : uses.readers[size_t(v)]) {
    const Node& node = graph.nodes[size_t(n)];
    if (PassesOn(node)) {
      CollectReaders(graph, uses, node.outputs[0], readers);
    } else {
      readers.insert(n);
    }
  }
}

}  // namespace

std::vector<StoredValue> FindStoredValues(const Graph& graph,
                                          const Plan& plan) {
  const Uses uses = ComputeUses(graph);
  std::vector<ValueId> values = graph.inputs;
  for (const Node& node : graph.nodes) values.push_back(node.outputs[0]);
  std::set<ValueId> parts;
  std::vector<StoredValue> all;
  for (ValueId v : values) {
    if (!IsRounded(graph, plan, uses, v)) continue;
    StoredValue& stored = all.emplace_back();
    stored.value = v;
    const NodeId maker = uses.producer[size_t(v)];
    if (maker != kNoNode && IsConcat(graph.nodes[size_t(maker)])) {
      for (ValueId x : graph.nodes[size_t(maker)].inputs) {
        if (graph.values[size_t(x)].is_constant()) continue;
        if (IsPart(graph, plan, uses, x, v)) stored.parts.push_back(x);
      }
      parts.insert(stored.parts.begin(), stored.parts.end());
    }
    std::set<NodeId> readers;
    CollectReaders(graph, uses, v, readers);
    stored.readers.assign(readers.begin(), readers.end());
  }
  std::erase_if(all,
                [&](const StoredValue& s) { return parts.contains(s.value); });
  return all;
}

std::vector<NodeId> FindInt8Nodes(const Graph& graph, const Plan& plan) {
  std::vector<NodeId> nodes;
  for (NodeId n = 0; n < NodeId(graph.nodes.size()); ++n) {
    const Node& node = graph.nodes[size_t(n)];
    const bool is_int8 = plan.nodes.at(node.name).precision == Precision::kInt8;
    if (is_int8 && !IsMover(node)) nodes.push_back(n);
  }
  return nodes;
}

void ProtectValue(const Graph& graph, const StoredValue& stored,
                  const Protection& protection, const Reason& reason,
                  Plan& plan) {
  Protecting(graph, protection, reason, plan).Value(stored);
}

void ProtectNode(const Graph& graph, NodeId node, const Protection& protection,
                 const Reason& reason, Plan& plan) {
  Protecting(graph, protection, reason, plan).Node(node);
}

}  // namespace octet::compile
