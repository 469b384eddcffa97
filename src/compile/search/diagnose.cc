#include "compile/search/diagnose.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <set>

#include "base/error.h"
#include "compile/lower/lower.h"
#include "compile/plan/move_quant.h"
#include "compile/search/boundary_error.h"
#include "compile/search/cause.h"
#include "compile/search/coded.h"
#include "compile/search/slice_error.h"
#include "compile/search/trial_engine.h"

namespace octet::compile {
namespace {

// RoundingError is looked at on so many samples, costs are measured on fewer:
// each candidate takes a float run of every one.
constexpr int64_t kRoundedSamples = 4, kCostSamples = 2;
constexpr size_t kMostValues = 8, kMostWeights = 4;
// 8-bit weights usually keep 33 dB and more; those that do are not suspected.
constexpr double kHealthyWeightsDb = 30;
constexpr int kHighestCode = 255;

struct Culprit {
  CodedValue coded;       // of a value, or
  NodeId node = kNoNode;  // whose weights it is about
  Tensor weights;         // as their codes stand for them
  double sqnr_db = 0, cost = 0;
  Saturation saturation;
};

// Sums over samples of what rounding does to one value.
struct RoundingError {
  SliceError error;
  double noise = 0, clipped = 0;
  int64_t count = 0, below = 0, above = 0;

  void Add(const QuantParams& quant, const Shape& shape,
           std::span<const float> exact, std::span<const float> rounded) {
    error.Add(shape, exact, rounded);
    const size_t columns = quant.per_channel() ? quant.scale.size() : 1;
    for (size_t i = 0; i < exact.size(); ++i) {
      const size_t c = i % columns;
      const double e = double(exact[i]) - double(rounded[i]);
      const float code = exact[i] / quant.scale[c] + float(quant.zero_point[c]);
      const bool is_below = code<-0.5f, is_above = code> kHighestCode + 0.5f;
      noise += e * e;
      if (is_below || is_above) clipped += e * e;
      below += is_below;
      above += is_above;
    }
    count += int64_t(exact.size());
  }

  Saturation saturation() const {
    if (count == 0 || noise == 0) return {};
    return {double(below) / double(count), double(above) / double(count),
            clipped / noise};
  }
};

class Diagnoser {
 public:
  Diagnoser(const Graph& graph, const Engine& engine,
            const SampleSource& samples, const Ranges& ranges, const Plan* plan)
      : graph_(graph),
        engine_(engine),
        samples_(samples),
        ranges_(ranges),
        plan_(plan),
        uses_(ComputeUses(graph)),
        is_int8_(Int8Nodes(graph, engine)) {}

  Result<std::vector<Suspect>> Run(size_t most) {
    OCTET_RETURN_IF_ERROR(FindValues());
    FindWeights();
    OCTET_RETURN_IF_ERROR(MeasureCosts());
    std::ranges::stable_sort(
        candidates_, [](const Culprit& a, const Culprit& b) {
          return a.cost != b.cost ? a.cost > b.cost : a.sqnr_db < b.sqnr_db;
        });
    std::vector<Suspect> suspects;
    std::set<std::vector<std::string>> covered;
    for (const Culprit& candidate : candidates_) {
      if (suspects.size() >= most || candidate.cost == 0) break;
      Suspect suspect = Describe(candidate);
      if (covered.insert(suspect.keep).second) {
        suspects.push_back(std::move(suspect));
      }
    }
    return suspects;
  }

 private:
  Status FindValues() {
    OCTET_ASSIGN(const Engine exact,
                 EngineOf(graph_, FloatPlan(graph_), /*whole=*/true));
    OCTET_ASSIGN(Session session, Session::Create(exact, {.threads = 0}));
    std::vector<RoundingError> rounding;
    for (int64_t i : SpreadOver(samples_.size(), kRoundedSamples)) {
      const Result<std::vector<Tensor>> inputs = samples_.Get(i);
      if (!inputs.ok()) continue;
      if (rounding.empty()) {
        OCTET_ASSIGN(coded_, FindCodedValues(graph_, engine_, *inputs));
        rounding.resize(coded_.size());
      }
      session.SetTap([&](int, const TensorView& view) {
        if (view.dtype == DType::kF32) Round(view, rounding);
      });
      OCTET_RETURN_IF_ERROR(RunSample(session, *inputs, samples_.Name(i)));
      any_read_ = true;
    }
    if (!any_read_) return BadInput("no sample can be read to measure on");
    for (size_t i = 0; i < coded_.size(); ++i) {
      Culprit& candidate = candidates_.emplace_back();
      candidate.coded = coded_[i];
      candidate.sqnr_db = rounding[i].error.sqnr_db();
      candidate.saturation = rounding[i].saturation();
    }
    std::ranges::stable_sort(candidates_, {}, &Culprit::sqnr_db);
    if (candidates_.size() > kMostValues) candidates_.resize(kMostValues);
    return {};
  }

