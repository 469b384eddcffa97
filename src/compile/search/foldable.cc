#include "compile/search/foldable.h"

#include <algorithm>

#include "compile/plan/classify.h"
#include "compile/plan/move_quant.h"

namespace octet::compile {
namespace {

bool HasResidual(const Node& node) {
  const Conv* conv = std::get_if<Conv>(&node.op);
  const MatMul* matmul = std::get_if<MatMul>(&node.op);
  return (conv != nullptr && conv->fusion.residual) ||
         (matmul != nullptr && matmul->fusion.residual);
}

class Finder {
 public:
  Finder(const Graph& graph, const Uses& uses, const Plan& plan)
      : graph_(graph), uses_(uses), plan_(plan) {}

  std::optional<Foldable> Find(ValueId v) {
    const int form = OwnForm(v);
    if (form < 0 || !CanMake(v, form)) return std::nullopt;
    found_.root = {v, form};
    if (!Follow(v, form) || !is_read_) return std::nullopt;
    return std::move(found_);
  }

 private:
  const std::vector<Form>* FormsOf(ValueId v) const {
    const auto row = plan_.values.find(graph_.values[size_t(v)].name);
    return row == plan_.values.end() ? nullptr : &row->second.forms;
  }
  const NodePlan& PlanOf(NodeId n) const {
    return plan_.nodes.at(graph_.nodes[size_t(n)].name);
  }
  int64_t Channels(ValueId v) const {
    const Shape& shape = graph_.values[size_t(v)].shape;
    return shape.rank() < 2 ? 0 : shape[shape.rank() - 1];
  }

  // The u8 form with one scale of its own, or -1.
  int OwnForm(ValueId v) const {
    const std::vector<Form>* forms = FormsOf(v);
    if (forms == nullptr || Channels(v) < 2) return -1;
    for (size_t i = 0; i < forms->size(); ++i) {
      const Form& form = (*forms)[i];
      if (form.is_u8() && form.granularity == Granularity::kPerTensor &&
          form.same_as.empty() && form.quant.scale.size() == 1) {
        return int(i);
      }
    }
    return -1;
  }

  // Whether whoever makes the form can write a scale per channel.
  bool CanMake(ValueId v, int form) {
    const NodeId n = uses_.producer[size_t(v)];
    if (n == kNoNode) return false;  // an image keeps its eight bits
    if (form > 0) return true;       // a conversion makes it
    const Node& node = graph_.nodes[size_t(n)];
    if (std::holds_alternative<Concat>(node.op)) return FindParts(node, v);
    return CanWrite(node);
  }

  // Whether the node itself writes codes with a scale per channel.
  bool CanWrite(const Node& node) const {
    switch (Classify(graph_, node)) {
      case Role::kProduct:
      case Role::kDepthwise:
        return true;
      case Role::kArithmetic: {
        const Binary* binary = std::get_if<Binary>(&node.op);
        return binary != nullptr &&
               binary->after.kind == FunctionKind::kIdentity;
      }
      default:
        return false;
    }
  }

  // The parts of a concatenation along the channels that share its parameters.
  bool FindParts(const Node& node, ValueId y) {
    const Shape& shape = graph_.values[size_t(y)].shape;
    if (std::get<Concat>(node.op).axis != shape.rank() - 1) return false;
    int64_t first = 0;
    for (ValueId v : node.inputs) {
      const std::vector<Form>* forms = FormsOf(v);
      for (size_t i = 0; forms != nullptr && i < forms->size(); ++i) {
        const Form& form = (*forms)[i];
        if (form.same_as != graph_.values[size_t(y)].name) continue;
        const NodeId producer = uses_.producer[size_t(v)];
        const bool writes =
            producer != kNoNode && CanWrite(graph_.nodes[size_t(producer)]);
        if (i == 0 && !writes) return false;
        found_.parts.push_back({{v, int(i)}, first});
      }
      first += Channels(v);
    }
    return true;
  }

  // Collects the readers of a form; false if one of them needs one scale.
  bool Follow(ValueId v, int form) {
    for (NodeId n : uses_.readers[size_t(v)]) {
      const Node& node = graph_.nodes[size_t(n)];
      const NodePlan& plan = PlanOf(n);
      if (plan.precision == Precision::kF32) continue;  // dequantizes
      for (size_t slot = 0; slot < node.inputs.size(); ++slot) {
        if (node.inputs[slot] != v || plan.input_forms[slot] != form) continue;
        is_read_ = true;
        if (!FollowInto(n, slot)) return false;
      }
    }
    return true;
  }

  bool FollowInto(NodeId n, size_t slot) {
    const Node& node = graph_.nodes[size_t(n)];
    const ValueId v = node.inputs[slot];
    const Role role = Classify(graph_, node);
    if (HasResidual(node) && slot + 1 == node.inputs.size()) return true;
    if (role == Role::kDepthwise) return true;
    if (role == Role::kProduct) return AddProduct(n);
    if (role == Role::kArithmetic) {
      return std::holds_alternative<Binary>(node.op) && SameShape(node);
    }
    if (std::holds_alternative<Concat>(node.op)) {
      // It brings its parts to a scale of its own; parameters per channel would
      // have to follow.
      const std::vector<Form>& y = *FormsOf(node.outputs[0]);
      return y[0].granularity == Granularity::kPerTensor;
    }
    const bool keeps_channels = std::holds_alternative<Pool>(node.op) ||
                                std::holds_alternative<Resize>(node.op);
    if (!IsMover(node) || !keeps_channels) return false;
    return FollowMove(node, v);
  }

  bool AddProduct(NodeId n) {
    const Conv* conv = std::get_if<Conv>(&graph_.nodes[size_t(n)].op);
    if (conv != nullptr && conv->group != 1) return false;
    if (std::ranges::count(found_.products, n) == 0) {
      found_.products.push_back(n);
    }
    return true;
  }

  bool SameShape(const Node& node) const {
    return std::ranges::all_of(node.inputs, [&](ValueId v) {
      return graph_.values[size_t(v)].shape ==
             graph_.values[size_t(node.outputs[0])].shape;
    });
  }

  // What only moves the data takes its parameters along.
  bool FollowMove(const Node& node, ValueId v) {
    const ValueId y = node.outputs[0];
    const Form& form = (*FormsOf(y))[0];
    if (!form.is_u8() || form.granularity != Granularity::kPerTensor ||
        !form.same_as.empty() || Channels(y) != Channels(v)) {
      return false;
    }
    found_.copies.push_back({y, 0});
    return Follow(y, 0);
  }

  const Graph& graph_;
  const Uses& uses_;
  const Plan& plan_;
  Foldable found_;
  bool is_read_ = false;  // by an int8 node
};

}  // namespace

std::optional<Foldable> FindFoldable(const Graph& graph, const Uses& uses,
                                     const Plan& plan, ValueId v) {
  return Finder(graph, uses, plan).Find(v);
}

}  // namespace octet::compile
