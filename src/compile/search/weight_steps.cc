#include "compile/search/weight_steps.h"

#include <algorithm>
#include <cmath>

namespace octet::compile {
namespace {

constexpr double kLargestCode = 127;

// Of some numbers, at least one; reorders them.
double Median(std::vector<double>& x) {
  const auto middle = x.begin() + ptrdiff_t(x.size() / 2);
  std::ranges::nth_element(x, middle);
  return *middle;
}

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
    if (data[i] != 0) by_output[o].push_back(double(std::abs(data[i])));
  }
  std::vector<double> steps;
  for (std::vector<double>& weights : by_output) {
    if (weights.empty()) continue;
    const double largest = *std::ranges::max_element(weights);
    steps.push_back(kLargestCode * Median(weights) / largest);
  }
  return steps.empty() ? kLargestCode : Median(steps);
}

}  // namespace octet::compile
