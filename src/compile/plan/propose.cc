#include "compile/plan/propose.h"

#include <algorithm>

#include "base/error.h"
#include "compile/plan/classify.h"
#include "compile/plan/match.h"
#include "compile/plan/move_quant.h"

namespace octet::compile {
namespace {

// What the readers of a value ask for.
struct Demand {
  bool f32 = false;
  bool per_tensor = false;
  bool per_channel = false;
  bool any_u8 = false;  // whichever u8 form there is
  bool u8() const { return per_tensor || per_channel || any_u8; }
};

// Walks the graph from its outputs to its inputs: when a node is reached, all
// its readers have said what they want.
class Proposer {
 public:
  Proposer(const Graph& graph, const ProposeOptions& options)
      : graph_(graph),
        options_(options),
        demands_(graph.values.size()),
        forms_(graph.values.size()),
        behind_softmax_(BehindSoftmax(graph)),
        asked_(graph.nodes.size(), nullptr) {}

  Result<Plan> Run() {
    OCTET_RETURN_IF_ERROR(MatchRequests());
    FindChannelAxes();
    for (ValueId v : graph_.outputs) demands_[v].f32 = true;
    for (NodeId n = NodeId(graph_.nodes.size()) - 1; n >= 0; --n) Decide(n);
    for (ValueId v : graph_.inputs) SetForms(v, /*producer_is_int8=*/false);
    for (const Node& node : graph_.nodes) AssignInputForms(node);
    for (ValueId v : graph_.outputs) {
      plan_.output_forms.push_back(FindForm(v, false, Granularity::kPerTensor));
    }
    AdoptConcatForms();
    for (size_t v = 0; v < forms_.size(); ++v) {
      if (!forms_[v].empty()) {
        plan_.values[graph_.values[v].name].forms = std::move(forms_[v]);
      }
    }
    return std::move(plan_);
  }

 private:
  Status MatchRequests() {
    for (const Request& request : options_.requests) {
      OCTET_ASSIGN(const auto nodes, MatchNodes(graph_, request.pattern));
      for (NodeId n : nodes) {
        const Request* before = asked_[n];
        if (request.required && before != nullptr && !before->required &&
            before->precision != request.precision &&
            !IsMover(graph_.nodes[n])) {
          return Usage(
              "--keep '{}={}' and --require '{}={}' both match node '{}'; "
              "leave it out of one of them",
              before->pattern, Name(before->precision), request.pattern,
              Name(request.precision), graph_.nodes[n].name);
        }
        asked_[n] = &request;
      }
    }
    return {};
  }

  bool KeptByRequest(NodeId n) const {
    return asked_[n] != nullptr && asked_[n]->precision == Precision::kF32;
  }

  // For each value the first axis that its parameters per channel depend on;
  // -1 where they could not follow the data.
  void FindChannelAxes() {
    channel_axis_.assign(graph_.values.size(), -1);
    for (ValueId v : graph_.inputs) channel_axis_[v] = LastAxis(v);
    for (NodeId n = 0; n < NodeId(graph_.nodes.size()); ++n) {
      const Node& node = graph_.nodes[n];
      for (ValueId v : node.outputs) channel_axis_[v] = LastAxis(v);
      if (!IsMover(node) || KeptByRequest(n)) continue;
      std::vector<int> axes;
      for (ValueId v : node.inputs) {
        axes.push_back(v == kNoValue ? -1 : channel_axis_[v]);
      }
      const bool known = axes[0] >= 0;
      const auto map = known ? MapChannels(graph_, node, axes) : std::nullopt;
      channel_axis_[node.outputs[0]] = map ? map->channel_axis : -1;
    }
  }

  int LastAxis(ValueId v) const { return graph_.values[v].shape.rank() - 1; }

