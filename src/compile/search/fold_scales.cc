#include "compile/search/fold_scales.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <set>

#include "base/quant.h"
#include "compile/search/foldable.h"
#include "compile/search/found.h"
#include "compile/search/product_trial.h"

namespace octet::compile {
namespace {

constexpr double kAlphas[] = {0.15, 0.3, 0.4, 0.5, 0.6, 0.75, 1.0};
// No channel is folded by more: its weights would vanish.
constexpr double kLeastFactor = 1e-4;

// Measures the error at the outputs of all readers of one value.
class Measurer {
 public:
  explicit Measurer(std::vector<const ProductTrial*> readers)
      : readers_(std::move(readers)) {}

  // By channel, the largest weight that any reader has for it, as a share of
  // the reader's largest.
  std::vector<double> WeightShares(size_t channels) const {
    std::vector<double> share(channels, 1e-9);
    for (const ProductTrial* reader : readers_) {
      const std::vector<double> most = reader->LargestWeights();
      const double all = std::ranges::max(most);
      for (size_t c = 0; all > 0 && c < most.size(); ++c) {
        share[c] = std::max(share[c], most[c] / all);
      }
    }
    return share;
  }

  double Error(const QuantParams& quant) const {
    double sum = 0;
    for (const ProductTrial* reader : readers_) sum += reader->Error(quant);
    return sum;
  }

