#include "compile/calibrate/choose.h"

#include <algorithm>
#include <numeric>
#include <set>

#include "base/error.h"
#include "compile/calibrate/seen_values.h"
#include "compile/plan/move_quant.h"

namespace octet::compile {
namespace {

constexpr size_t kNamesInMessage = 8;

// Where the data of a value comes from: the observed value, and the channel of
// it that each channel is, along the axes from `axis` on (move_quant.h).
struct Source {
  ValueId origin = kNoValue;
  int axis = -1;  // not known
  std::vector<int64_t> channels;
};

class Chooser {
 public:
  Chooser(const Graph& graph, const Ranges& ranges, const RangeChoice& choice,
          const OwnChoices& own, Plan& plan)
      : graph_(graph),
        ranges_(ranges),
        choice_(choice),
        own_(own),
        plan_(plan),
        seen_(graph, ranges),
        channel_axis_(graph.values.size(), -1),
        sources_(graph.values.size()) {}

  Status Run() {
    for (ValueId v : graph_.inputs) StartAt(v);
    for (const Node& node : graph_.nodes) Locate(node);
    // Concatenations first: their parts may be written with their parameters.
    for (const Node& node : graph_.nodes) {
      if (std::holds_alternative<Concat>(node.op)) ChooseRoots(node.outputs[0]);
    }
    for (ValueId v : graph_.inputs) ChooseRoots(v);
    for (const Node& node : graph_.nodes) Choose(node);
    if (missing_.empty()) return status_;
    return Missing();
  }

 private:
  int LastAxis(ValueId v) const { return graph_.values[v].shape.rank() - 1; }

  std::vector<Form>& FormsOf(ValueId v) {
    return plan_.values.at(graph_.values[v].name).forms;
  }

  // A value that is what was observed, with parameters along its last axis.
  void StartAt(ValueId v) {
    channel_axis_[v] = LastAxis(v);
    Source& source = sources_[v];
    source = {v, LastAxis(v), {}};
    if (source.axis < 0) return;
    source.channels.resize(size_t(graph_.values[v].shape[source.axis]));
    std::iota(source.channels.begin(), source.channels.end(), 0);
  }

  void Locate(const Node& node) {
    const ValueId y = node.outputs[0];
    StartAt(y);
    if (!IsMover(node)) return;
    if (plan_.nodes.at(node.name).precision == Precision::kInt8) {
      const auto map = Map(node);
      channel_axis_[y] = map ? map->channel_axis : -1;
    }
    const ValueId x = node.inputs[0];
    if (std::holds_alternative<Concat>(node.op) ||
        graph_.values[x].is_constant()) {
      return;
    }
    sources_[y] = Through(node, sources_[x]);
  }

  // Where what `node` moves comes from.
  Source Through(const Node& node, const Source& x) const {
    Source y{x.origin, -1, {}};
    if (x.axis < 0) return y;
    std::vector<int> axes(node.inputs.size(), -1);
    axes[0] = x.axis;
    const auto map = MapChannels(graph_, node, axes);
    if (!map) return y;
    y.axis = map->channel_axis;
    for (const ChannelSource& source : map->sources) {
      y.channels.push_back(x.channels[size_t(source.channel)]);
    }
    return y;
  }

  // Which channels of its inputs an int8 mover's are.
  std::optional<ChannelMap> Map(const Node& node) const {
    std::vector<int> axes;
    for (ValueId v : node.inputs) {
      axes.push_back(v == kNoValue ? -1 : channel_axis_[v]);
    }
    if (axes[0] < 0) return std::nullopt;
    return MapChannels(graph_, node, axes);
  }

  void Choose(const Node& node) {
    const ValueId y = node.outputs[0];
    const NodePlan& plan = plan_.nodes.at(node.name);
    if (IsMover(node) && plan.precision == Precision::kInt8) {
      ChooseMoved(node, plan);
    }
    ChooseRoots(y);
  }