  void Decide(NodeId n) {
    const Node& node = graph_.nodes[n];
    NodePlan& plan = plan_.nodes[node.name];
    plan.reason = Judge(n);
    const bool int8 = plan.reason.kind == ReasonKind::kInt8;
    const Role role = Classify(graph_, node);
    plan.precision = int8 ? Precision::kInt8 : Precision::kF32;
    if (int8 && role == Role::kMover) plan.reason = {ReasonKind::kMover, ""};
    for (ValueId v : node.outputs) SetForms(v, int8);
    if (!int8) {
      for (ValueId v : node.inputs) Ask(v, &Demand::f32);
    } else if (role == Role::kMover) {
      AskForMover(node);
    } else {
      AskForInt8(node, role);
    }
  }

  Reason Judge(NodeId n) const {
    const Node& node = graph_.nodes[n];
    const Role role = Classify(graph_, node);
    if (!options_.int8) return {ReasonKind::kAsked, "fp32 build"};
    if (role == Role::kFloat) {
      return {ReasonKind::kNoInt8Form, WhyFloat(graph_, node)};
    }
    if (KeptByRequest(n)) return {ReasonKind::kAsked, asked_[n]->pattern};
    if (role == Role::kProduct || role == Role::kDepthwise) {
      if (behind_softmax_[node.inputs[0]]) {
        return {ReasonKind::kStructure, "decoding behind a softmax"};
      }
      return IfSumsFit(node);
    }
    const Demand& wanted = demands_[node.outputs[0]];
    if (!wanted.u8()) return {ReasonKind::kNoReader, ""};
    if (std::holds_alternative<Unary>(node.op) && wanted.per_channel) {
      return {ReasonKind::kNoInt8Form, "a table has one scale"};
    }
    return IfSumsFit(node);
  }

  Reason IfSumsFit(const Node& node) const {
    const std::string overflow = WhyOverflow(graph_, node);
    if (overflow.empty()) return {ReasonKind::kInt8, ""};
    return {ReasonKind::kOverflow, overflow};
  }

  void Ask(ValueId v, bool Demand::*what) {
    if (v == kNoValue || graph_.values[v].is_constant()) return;
    demands_[v].*what = true;
  }

  void AskForMover(const Node& node) {
    const ValueId y = node.outputs[0];
    const bool per_channel =
        forms_[y][0].granularity == Granularity::kPerChannel;
    // A concatenation with one scale is a new value: it takes its parts in any
    // form and brings them to that scale.
    const bool concat = std::holds_alternative<Concat>(node.op);
    for (ValueId v : node.inputs) {
      Ask(v, per_channel ? &Demand::per_channel
             : concat    ? &Demand::any_u8
                         : &Demand::per_tensor);
    }
  }

  void AskForInt8(const Node& node, Role role) {
    if (role == Role::kArithmetic) {
      const bool table = std::holds_alternative<Unary>(node.op);
      for (ValueId v : node.inputs) {
        Ask(v, table ? &Demand::per_tensor : &Demand::any_u8);
      }
      return;
    }
    const ValueId x = node.inputs[0];
    Ask(x, ReadsPerChannel(node) ? &Demand::per_channel : &Demand::per_tensor);
    if (const ValueId residual = Residual(node); residual != kNoValue) {
      Ask(residual, &Demand::any_u8);
    }
  }

  // Whether an int8 node can read a scale for each channel of its input.
  bool ReadsPerChannel(const Node& node) const {
    const ValueId x = node.inputs[0];
    return Classify(graph_, node) == Role::kDepthwise &&
           channel_axis_[x] == LastAxis(x);
  }

  static ValueId Residual(const Node& node) {
    const Conv* conv = std::get_if<Conv>(&node.op);
    const MatMul* matmul = std::get_if<MatMul>(&node.op);
    const bool has = (conv != nullptr && conv->fusion.residual) ||
                     (matmul != nullptr && matmul->fusion.residual);
    return has ? node.inputs.back() : kNoValue;
  }

