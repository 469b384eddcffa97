#include "compile/search/weight_steps.h"

#include <algorithm>
#include <cmath>

#include "compile/search/median.h"

namespace octet::compile {
namespace {

constexpr double kLargestCode = 127;

}  // namespace

double WeightSteps(const Graph& graph, const Node& node) {
  const Value& w = graph.values[size_t(node.inputs[1])];
  if (w.dtype != DType::kF32 || w.shape.rank() == 0) return kLargestCode;
  const auto data = w.data->as<float>();
  const bool conv = std::holds_alternative<Conv>(node.op);
  const size_t outputs = size_t(w.shape[conv ? 0 : w.shape.rank() - 1]);
  const size_t each = data.size() / std::max<size_t>(outputs, 1);
  std::vector<std::vector<double>> by_output(outputs);
  for (size_t i = 0; i < data.size(); ++i) {
    const size_t o = conv ? i / each : i % outputs;
    by_output[o].push_back(double(std::abs(data[i])));
  }
  std::vector<double> steps;
  for (const std::vector<double>& weights : by_output) {
    const double usual = MedianOfPositive(weights);
    if (usual == 0) continue;
    const double largest = *std::ranges::max_element(weights);
    steps.push_back(kLargestCode * usual / largest);
  }
  return steps.empty() ? kLargestCode : MedianOfPositive(steps);
}

}  // namespace octet::compile