 private:
  std::vector<const ProductTrial*> readers_;
};

std::vector<Range> ChannelRanges(const ValueRange& seen) {
  std::vector<Range> ranges;
  for (size_t c = 0; c < seen.channel_low.size(); ++c) {
    ranges.push_back({seen.channel_low[c], seen.channel_high[c]});
  }
  return ranges;
}

// What is left of them inside the range that one scale has.
std::vector<Range> Inside(std::vector<Range> ranges, const QuantParams& one) {
  const float low = octet::Dequantize(0, one.scale[0], one.zero_point[0]);
  const float high = octet::Dequantize(255, one.scale[0], one.zero_point[0]);
  for (Range& range : ranges) {
    range = {std::max(range.low, low), std::min(range.high, high)};
  }
  return ranges;
}

Result<QuantParams> QuantFor(double alpha, const std::vector<Range>& ranges,
                             const std::vector<double>& weights) {
  std::vector<double> factor;
  for (size_t c = 0; c < ranges.size(); ++c) {
    const double reach =
        std::max({double(-ranges[c].low), double(ranges[c].high), 1e-9});
    factor.push_back(std::pow(reach, alpha) / std::pow(weights[c], 1 - alpha));
  }
  const double most = std::ranges::max(factor);
  Range common;
  for (size_t c = 0; c < ranges.size(); ++c) {
    factor[c] = std::max(factor[c] / most, kLeastFactor);
    common.low = std::min(common.low, float(ranges[c].low / factor[c]));
    common.high = std::max(common.high, float(ranges[c].high / factor[c]));
  }
  OCTET_ASSIGN(const QuantParams params, ChooseQuantParams(common));
  QuantParams quant;
  quant.zero_point = params.zero_point;
  for (double f : factor) {
    quant.scale.push_back(float(double(params.scale[0]) * f));
  }
  return quant;
}

void Store(const Graph& graph, const StoredForm& at, const Folding& folding,
           int64_t first, Plan& plan) {
  const Value& value = graph.values[size_t(at.value)];
  Form& form = plan.values.at(value.name).forms[size_t(at.form)];
  const std::vector<float>& scale = folding.quant.scale;
  const int64_t n = value.shape[value.shape.rank() - 1];
  form.granularity = Granularity::kPerChannel;
  form.quant.scale.assign(scale.begin() + first, scale.begin() + first + n);
  form.quant.zero_point.assign(size_t(n), folding.quant.zero_point[0]);
  form.rule += fmt::format(", folded {}", folding.alpha);
}

// nullopt if there is nothing to measure on.
std::optional<Measurer> MeasurerOf(const Graph& graph, const Foldable& foldable,
                                   const ProductTrials& trials) {
  std::vector<const ProductTrial*> readers;
  for (NodeId n : foldable.products) {
    const auto trial = trials.find(graph.nodes[size_t(n)].name);
    if (trial == trials.end()) return std::nullopt;
    readers.push_back(&trial->second);
  }
  return Measurer(std::move(readers));
}

// Where nobody mixes the channels, each has the scale of its own extremes.
std::optional<Folding> Unmixed(Foldable foldable, const ValueRange& seen,
                               size_t channels) {
  const std::vector<double> equal(channels, 1.0);
  Result<QuantParams> quant = QuantFor(1.0, ChannelRanges(seen), equal);
  if (!quant.ok()) return std::nullopt;
  return Folding{std::move(foldable), *std::move(quant), 1.0,
                 std::numeric_limits<double>::infinity()};
}

// The best way to fold one value; nullopt if no way is better than one scale.
std::optional<Folding> FoldingOf(const Graph& graph, Foldable foldable,
                                 const ValueRange& seen,
                                 const ProductTrials& trials,
                                 const Plan& plan) {
  const Value& value = graph.values[size_t(foldable.root.value)];
  const Form& form =
      plan.values.at(value.name).forms[size_t(foldable.root.form)];
  const size_t channels = size_t(value.shape[value.shape.rank() - 1]);
  const auto measurer = MeasurerOf(graph, foldable, trials);
  if (!measurer || seen.channel_low.size() != channels) return std::nullopt;
  if (foldable.products.empty()) {
    return Unmixed(std::move(foldable), seen, channels);
  }
  const std::vector<Range> whole = ChannelRanges(seen);
  const std::vector<double> weights = measurer->WeightShares(channels);
  const double base = measurer->Error(form.quant);
  Folding best;
  double least = base;
  for (const auto& ranges : {whole, Inside(whole, form.quant)}) {
    for (double alpha : kAlphas) {
      Result<QuantParams> quant = QuantFor(alpha, ranges, weights);
      if (!quant.ok()) continue;
      const double error = measurer->Error(*quant);
      if (error >= least) continue;
      least = error;
      best.quant = *std::move(quant);
      best.alpha = alpha;
    }
  }
  if (best.alpha == 0) return std::nullopt;
  best.gain = base / std::max(least, base * 1e-6);
  best.foldable = std::move(foldable);
  return best;
}

}  // namespace

std::vector<NodeId> FoldableReaders(const Graph& graph, const Plan& plan) {
  const Uses uses = ComputeUses(graph);
  std::set<NodeId> readers;
  for (const Node& node : graph.nodes) {
    const auto foldable = FindFoldable(graph, uses, plan, node.outputs[0]);
    if (!foldable) continue;
    readers.insert(foldable->products.begin(), foldable->products.end());
  }
  return {readers.begin(), readers.end()};
}

std::vector<Folding> FindFoldings(const Graph& graph, const Ranges& ranges,
                                  const ProductTrials& trials, const Plan& plan,
                                  ThreadPool& pool) {
  const Uses uses = ComputeUses(graph);
  return FoundIn<Folding>(
      graph.nodes.size(), pool, [&](size_t n) -> std::optional<Folding> {
        const ValueId v = graph.nodes[n].outputs[0];
        auto foldable = FindFoldable(graph, uses, plan, v);
        const ValueRange* seen = ranges.Find(graph.values[size_t(v)].name);
        if (!foldable || seen == nullptr) return std::nullopt;
        return FoldingOf(graph, *std::move(foldable), *seen, trials, plan);
      });
}

void Fold(const Graph& graph, const Folding& folding, Plan& plan) {
  const Foldable& foldable = folding.foldable;
  Store(graph, foldable.root, folding, 0, plan);
  for (const StoredForm& copy : foldable.copies) {
    Store(graph, copy, folding, 0, plan);
  }
  for (const Foldable::Part& part : foldable.parts) {
    Store(graph, part.form, folding, part.first_channel, plan);
  }
}

}  // namespace octet::compile
