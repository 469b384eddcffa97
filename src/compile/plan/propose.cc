#include "compile/plan/propose.h"

#include "base/error.h"
#include "compile/plan/classify.h"
#include "compile/plan/half_form.h"
#include "compile/plan/move_quant.h"

namespace octet::compile {
namespace {

// What the readers of a value ask for.
struct Demand {
  bool f32 = false;
  bool per_tensor = false;
  bool per_channel = false;
  bool any_u8 = false;    // whichever u8 form there is
  bool residual = false;  // added to sums: f32 where that is there anyway
  bool f16 = false;
  bool bf16 = false;
  bool u8() const { return per_tensor || per_channel || any_u8; }
  bool takes(Storage half) const {
    return half == Storage::kF16 ? f16 : half == Storage::kBf16 && bf16;
  }
};

// A precision and why.
struct Choice {
  Precision precision;
  Reason reason;
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
        peaks_(WithMovedPeaks(graph, options.peaks)) {}

  Result<Plan> Run() {
    OCTET_ASSIGN(asked_, RequestsByNode(graph_, options_.requests));
    FindChannelAxes();
    for (ValueId v : graph_.outputs) demands_[v].f32 = true;
    for (NodeId n = NodeId(graph_.nodes.size()) - 1; n >= 0; --n) Decide(n);
    for (ValueId v : graph_.inputs) SetForms(v, Precision::kF32);
    for (const Node& node : graph_.nodes) AssignInputForms(node);
    for (ValueId v : graph_.outputs) {
      plan_.output_forms.push_back(FindForm(v, Storage::kF32));
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
    Choice choice = Judge(n);
    const Role role = Classify(graph_, node);
    plan.precision = choice.precision;
    plan.reason = std::move(choice.reason);
    if (std::holds_alternative<Attention>(node.op)) {
      // It writes nothing else, even if nobody reads it.
      AskForHalves(node.outputs[0], plan.precision);
    }
    for (ValueId v : node.outputs) SetForms(v, plan.precision);
    if (plan.precision == Precision::kF32) {
      for (ValueId v : node.inputs) Ask(v, &Demand::f32);
    } else if (IsHalf(plan.precision)) {
      for (size_t i = 0; i < node.inputs.size(); ++i) {
        if (ReadsFloat(node, i)) {
          Ask(node.inputs[i], &Demand::f32);
        } else {
          AskForHalves(node.inputs[i], plan.precision);
        }
      }
    } else if (role == Role::kMover) {
      AskForMover(node);
    } else {
      AskForInt8(node, role);
    }
  }

  // What a node should be: as asked, or as all.
  Precision Wish(NodeId n) const {
    return asked_[n] != nullptr ? asked_[n]->precision : options_.precision;
  }
  Reason Asked(NodeId n) const {
    return {ReasonKind::kAsked,
            asked_[n] != nullptr
                ? asked_[n]->pattern
                : std::string(Name(options_.precision)) + " build"};
  }
  static Choice Float(ReasonKind kind, std::string detail = "") {
    return {Precision::kF32, {kind, std::move(detail)}};
  }

  Choice Judge(NodeId n) const {
    const Node& node = graph_.nodes[n];
    const Role role = Classify(graph_, node);
    const Precision wish = Wish(n);
    if (wish == Precision::kInt8 && role == Role::kFloat) {
      return Float(ReasonKind::kNoInt8Form, WhyFloat(graph_, node));
    }
    // Scores and the like want a range of their own for each row.
    if (wish == Precision::kInt8 && asked_[n] == nullptr &&
        MultipliesComputed(graph_, node)) {
      return Float(ReasonKind::kStructure, WhyFloat(graph_, node));
    }
    if (role == Role::kMover && !KeptByRequest(n)) return JudgeMover(n);
    if (wish == Precision::kF32) return {wish, Asked(n)};
    return wish == Precision::kInt8 ? JudgeInt8(node, role) : JudgeHalf(n);
  }

  Choice JudgeInt8(const Node& node, Role role) const {
    if (role == Role::kProduct || role == Role::kDepthwise) {
      if (behind_softmax_[node.inputs[0]]) {
        return Float(ReasonKind::kStructure, "decoding behind a softmax");
      }
      return IfSumsFit(node);
    }
    const Demand& wanted = demands_[node.outputs[0]];
    if (!wanted.u8()) return Float(ReasonKind::kNoReader);
    if (HasOneScale(node) && wanted.per_channel) {
      return Float(ReasonKind::kNoInt8Form,
                   std::holds_alternative<Unary>(node.op)
                       ? "a table has one scale"
                       : "products of codes have one scale");
    }
    return IfSumsFit(node);
  }

  Choice IfSumsFit(const Node& node) const {
    const std::string overflow = WhyOverflow(graph_, node);
    if (!overflow.empty()) return Float(ReasonKind::kOverflow, overflow);
    return {Precision::kInt8, {ReasonKind::kInt8, ""}};
  }

  Choice JudgeHalf(NodeId n) const {
    const Node& node = graph_.nodes[n];
    if (!HasHalfForm(graph_, node)) {
      // It might have run in int8: what was asked is not what it gets.
      const std::string asked =
          asked_[n] == nullptr ? ""
                               : fmt::format("; asked: {}={}",
                                             asked_[n]->pattern, Name(Wish(n)));
      return Float(ReasonKind::kNoHalfForm, WhyFloat(graph_, node) + asked);
    }
    const Demand& wanted = demands_[node.outputs[0]];
    if (std::holds_alternative<Attention>(node.op) && asked_[n] == nullptr &&
        !wanted.takes(StorageOf(Wish(n)))) {
      return Float(ReasonKind::kNoReader, "or 16-bit");
    }
    if (Wish(n) == Precision::kF16) {
      const std::string beyond = WhyNotF16(graph_, node, peaks_);
      if (!beyond.empty()) return Float(ReasonKind::kOverflow, beyond);
    }
    return {Wish(n), Asked(n)};
  }

  // As its readers want the data.
  Choice JudgeMover(NodeId n) const {
    const Node& node = graph_.nodes[n];
    const Demand& wanted = demands_[node.outputs[0]];
    const Reason moves = {ReasonKind::kMover, ""};
    if (wanted.u8()) return {Precision::kInt8, moves};
    for (Precision half : {Precision::kF16, Precision::kBf16}) {
      if (!wanted.takes(StorageOf(half))) continue;
      if (!HasHalfForm(graph_, node)) {
        return Float(ReasonKind::kNoHalfForm, WhyFloat(graph_, node));
      }
      const std::string beyond =
          half == Precision::kF16 ? WhyNotF16(graph_, node, peaks_) : "";
      if (!beyond.empty()) return Float(ReasonKind::kOverflow, beyond);
      return {half, moves};
    }
    if (options_.precision == Precision::kF32) {
      return {Precision::kF32, Asked(n)};
    }
    return Float(ReasonKind::kNoReader,
                 IsHalf(options_.precision) ? "or 16-bit" : "");
  }

  void Ask(ValueId v, bool Demand::*what) {
    if (v == kNoValue || graph_.values[v].is_constant()) return;
    demands_[v].*what = true;
  }

  void AskForHalves(ValueId v, Precision precision) {
    if (precision == Precision::kF16) Ask(v, &Demand::f16);
    if (precision == Precision::kBf16) Ask(v, &Demand::bf16);
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
      const bool one_scale = HasOneScale(node);
      for (size_t i = 0; i < node.inputs.size(); ++i) {
        Ask(node.inputs[i], ReadsFloat(node, i) ? &Demand::f32
                            : one_scale         ? &Demand::per_tensor
                                                : &Demand::any_u8);
      }
      return;
    }
    const ValueId x = node.inputs[0];
    Ask(x, ReadsPerChannel(node) ? &Demand::per_channel : &Demand::per_tensor);
    if (const ValueId residual = Residual(node); residual != kNoValue) {
      Ask(residual, &Demand::residual);
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
  void SetForms(ValueId v, Precision producer) {
    Demand& d = demands_[v];
    if (graph_.values[v].dtype != DType::kF32) d = Demand{.f32 = true};
    if (d.residual) {
      const bool is_float = producer != Precision::kInt8 || (d.f32 && !d.u8());
      (is_float ? d.f32 : d.any_u8) = true;
    }
    if (d.any_u8 && !d.per_tensor && !d.per_channel) d.per_tensor = true;
    std::vector<Form>& forms = forms_[v];
    const Form f32 = Form::F32();
    const Storage own = StorageOf(producer);
    const bool writes_half = d.takes(own);
    if (writes_half) forms.push_back(Form::Of(own));
    const bool writes_u8 = producer == Precision::kInt8 && d.u8();
    const bool writes_f32 = !writes_half && !writes_u8;
    if (writes_f32) forms.push_back(f32);
    if (d.per_channel) {
      forms.push_back(Form::U8(Granularity::kPerChannel));
    }
    if (d.per_tensor) {
      forms.push_back(Form::U8(Granularity::kPerTensor));
    }
    if (d.f32 && !writes_f32) forms.push_back(f32);
    for (Storage half : {Storage::kF16, Storage::kBf16}) {
      if (d.takes(half) && half != own) forms.push_back(Form::Of(half));
    }
  }

  // The form that is wanted, or any u8 form where that is not there.
  int FindForm(ValueId v, Storage storage,
               Granularity granularity = Granularity::kPerTensor) const {
    int any = 0;
    for (size_t i = 0; i < forms_[v].size(); ++i) {
      const Form& form = forms_[v][i];
      if (form.storage != storage) continue;
      if (!form.is_u8() || form.granularity == granularity) return int(i);
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
      const bool adds =
          int8 && i + 1 == node.inputs.size() && Residual(node) != kNoValue;
      const Storage storage = ReadsFloat(node, i) ? Storage::kF32
                              : adds && !forms_[v][0].is_u8()
                                  ? forms_[v][0].storage
                                  : StorageOf(plan.precision);
      plan.input_forms.push_back(FindForm(v, storage, here));
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
      if (!forms_[y][0].is_u8() ||
          forms_[y][0].granularity != Granularity::kPerTensor) {
        continue;
      }
      for (ValueId v : node.inputs) {
        if (forms_[v].empty() || uses.readers[v].size() != 1) continue;
        if (!WritesAnyScale(uses.producer[v])) continue;
        Form& form = forms_[v][FindForm(v, Storage::kU8)];
        if (form.is_u8()) form.same_as = graph_.values[y].name;
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
  std::map<std::string, float> peaks_;    // by value
  Plan plan_;
};

}  // namespace

Result<Plan> Propose(const Graph& graph, const ProposeOptions& options) {
  OCTET_ASSIGN(Plan plan, Proposer(graph, options).Run());
  OCTET_RETURN_IF_ERROR(CheckRequired(graph, plan, options.requests));
  return plan;
}

}  // namespace octet::compile
