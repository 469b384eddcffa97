#include "compile/search/structure_rules.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "compile/calibrate/seen_values.h"
#include "compile/plan/classify.h"
#include "compile/plan/move_quant.h"
#include "compile/search/cause.h"
#include "compile/search/weight_steps.h"

namespace octet::compile {
namespace {

constexpr size_t kMostOfAKind = 3, kMost = 8;
constexpr double kSaturated = 0.005;
// Rounding takes up to an eighth of such a weight.
constexpr double kTinySteps = 4;
constexpr double kCodes = 255;
// How many nodes back a path is followed.
constexpr size_t kMostFollowed = 256;

// A proposal, and how much it promises against others of its kind.
struct Ranked {
  Proposal proposal;
  double strength = 0;
};

FunctionKind FunctionOf(const Node& node) {
  if (const Unary* unary = std::get_if<Unary>(&node.op)) {
    return unary->function.kind;
  }
  const Conv* conv = std::get_if<Conv>(&node.op);
  const MatMul* matmul = std::get_if<MatMul>(&node.op);
  if (conv == nullptr && matmul == nullptr) return FunctionKind::kIdentity;
  const Fusion& fusion = conv != nullptr ? conv->fusion : matmul->fusion;
  return fusion.residual || fusion.after.kind != FunctionKind::kIdentity
             ? fusion.after.kind
             : fusion.before.kind;
}

// Whether it makes numbers in [0, 1].
bool MakesScores(const Node& node) {
  return std::holds_alternative<Softmax>(node.op) ||
         FunctionOf(node) == FunctionKind::kSigmoid ||
         FunctionOf(node) == FunctionKind::kHardSigmoid;
}

bool IsProduct(const Graph& graph, const Node& node) {
  const Role role = Classify(graph, node);
  return role == Role::kProduct || role == Role::kDepthwise;
}

// One pixel: [N, 1, 1, C].
bool IsOnePixel(const Shape& shape) {
  return shape.rank() == 4 && shape[1] == 1 && shape[2] == 1;
}

class Rules {
 public:
  Rules(const Graph& graph, const Plan& plan,
        const std::vector<StoredValue>& stored, const Ranges* ranges)
      : graph_(graph),
        plan_(plan),
        stored_(stored),
        ranges_(ranges),
        uses_(ComputeUses(graph)) {}

  std::vector<Proposal> Run() {
    Head();
    Bins();
    if (ranges_ != nullptr) {
      ByRange();
      Sums();
    }
    Weights();
    Gates();
    return std::move(found_);
  }

 private:
  // The strongest of one rule.
  void Take(std::vector<Ranked> ranked) {
    std::ranges::stable_sort(ranked, std::greater<>(), &Ranked::strength);
    size_t taken = 0;
    for (Ranked& entry : ranked) {
      Proposal& next = entry.proposal;
      const auto same = [&](const Proposal& p) {
        return p.values == next.values;
      };
      if (taken == kMostOfAKind || found_.size() >= kMost ||
          next.values.empty()) {
        break;
      }
      if (std::ranges::any_of(found_, same)) continue;
      found_.push_back(std::move(next));
      ++taken;
    }
  }

  const std::string& NameOf(ValueId v) const {
    return graph_.values[size_t(v)].name;
  }
  const Node* Maker(ValueId v) const {
    const NodeId n = v == kNoValue ? kNoNode : uses_.producer[size_t(v)];
    return n == kNoNode ? nullptr : &graph_.nodes[size_t(n)];
  }

  // Back over what moves data, each once, to what makes it.
  std::vector<const Node*> MakersBehindMoves(ValueId v) const {
    std::vector<ValueId> open = {v};
    std::set<const Node*> met;
    std::vector<const Node*> makers;
    for (size_t i = 0; i < open.size() && i < kMostFollowed; ++i) {
      const Node* maker = Maker(open[i]);
      if (maker == nullptr || !met.insert(maker).second) continue;
      if (!IsMover(*maker)) {
        makers.push_back(maker);
        continue;
      }
      open.insert(open.end(), maker->inputs.begin(), maker->inputs.end());
    }
    return makers;
  }