  void Round(const TensorView& view,
             std::vector<RoundingError>& rounding) const {
    for (size_t i = 0; i < coded_.size(); ++i) {
      const Value& value = graph_.values[size_t(coded_[i].value)];
      if (value.name != view.name) continue;
      const Tensor exact = CopyDense(view);
      Tensor rounded = exact;
      RoundToCodes(coded_[i].quant, exact.as<float>(), rounded.as<float>());
      rounding[i].Add(coded_[i].quant, view.shape, exact.as<float>(),
                      rounded.as<float>());
    }
  }

  // How the engine stores the node's weights; as by default if that is unknown.
  NodePlan RowOf(const Node& node) const {
    if (plan_ == nullptr) return {};
    const auto row = plan_->nodes.find(node.name);
    return row == plan_->nodes.end() ? NodePlan() : row->second;
  }

  void FindWeights() {
    std::vector<Culprit> found;
    for (NodeId n = 0; n < NodeId(graph_.nodes.size()); ++n) {
      if (!is_int8_[size_t(n)]) continue;
      const Node& node = graph_.nodes[size_t(n)];
      const NodePlan row = RowOf(node);
      // Imported weights are what their codes stand for.
      if (!row.weight_scale.empty()) continue;
      Culprit candidate;
      candidate.node = n;
      candidate.weights = CodedWeights(graph_, node, coded_, row.weight_clip);
      if (candidate.weights.raw() == nullptr) continue;
      const Value& exact = graph_.values[size_t(node.inputs[1])];
      SliceError error;
      error.Add(exact.shape, exact.data->as<float>(),
                candidate.weights.as<float>());
      candidate.sqnr_db = error.sqnr_db();
      if (candidate.sqnr_db < kHealthyWeightsDb) {
        found.push_back(std::move(candidate));
      }
    }
    std::ranges::stable_sort(found, {}, &Culprit::sqnr_db);
    if (found.size() > kMostWeights) found.resize(kMostWeights);
    std::ranges::move(found, std::back_inserter(candidates_));
  }

  Status MeasureCosts() {
    OCTET_ASSIGN(const Boundary boundary,
                 Boundary::Observe(graph_, BoundaryValues(graph_, is_int8_),
                                   samples_, kCostSamples, /*threads=*/0));
    OCTET_ASSIGN(Session built, Session::Create(engine_, {.threads = 0}));
    OCTET_ASSIGN(all_, boundary.Lost(built));
    OCTET_ASSIGN(const Engine exact,
                 EngineOf(graph_, FloatPlan(graph_), /*whole=*/true));
    OCTET_ASSIGN(Session session, Session::Create(exact, {.threads = 0}));
    for (Culprit& candidate : candidates_) {
      if (candidate.node != kNoNode) {
        OCTET_ASSIGN(candidate.cost, CostOfWeights(candidate, boundary));
        continue;
      }
      OCTET_ASSIGN(candidate.cost,
                   boundary.Lost(session, RoundingOf(candidate.coded)));
    }
    return {};
  }

