// What all replays of a model share: what lies behind each value and node.
#include <algorithm>
#include <set>

#include "base/check.h"
#include "base/error.h"
#include "compile/lower/lower.h"
#include "compile/plan/move_quant.h"
#include "compile/search/coded.h"
#include "compile/search/replay.h"
#include "runtime/engine.h"

namespace octet::compile {

// Finds out what lies behind each value.
class ReplayProgram::Builder {
 public:
  Builder(const Graph& graph, const Plan& plan, const engine::ProfileT& profile,
          ReplayProgram& to)
      : graph_(graph),
        plan_(plan),
        uses_(ComputeUses(graph)),
        profile_(profile),
        to_(to) {
    FindBuffers();
    for (size_t n = 0; n < graph.nodes.size(); ++n) {
      nodes_[graph.nodes[n].name] = NodeId(n);
    }
  }

  Status AddLooks(const std::vector<std::string>& looks) {
    for (const std::string& name : looks) {
      const auto found = std::ranges::find(graph_.values, name, &Value::name);
      const int buffer = BufferOf(ValueId(found - graph_.values.begin()));
      if (buffer < 0) {
        return Failed("value '{}' cannot be looked at: no step makes it", name);
      }
      to_.look_buffer_.push_back(buffer);
      to_.look_shapes_.push_back(found->shape);
    }
    FindUseful();
    return {};
  }

  Cut CutAt(const StoredValue& stored) const {
    Cut cut;
    const ValueId v = stored.value;
    cut.buffer = BufferOf(v);
    cut.elements = graph_.values[size_t(v)].shape.elements();
    cut.versions.emplace_back();  // exact
    cut.float_version = VersionOf(v, FloatForm(v), cut);
    FindReruns(v, {}, cut);
    return cut;
  }

  // Of one node that reads codes and has its weights in them.
  Cut CutAt(NodeId n) const {
    Cut cut;
    const Node& node = graph_.nodes[size_t(n)];
    cut.buffer = BufferOf(node.outputs[0]);
    cut.elements = graph_.values[size_t(node.outputs[0])].shape.elements();
    for (int s = 0; s < int(profile_.steps.size()); ++s) {
      if (profile_.steps[size_t(s)]->node == node.name) cut.steps.push_back(s);
    }
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      const int buffer = BufferOf(node.inputs[i]);
      if (buffer < 0) continue;
      const Value& value = graph_.values[size_t(node.inputs[i])];
      cut.reads.push_back(
          {buffer, value.shape.elements(),
           RoundsOf(node.inputs[i], plan_.nodes.at(node.name).input_forms[i])});
    }
    FindReruns(kNoValue, {cut.buffer}, cut);
    return cut;
  }

 private:
  // What has to run again.
  //   v:       that is read in its versions, or kNoValue.
  //   changed: buffers that are not exact to begin with.
  void FindReruns(ValueId v, std::set<int> changed, Cut& cut) const {
    std::set<int> read;
    for (int s = 0; s < int(profile_.steps.size()); ++s) {
      if (!useful_[size_t(s)]) continue;
      const engine::StepT& step = *profile_.steps[size_t(s)];
      const int version = v == kNoValue ? -1 : VersionRead(v, step, cut);
      bool affected = version > 0;
      for (int buffer : ReadBuffers(step)) {
        affected = affected || changed.contains(buffer);
      }
      if (!affected) continue;
      cut.reruns.push_back({s, version});
      const int y = buffer_of_[size_t(engine::OutputOf(step))];
      changed.insert(y);
      for (int buffer : ReadBuffers(step)) read.insert(buffer);
    }
    changed.erase(cut.buffer);
    for (int buffer : changed) {
      cut.written.push_back(buffer);
      if (!WritesAll(cut, buffer)) read.insert(buffer);
    }
    for (int buffer : read) {
      const bool made = changed.contains(buffer) && WritesAll(cut, buffer);
      if (!made && buffer != cut.buffer) cut.refreshed.push_back(buffer);
    }
  }