  // The one form in codes with one scale; nullptr where there is none.
  const QuantParams* OneScale(ValueId v) const {
    for (const Form& form : plan_.values.at(NameOf(v)).forms) {
      if (form.is_u8() && form.quant.scale.size() == 1) return &form.quant;
    }
    return nullptr;
  }

  void Head() {
    std::vector<Ranked> ranked;
    for (size_t i = 0; i < stored_.size(); ++i) {
      const ValueId v = stored_[i].value;
      const Node* concat = Maker(v);
      if (concat == nullptr || !std::holds_alternative<Concat>(concat->op) ||
          OneScale(v) == nullptr) {
        continue;
      }
      ValueId scores = kNoValue, boxes = kNoValue;
      for (ValueId part : concat->inputs) {
        const auto makers = MakersBehindMoves(part);
        if (makers.empty()) continue;
        const bool bounded = std::ranges::all_of(
            makers, [](const Node* node) { return MakesScores(*node); });
        (bounded ? scores : boxes) = part;
      }
      if (scores == kNoValue || boxes == kNoValue) continue;
      ranked.push_back(
          {{{i},
            "detection head",
            fmt::format("scores ('{}', from 0 to 1) and boxes ('{}') share one "
                        "scale in '{}'",
                        NameOf(scores), NameOf(boxes), concat->name)}});
    }
    Take(std::move(ranked));
  }

  void Bins() {
    const std::vector<bool> behind = BehindSoftmax(graph_);
    Ranked all;
    std::set<size_t> values;
    for (const Node& node : graph_.nodes) {
      if (!std::holds_alternative<Softmax>(node.op) ||
          !FeedsProduct(node.outputs[0])) {
        continue;
      }
      for (const Node* maker : MakersBehindMoves(node.inputs[0])) {
        if (!IsProduct(graph_, *maker) || behind[size_t(maker->inputs[0])]) {
          continue;
        }
        AddWhatIsReadBy(*maker, values);
      }
      all.proposal.reason =
          fmt::format("distances are means over the bins of '{}'", node.name);
    }
    all.proposal.values.assign(values.begin(), values.end());
    all.proposal.kind = "softmax over bins";
    Take({all});
  }

  // A product with constant weights reads it, moved perhaps.
  bool FeedsProduct(ValueId v) const {
    std::vector<ValueId> open = {v};
    for (size_t i = 0; i < open.size() && i < kMostFollowed; ++i) {
      for (NodeId n : uses_.readers[size_t(open[i])]) {
        const Node& reader = graph_.nodes[size_t(n)];
        if (IsProduct(graph_, reader)) return true;
        if (IsMover(reader)) open.push_back(reader.outputs[0]);
      }
    }
    return false;
  }

  void AddWhatIsReadBy(const Node& node, std::set<size_t>& values) const {
    for (size_t i = 0; i < stored_.size(); ++i) {
      for (NodeId n : stored_[i].readers) {
        if (&graph_.nodes[size_t(n)] == &node) values.insert(i);
      }
    }
  }

  // What rounding to one scale loses of a value's power.
  static double NoiseShare(const Histogram& histogram, double step) {
    double power = 0;
    for (int i = 0; i < int(histogram.counts().size()); ++i) {
      const double x = (i - Histogram::kHalf + 0.5) * histogram.width();
      power += double(histogram.counts()[size_t(i)]) * x * x;
    }
    return power > 0 ? double(histogram.total()) * step * step / 12 / power : 0;
  }

  void ByRange() {
    const SeenValues seen(graph_, *ranges_);
    const Evidence evidence{graph_, uses_, *ranges_, nullptr, ""};
    std::map<std::string, std::vector<Ranked>> by_kind;
    for (size_t i = 0; i < stored_.size(); ++i) {
      const ValueId v = stored_[i].value;
      const QuantParams* quant = OneScale(v);
      const ValueRange* range = seen.Find(v);
      if (quant == nullptr || range == nullptr) continue;
      const auto cause = CauseByRange(evidence, {v, *quant});
      if (!cause) continue;
      by_kind[cause->kind].push_back(
          {{{i}, cause->kind, fmt::format("'{}': {}", NameOf(v), cause->words)},
           NoiseShare(range->histogram, quant->scale[0])});
    }
    for (const char* kind :
         {"shared concat scale", "unlike channels", "weight channel",
          "outlier sample", "range too wide"}) {
      Take(std::move(by_kind[kind]));
    }
  }