  // Rounds that value alone.
  Edit RoundingOf(const CodedValue& coded) const {
    const std::string& name = graph_.values[size_t(coded.value)].name;
    return [&](int, const TensorView& view, std::byte* data) {
      if (view.name != name || view.dtype != DType::kF32) return;
      Tensor rounded = CopyDense(view);
      const int rank = view.shape.rank();
      const int64_t columns = rank > 0 ? view.shape[rank - 1] : 1;
      RoundToCodes(coded.quant, rounded.as<float>(), rounded.as<float>());
      const int64_t stride = rank > 1 ? view.pixel_stride : columns;
      const size_t row_bytes = size_t(columns) * sizeof(float);
      for (int64_t row = 0; row * columns < rounded.elements(); ++row) {
        std::memcpy(data + size_t(row * stride) * sizeof(float),
                    rounded.raw() + size_t(row) * row_bytes, row_bytes);
      }
    };
  }

  Result<double> CostOfWeights(const Culprit& candidate,
                               const Boundary& boundary) const {
    Graph changed = graph_;
    const Node& node = graph_.nodes[size_t(candidate.node)];
    // Other nodes may share the constant.
    changed.nodes[size_t(candidate.node)].inputs[1] = changed.AddConstant(
        graph_.values[size_t(node.inputs[1])].name, candidate.weights);
    OCTET_ASSIGN(const Engine engine,
                 EngineOf(changed, FloatPlan(changed), /*whole=*/true));
    OCTET_ASSIGN(Session session, Session::Create(engine, {.threads = 0}));
    return boundary.Lost(session);
  }

  Suspect Describe(const Culprit& candidate) const {
    const Evidence evidence{graph_, uses_, ranges_, &samples_,
                            engine_.calibration()};
    Suspect suspect;
    suspect.sqnr_db = candidate.sqnr_db;
    suspect.share = all_ > 0 ? std::min(1.0, candidate.cost / all_) : 0;
    Cause cause;
    if (candidate.node != kNoNode) {
      const Node& node = graph_.nodes[size_t(candidate.node)];
      suspect.node = node.name;
      suspect.keep = {node.name};
      cause = CauseOfWeights(evidence, node, candidate.sqnr_db);
    } else {
      const ValueId v = candidate.coded.value;
      const NodeId by = uses_.producer[size_t(v)];
      suspect.value = graph_.values[size_t(v)].name;
      if (by != kNoNode) suspect.node = graph_.nodes[size_t(by)].name;
      suspect.keep = NodesToKeep(v);
      cause = CauseOfValue(evidence, candidate.coded, candidate.saturation,
                           candidate.sqnr_db);
    }
    suspect.kind = std::move(cause.kind);
    suspect.cause = std::move(cause.words);
    suspect.remedy = std::move(cause.remedy);
    return suspect;
  }

  // The nodes that have to be float for a value not to be stored in codes: its
  // int8 readers, those of what is only moved from it, and a concatenation that
  // makes it.
  std::vector<std::string> NodesToKeep(ValueId v) const {
    std::set<NodeId> nodes;
    const NodeId by = uses_.producer[size_t(v)];
    if (by != kNoNode && IsMover(graph_.nodes[size_t(by)])) nodes.insert(by);
    std::vector<ValueId> open = {v};
    while (!open.empty()) {
      const ValueId here = open.back();
      open.pop_back();
      for (NodeId reader : uses_.readers[size_t(here)]) {
        if (!is_int8_[size_t(reader)] || !nodes.insert(reader).second) continue;
        const Node& node = graph_.nodes[size_t(reader)];
        if (IsMover(node)) open.push_back(node.outputs[0]);
      }
    }
    if (nodes.empty() && by != kNoNode) nodes.insert(by);
    std::vector<std::string> names;
    for (NodeId n : nodes) names.push_back(graph_.nodes[size_t(n)].name);
    return names;
  }

  const Graph& graph_;
  const Engine& engine_;
  const SampleSource& samples_;
  const Ranges& ranges_;
  const Plan* plan_;  // null: unknown
  const Uses uses_;
  const std::vector<bool> is_int8_;  // by node
  std::vector<CodedValue> coded_;
  std::vector<Culprit> candidates_;
  double all_ = 0;  // the engine's error where int8 ends
  bool any_read_ = false;
};

}  // namespace

Result<std::vector<Suspect>> Diagnose(const Graph& graph, const Engine& engine,
                                      const SampleSource& samples,
                                      const Ranges& ranges, const Plan* plan,
                                      size_t most) {
  return Diagnoser(graph, engine, samples, ranges, plan).Run(most);
}

}  // namespace octet::compile