  // Values that overlap are views of one another: nothing else shares memory.
  void FindBuffers() {
    // What no step touches has no place of its own.
    std::set<int> touched(profile_.inputs.begin(), profile_.inputs.end());
    for (const auto& step : profile_.steps) {
      touched.insert(engine::OutputOf(*step));
      for (int x : engine::ReadsOf(*step)) touched.insert(x);
    }
    std::vector<int> order;
    for (int i : touched) {
      if (profile_.values[size_t(i)]->place == engine::Place::Arena) {
        order.push_back(i);
      }
    }
    std::ranges::stable_sort(
        order, {}, [&](int i) { return profile_.values[size_t(i)]->offset; });
    buffer_of_.assign(profile_.values.size(), -1);
    for (int i : order) {
      const engine::ValueT& value = *profile_.values[size_t(i)];
      const int64_t begin = int64_t(value.offset);
      const int64_t bytes = engine::ShapeOf(value).elements() *
                            SizeOf(engine::ToDType(value.dtype));
      std::vector<Buffer>& all = to_.buffers_;
      if (all.empty() || begin >= all.back().offset + all.back().bytes) {
        all.push_back({begin, 0});
      }
      Buffer& here = all.back();
      here.bytes = std::max(here.bytes, begin + bytes - here.offset);
      buffer_of_[size_t(i)] = int(all.size()) - 1;
      by_name_.emplace(value.name, int(all.size()) - 1);
    }
  }

  // -1 for what is no value of the program. A reshaped value is a view of what
  // it was made from and has no name of its own.
  int BufferOf(ValueId v) const {
    if (size_t(v) >= graph_.values.size()) return -1;
    const auto found = by_name_.find(graph_.values[size_t(v)].name);
    if (found != by_name_.end()) return found->second;
    const NodeId maker = uses_.producer[size_t(v)];
    if (maker == kNoNode || !IsReshape(maker)) return -1;
    return BufferOf(graph_.nodes[size_t(maker)].inputs[0]);
  }

  bool IsReshape(NodeId n) const {
    return std::holds_alternative<Reshape>(graph_.nodes[size_t(n)].op);
  }

  std::vector<int> ReadBuffers(const engine::StepT& step) const {
    std::vector<int> buffers;
    for (int x : engine::ReadsOf(step)) {
      if (buffer_of_[size_t(x)] >= 0) buffers.push_back(buffer_of_[size_t(x)]);
    }
    return buffers;
  }

  // Steps that some look depends on.
  void FindUseful() {
    std::set<int> wanted(to_.look_buffer_.begin(), to_.look_buffer_.end());
    useful_.assign(profile_.steps.size(), false);
    for (size_t s = profile_.steps.size(); s-- > 0;) {
      const engine::StepT& step = *profile_.steps[s];
      if (!wanted.contains(buffer_of_[size_t(engine::OutputOf(step))]))
        continue;
      useful_[s] = true;
      for (int buffer : ReadBuffers(step)) wanted.insert(buffer);
    }
  }

  // Whether all steps that write a buffer are run again.
  bool WritesAll(const Cut& cut, int buffer) const {
    for (size_t s = 0; s < profile_.steps.size(); ++s) {
      const int y = engine::OutputOf(*profile_.steps[s]);
      if (buffer_of_[size_t(y)] != buffer) continue;
      const bool again = std::ranges::any_of(
          cut.reruns, [&](const Rerun& r) { return r.step == int(s); });
      if (!again) return false;
    }
    return true;
  }

  const std::vector<Form>& FormsOf(ValueId v) const {
    return plan_.values.at(graph_.values[size_t(v)].name).forms;
  }

  // How what a node reads has been rounded, by itself or before it was moved.
  Version RoundsOf(ValueId v, int form) const {
    const std::vector<Form>& forms = FormsOf(v);
    Version rounds;
    if (forms[0].is_u8()) rounds.push_back(forms[0].quant);
    if (form > 0 && forms[size_t(form)].is_u8()) {
      rounds.push_back(forms[size_t(form)].quant);
    }
    return rounds;
  }

  // What a float node behind the value reads.
  int FloatForm(ValueId v) const {
    const std::vector<Form>& forms = FormsOf(v);
    for (size_t i = 0; i < forms.size(); ++i) {
      if (!forms[i].is_u8()) return int(i);
    }
    return 0;
  }

  // The index of the version of `v` that a reader of one of its forms sees.
  int VersionOf(ValueId v, int form, Cut& cut) const {
    const std::vector<Form>& forms = FormsOf(v);
    const NodeId maker = uses_.producer[size_t(v)];
    const bool moved =
        maker != kNoNode && IsMover(graph_.nodes[size_t(maker)]) &&
        !std::holds_alternative<Concat>(graph_.nodes[size_t(maker)].op);
    Version version;
    if (forms[0].is_u8() && !moved) version.push_back(forms[0].quant);
    if (form > 0 && forms[size_t(form)].is_u8()) {
      version.push_back(forms[size_t(form)].quant);
    }
    const auto known = std::ranges::find(cut.versions, version);
    if (known != cut.versions.end()) return int(known - cut.versions.begin());
    cut.versions.push_back(std::move(version));
    return int(cut.versions.size()) - 1;
  }

