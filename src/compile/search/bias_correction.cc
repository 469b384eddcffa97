#include "compile/search/bias_correction.h"

#include <optional>

#include "compile/plan/classify.h"
#include "compile/search/found.h"
#include "compile/search/sample_mean.h"

namespace octet::compile {
namespace {

// Fewer samples say nothing of how a mean scatters.
constexpr size_t kFewestForMean = 4;

bool HasConstantWeights(const Graph& graph, const Node& node) {
  const Value& w = graph.values[size_t(node.inputs[1])];
  if (!w.is_constant() || w.dtype != DType::kF32) return false;
  const Conv* conv = std::get_if<Conv>(&node.op);
  return conv == nullptr || conv->group == 1 ||
         Classify(graph, node) == Role::kDepthwise;
}

// Mean of every output's shift over the windows of each sample.
//   [samples][outputs]
std::vector<double> MeansBySample(const std::vector<float>& shifts,
                                  const Windows& windows, size_t outputs) {
  std::vector<double> means;
  size_t row = 0;
  while (row < windows.sample.size()) {
    size_t end = row;
    std::vector<double> sum(outputs, 0.0);
    for (; end < windows.sample.size() &&
           windows.sample[end] == windows.sample[row];
         ++end) {
      for (size_t c = 0; c < outputs; ++c) {
        sum[c] += double(shifts[end * outputs + c]);
      }
    }
    for (double s : sum) means.push_back(s / double(end - row));
    row = end;
  }
  return means;
}

// The mean over samples where it stands out from its own scatter, else 0.
double BelievedMean(const std::vector<double>& means, size_t outputs,
                    size_t channel) {
  std::vector<double> by_sample;
  for (size_t i = channel; i < means.size(); i += outputs) {
    by_sample.push_back(means[i]);
  }
  const SampleMean mean = MeanOf(by_sample);
  return mean.StandsOut() ? mean.mean : 0;
}

std::optional<BiasShift> ShiftOf(const Graph& graph, const Node& node,
                                 const ProductTrial& trial, const Plan& plan) {
  const size_t outputs = size_t(trial.outputs());
  const std::vector<double> means =
      MeansBySample(trial.Shifts(InputForm(graph, node, plan).quant,
                                 plan.nodes.at(node.name).weight_clip),
                    trial.windows(), outputs);
  if (means.size() < kFewestForMean * outputs) return std::nullopt;
  BiasShift result{node.name, {}, 0};
  for (size_t c = 0; c < outputs; ++c) {
    const float mean = float(BelievedMean(means, outputs, c));
    result.shift.push_back(-mean);
    if (mean != 0) ++result.corrected;
  }
  if (result.corrected == 0) return std::nullopt;
  return result;
}

}  // namespace

const Form& InputForm(const Graph& graph, const Node& node, const Plan& plan) {
  const std::string& x = graph.values[size_t(node.inputs[0])].name;
  const int form = plan.nodes.at(node.name).input_forms[0];
  return plan.values.at(x).forms[size_t(form)];
}

std::vector<NodeId> CorrectableProducts(const Graph& graph, const Plan& plan) {
  std::vector<NodeId> products;
  for (size_t n = 0; n < graph.nodes.size(); ++n) {
    const Node& node = graph.nodes[n];
    const Role role = Classify(graph, node);
    if (role != Role::kProduct && role != Role::kDepthwise) continue;
    const NodePlan& row = plan.nodes.at(node.name);
    if (row.precision != Precision::kInt8 || !row.weight_scale.empty() ||
        !row.integer_bias.empty() || !HasConstantWeights(graph, node)) {
      continue;
    }
    if (InputForm(graph, node, plan).is_u8()) products.push_back(NodeId(n));
  }
  return products;
}

std::vector<BiasShift> MeasureBiasShifts(const Graph& graph,
                                         const ProductTrials& trials,
                                         const Plan& plan, ThreadPool& pool) {
  const std::vector<NodeId> products = CorrectableProducts(graph, plan);
  return FoundIn<BiasShift>(
      products.size(), pool, [&](size_t i) -> std::optional<BiasShift> {
        const Node& node = graph.nodes[size_t(products[i])];
        const auto trial = trials.find(node.name);
        if (trial == trials.end()) return std::nullopt;
        return ShiftOf(graph, node, trial->second, plan);
      });
}

void CorrectBiases(const std::vector<BiasShift>& shifts, Plan& plan) {
  for (const BiasShift& shift : shifts) {
    plan.nodes.at(shift.node).bias_shift = shift.shift;
  }
}

}  // namespace octet::compile
