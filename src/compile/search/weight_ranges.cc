#include "compile/search/weight_ranges.h"

#include <optional>

#include "compile/search/bias_correction.h"
#include "compile/search/found.h"

namespace octet::compile {
namespace {

constexpr float kClips[] = {1.00f, 0.98f, 0.96f, 0.94f, 0.92f, 0.90f,
                            0.88f, 0.86f, 0.84f, 0.82f, 0.80f, 0.76f,
                            0.72f, 0.68f, 0.64f, 0.60f};
// A share has to leave no more than this of the error that the whole range
// makes: the least of many is a little small by chance.
constexpr double kMostErrorLeft = 0.95;

std::optional<WeightClip> ClipOf(const Node& node, const ProductTrial& trial,
                                 const QuantParams& input) {
  const auto errors = trial.ErrorsByClip(input, kClips);
  WeightClip result{node.name, {}};
  bool gains = false;
  for (size_t c = 0; c < size_t(trial.outputs()); ++c) {
    const size_t best = BestTried(errors, c, kMostErrorLeft);
    result.clip.push_back(kClips[best]);
    gains |= best != 0;
  }
  if (!gains) return std::nullopt;
  return result;
}

}  // namespace

std::vector<WeightClip> MeasureWeightClips(const Graph& graph,
                                           const ProductTrials& trials,
                                           const Plan& plan, ThreadPool& pool) {
  const std::vector<NodeId> products = CorrectableProducts(graph, plan);
  return FoundIn<WeightClip>(
      products.size(), pool, [&](size_t i) -> std::optional<WeightClip> {
        const Node& node = graph.nodes[size_t(products[i])];
        const auto trial = trials.find(node.name);
        if (trial == trials.end()) return std::nullopt;
        return ClipOf(node, trial->second, InputForm(graph, node, plan).quant);
      });
}

void ClipWeights(const std::vector<WeightClip>& clips, Plan& plan) {
  for (const WeightClip& clip : clips) {
    NodePlan& row = plan.nodes.at(clip.node);
    row.weight_clip = clip.clip;
    row.bias_shift.clear();  // it was that of other codes
  }
}

}  // namespace octet::compile