  // The first form of moved data has the parameters of what it is moved from.
  void ChooseMoved(const Node& node, const NodePlan& plan) {
    const ValueId y = node.outputs[0];
    Form& form = FormsOf(y)[0];
    if (!form.is_u8() || !form.quant.scale.empty()) return;
    if (form.granularity == Granularity::kPerTensor) {
      if (std::holds_alternative<Concat>(node.op)) return;
      form.quant = FormsOf(node.inputs[0])[size_t(plan.input_forms[0])].quant;
      form.rule = "moved";
      return;
    }
    const auto map = Map(node);
    if (!map) return;
    for (const ChannelSource& source : map->sources) {
      const size_t i = size_t(source.input);
      const QuantParams& from =
          FormsOf(node.inputs[i])[size_t(plan.input_forms[i])].quant;
      const size_t c = from.per_channel() ? size_t(source.channel) : 0;
      if (c >= from.scale.size()) return;
      form.quant.scale.push_back(from.scale[c]);
      form.quant.zero_point.push_back(from.zero_point[c]);
    }
    form.rule = "moved";
  }

  void ChooseRoots(ValueId v) {
    if (!plan_.values.contains(graph_.values[v].name)) return;
    for (Form& form : FormsOf(v)) {
      if (!form.is_u8() || !form.quant.scale.empty()) continue;
      if (!form.same_as.empty()) {
        TakeFrom(form);
      } else {
        ChooseOwn(v, form);
      }
    }
  }

  void TakeFrom(Form& form) {
    const auto other = plan_.values.find(form.same_as);
    if (other == plan_.values.end()) return;
    for (const Form& source : other->second.forms) {
      if (!source.is_u8() || source.granularity != form.granularity) continue;
      form.quant = source.quant;
      form.rule = "as " + form.same_as;
      return;
    }
  }

  void ChooseOwn(ValueId v, Form& form) {
    const ValueId origin = sources_[v].origin;
    const ValueRange* seen = seen_.Find(origin);
    if (seen == nullptr || seen->histogram.empty()) {
      missing_.insert(graph_.values[origin].name);
      return;
    }
    if (form.granularity == Granularity::kPerChannel) {
      form.rule = "minmax";
      Take(ChooseQuantParams(RangesOfChannels(v, *seen)), form);
      return;
    }
    const bool input = std::ranges::count(graph_.inputs, origin) > 0;
    const auto own = own_.find(graph_.values[origin].name);
    const RangeChoice choice = input ? RangeChoice{RangeRule::kMinMax, 0}
                               : own != own_.end() ? own->second
                                                   : choice_;
    form.rule = choice.ToString();
    const Result<Range> range = ChooseRange(*seen, choice, ranges_.samples);
    if (!range.ok()) {
      status_ = range.status();
      return;
    }
    Take(ChooseQuantParams(*range), form);
  }

  // What was seen of each channel of `v`; of all of it where channels were
  // mixed on the way.
  std::vector<Range> RangesOfChannels(ValueId v, const ValueRange& seen) const {
    const Source& source = sources_[v];
    const auto size = [&](ValueId value) {
      const Shape& shape = graph_.values[value].shape;
      return size_t(shape[shape.rank() - 1]);
    };
    if (source.axis != LastAxis(v) ||
        seen.channel_low.size() != size(source.origin)) {
      return std::vector<Range>(size(v), seen.histogram.extremes());
    }
    std::vector<Range> channels;
    for (const int64_t c : source.channels) {
      channels.push_back(
          {seen.channel_low[size_t(c)], seen.channel_high[size_t(c)]});
    }
    return channels;
  }

  void Take(Result<QuantParams> params, Form& form) {
    if (params.ok()) {
      form.quant = *std::move(params);
    } else {
      status_ = params.status();
    }
  }

  Status Missing() const {
    std::string names;
    size_t named = 0;
    for (const std::string& name : missing_) {
      if (named++ < kNamesInMessage) names += "\n  " + name;
    }
    return BadInput(
        "the calibration has not seen {} values of this model as it "
        "is now; calibrate it anew:{}{}",
        missing_.size(), names,
        missing_.size() > kNamesInMessage ? "\n  ..." : "");
  }

  const Graph& graph_;
  const Ranges& ranges_;
  const RangeChoice& choice_;
  const OwnChoices& own_;
  Plan& plan_;
  SeenValues seen_;
  std::vector<int> channel_axis_;  // by value
  std::vector<Source> sources_;    // by value
  std::set<std::string> missing_;
  Status status_;
};

}  // namespace

Status ChooseParams(const Graph& graph, const Ranges& ranges,
                    const RangeChoice& choice, Plan& plan,
                    const OwnChoices& own) {
  return Chooser(graph, ranges, choice, own, plan).Run();
}

}  // namespace octet::compile