  // In which version a step reads `v`; -1: it does not read its memory.
  int VersionRead(ValueId v, const engine::StepT& step, Cut& cut) const {
    const std::vector<int> buffers = ReadBuffers(step);
    if (std::ranges::count(buffers, cut.buffer) == 0) return -1;
    const auto reader = nodes_.find(step.node);
    if (reader == nodes_.end()) return 0;
    return VersionReadBy(v, reader->second, cut);
  }

  int VersionReadBy(ValueId v, NodeId n, Cut& cut) const {
    const Node& node = graph_.nodes[size_t(n)];
    const NodePlan& row = plan_.nodes.at(node.name);
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      if (node.inputs[i] == v) return VersionOf(v, row.input_forms[i], cut);
    }
    // Through reshapes, which have no step.
    for (ValueId x : node.inputs) {
      const NodeId maker = x == kNoValue ? kNoNode : uses_.producer[size_t(x)];
      if (maker == kNoNode || !IsReshape(maker)) continue;
      const int version = VersionReadBy(v, maker, cut);
      if (version > 0) return version;
    }
    return 0;
  }

  const Graph& graph_;
  const Plan& plan_;
  const Uses uses_;
  const engine::ProfileT& profile_;
  ReplayProgram& to_;
  std::vector<int> buffer_of_;  // by the program's value; -1: a constant
  std::map<std::string, int, std::less<>> by_name_;
  std::map<std::string, NodeId, std::less<>> nodes_;
  std::vector<bool> useful_;  // by step
};

namespace {

constexpr LowerOptions kApart = {.in_place = false, .reuse_memory = false};

// The weights of some nodes as their codes stand for them.
Graph WithCodedWeights(const Graph& graph, const Plan& plan,
                       const std::vector<NodeId>& nodes) {
  Graph coded = graph;
  for (NodeId n : nodes) {
    Node& node = coded.nodes[size_t(n)];
    if (node.inputs.size() < 2 || node.inputs[1] == kNoValue) continue;
    const std::string& read = graph.values[size_t(node.inputs[0])].name;
    const NodePlan& row = plan.nodes.at(node.name);
    const int form = row.input_forms[0];
    const Form& seen = plan.values.at(read).forms[size_t(form)];
    Tensor weights =
        CodedWeights(graph, graph.nodes[size_t(n)],
                     {{node.inputs[0], seen.quant}}, row.weight_clip);
    if (weights.raw() == nullptr) continue;
    // Of its own: others may share the constant.
    Value& constant =
        coded.values.emplace_back(graph.values[size_t(node.inputs[1])]);
    constant.name += "@" + node.name;
    constant.data = std::make_shared<const Tensor>(std::move(weights));
    node.inputs[1] = ValueId(coded.values.size() - 1);
  }
  return coded;
}

Result<Engine> EngineFrom(Lowered lowered) {
  return runtime::MakeEngine(std::move(lowered.program),
                             lowered.constants.bytes());
}

}  // namespace

Result<ReplayProgram> ReplayProgram::Create(
    const Graph& graph, const Plan& plan,
    const std::vector<StoredValue>& stored, const std::vector<NodeId>& nodes,
    const std::vector<std::string>& looks) {
  ReplayProgram program;
  OCTET_ASSIGN(Lowered lowered, Lower(graph, FloatPlan(graph), kApart));
  const Graph with_codes = WithCodedWeights(graph, plan, nodes);
  OCTET_ASSIGN(Lowered coded, Lower(with_codes, FloatPlan(graph), kApart));
  const engine::ProfileT& profile = *lowered.program.profiles[0];
  // Only constants differ, so what one leaves in its memory the other reads.
  OCTET_CHECK(coded.program.profiles[0]->steps.size() == profile.steps.size() &&
              coded.program.profiles[0]->arena_bytes == profile.arena_bytes);
  Builder builder(graph, plan, profile, program);
  OCTET_RETURN_IF_ERROR(builder.AddLooks(looks));
  for (const StoredValue& one : stored) {
    program.cuts_.push_back(builder.CutAt(one));
  }
  for (NodeId n : nodes) program.cuts_.push_back(builder.CutAt(n));
  OCTET_ASSIGN(program.engine_, EngineFrom(std::move(lowered)));
  OCTET_ASSIGN(program.coded_, EngineFrom(std::move(coded)));
  return program;
}

}  // namespace octet::compile