  void Sums() {
    const SeenValues seen(graph_, *ranges_);
    std::vector<Ranked> ranked;
    for (size_t i = 0; i < stored_.size(); ++i) {
      const ValueId v = stored_[i].value;
      const Node* maker = Maker(v);
      const QuantParams* quant = OneScale(v);
      const ValueRange* range = seen.Find(v);
      if (maker == nullptr || !IsSum(*maker) || quant == nullptr ||
          range == nullptr || range->histogram.empty()) {
        continue;
      }
      const double step = quant->scale[0];
      const double low = -step * (quant->zero_point[0] + 0.5);
      const double high = low + step * (kCodes + 1);
      const double share = double(range->histogram.CountBeyond(low, high)) /
                           double(range->histogram.total());
      if (share < kSaturated) continue;
      ranked.push_back(
          {{{i},
            "saturated sum",
            fmt::format("{:.2g} % of the sum '{}' leave [{:.4g}, {:.4g}]",
                        100 * share, NameOf(v), low, high)},
           share});
    }
    Take(std::move(ranked));
  }

  void Weights() {
    std::vector<Ranked> ranked;
    for (size_t i = 0; i < stored_.size(); ++i) {
      for (NodeId n : stored_[i].readers) {
        const Node& node = graph_.nodes[size_t(n)];
        if (!IsProduct(graph_, node) ||
            plan_.nodes.at(node.name).precision != Precision::kInt8) {
          continue;
        }
        const double steps = WeightSteps(graph_, node);
        if (steps > kTinySteps) continue;
        ranked.push_back(
            {{{i},
              "tiny weights",
              fmt::format("half of the weights of '{}' are {:.1f} of 127 "
                          "steps long or less",
                          node.name, steps)},
             1 / steps});
      }
    }
    Take(std::move(ranked));
  }

  void Gates() {
    std::set<size_t> values;
    std::string first;
    for (const Node& node : graph_.nodes) {
      const Binary* binary = std::get_if<Binary>(&node.op);
      if (binary == nullptr || binary->op != BinaryOp::kMul) continue;
      for (ValueId gate : node.inputs) {
        const Shape& shape = graph_.values[size_t(gate)].shape;
        const Shape& whole = graph_.values[size_t(node.outputs[0])].shape;
        if (!IsOnePixel(shape) || IsOnePixel(whole)) continue;
        if (!AddOnePixelValues(gate, values)) continue;
        if (first.empty()) first = node.name;
      }
    }
    Ranked all;
    all.proposal.values.assign(values.begin(), values.end());
    all.proposal.kind = "squeeze-excite gate";
    all.proposal.reason =
        fmt::format("'{}' multiplies whole channels by it", first);
    Take({all});
  }

  // Stored values of one pixel, back from a gate to the mean over all pixels;
  // false if there is none.
  bool AddOnePixelValues(ValueId gate, std::set<size_t>& values) const {
    std::vector<ValueId> path = {gate};
    bool is_squeezed = false;
    for (size_t i = 0; i < path.size() && i < kMostFollowed; ++i) {
      const Node* maker = Maker(path[i]);
      if (maker == nullptr) continue;
      const ValueId x = maker->inputs[0];
      if (!IsOnePixel(graph_.values[size_t(x)].shape)) {
        is_squeezed = true;
      } else if (std::ranges::count(path, x) == 0) {
        path.push_back(x);
      }
    }
    if (!is_squeezed) return false;
    for (size_t i = 0; i < stored_.size(); ++i) {
      if (std::ranges::count(path, stored_[i].value) > 0) values.insert(i);
    }
    return true;
  }

  const Graph& graph_;
  const Plan& plan_;
  const std::vector<StoredValue>& stored_;
  const Ranges* ranges_;
  const Uses uses_;
  std::vector<Proposal> found_;
};

}  // namespace

std::vector<Proposal> ProposeProtection(const Graph& graph, const Plan& plan,
                                        const std::vector<StoredValue>& stored,
                                        const Ranges* ranges) {
  return Rules(graph, plan, stored, ranges).Run();
}

}  // namespace octet::compile