  // The forms of a value once all its readers have spoken, the producer's
  // first.
  void SetForms(ValueId v, bool producer_is_int8) {
    Demand& d = demands_[v];
    if (graph_.values[v].dtype != DType::kF32) d = Demand{.f32 = true};
    if (d.any_u8 && !d.per_tensor && !d.per_channel) d.per_tensor = true;
    std::vector<Form>& forms = forms_[v];
    const Form f32 = Form::F32();
    if (!d.u8()) {
      forms = {f32};
      return;
    }
    if (!producer_is_int8) forms.push_back(f32);
    if (d.per_channel) {
      forms.push_back(Form::U8(Granularity::kPerChannel));
    }
    if (d.per_tensor) {
      forms.push_back(Form::U8(Granularity::kPerTensor));
    }
    if (producer_is_int8 && d.f32) forms.push_back(f32);
  }

  // The form that is wanted, or any u8 form where that is not there.
  int FindForm(ValueId v, bool u8, Granularity granularity) const {
    int any = 0;
    for (size_t i = 0; i < forms_[v].size(); ++i) {
      const Form& form = forms_[v][i];
      if (form.is_u8 != u8) continue;
      if (!u8 || form.granularity == granularity) return int(i);
      any = int(i);
    }
    return any;
  }

  void AssignInputForms(const Node& node) {
    NodePlan& plan = plan_.nodes[node.name];
    const bool int8 = plan.precision == Precision::kInt8;
    Granularity wanted = Granularity::kPerTensor;
    if (int8 && IsMover(node)) {
      wanted = forms_[node.outputs[0]][0].granularity;
    }
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      const ValueId v = node.inputs[i];
      if (v == kNoValue || graph_.values[v].is_constant()) {
        plan.input_forms.push_back(-1);
        continue;
      }
      Granularity here = wanted;
      if (int8 && i == 0 && ReadsPerChannel(node)) {
        here = Granularity::kPerChannel;
      }
      plan.input_forms.push_back(FindForm(v, int8, here));
    }
  }

  // A node that can write codes with any scale for each channel.
  bool WritesAnyScale(NodeId n) const {
    if (n == kNoNode) return false;
    const Node& node = graph_.nodes[n];
    const Role role = Classify(graph_, node);
    const Binary* binary = std::get_if<Binary>(&node.op);
    return role == Role::kProduct || role == Role::kDepthwise ||
           (role == Role::kArithmetic && binary != nullptr &&
            binary->after.kind == FunctionKind::kIdentity);
  }

  // A value that only goes into one concatenation is written with that
  // concatenation's scale at once; if its scale is folded later, the part's
  // too.
  void AdoptConcatForms() {
    const Uses uses = ComputeUses(graph_);
    for (const Node& node : graph_.nodes) {
      const ValueId y = node.outputs[0];
      if (!std::holds_alternative<Concat>(node.op)) continue;
      if (!forms_[y][0].is_u8 ||
          forms_[y][0].granularity != Granularity::kPerTensor) {
        continue;
      }
      for (ValueId v : node.inputs) {
        if (forms_[v].empty() || uses.readers[v].size() != 1) continue;
        if (!WritesAnyScale(uses.producer[v])) continue;
        Form& form = forms_[v][FindForm(v, true, Granularity::kPerTensor)];
        if (form.is_u8) form.same_as = graph_.values[y].name;
      }
    }
  }

  const Graph& graph_;
  const ProposeOptions& options_;
  std::vector<Demand> demands_;           // by value
  std::vector<std::vector<Form>> forms_;  // by value
  std::vector<int> channel_axis_;         // by value
  std::vector<bool> behind_softmax_;      // by value
  std::vector<const Request*> asked_;     // by node
  Plan plan_;
};

}  // namespace

Result<Plan> Propose(const Graph& graph, const ProposeOptions& options) {
  OCTET_ASSIGN(Plan plan, Proposer(graph, options).Run());
  OCTET_RETURN_IF_ERROR(CheckRequired(graph, plan, options.requests));
  return plan;
}

}  // namespace octet::compile
