#include "compile/plan/half_form.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "compile/plan/classify.h"
#include "compile/plan/move_quant.h"

namespace octet::compile {
namespace {

constexpr float kLargestF16 = 65504;
// Twice what calibration saw must fit: it has not seen everything.
constexpr float kMostObserved = kLargestF16 / 2;

bool HoldsBeyond(const Value& value) {
  if (!value.is_constant() || value.dtype != DType::kF32) return false;
  for (float x : value.data->as<float>()) {
    if (std::isfinite(x) && std::abs(x) > kLargestF16) return true;
  }
  return false;
}

}  // namespace

bool HasHalfForm(const Graph& graph, const Node& node) {
  const Role role = Classify(graph, node);
  if (role == Role::kProduct || role == Role::kDepthwise) return true;
  if (std::holds_alternative<Attention>(node.op)) return role != Role::kFloat;
  // Pooling compares, which takes numbers.
  return role == Role::kMover && !std::holds_alternative<Pool>(node.op);
}

std::map<std::string, float> WithMovedPeaks(
    const Graph& graph, std::map<std::string, float> peaks) {
  const auto name = [&](ValueId v) { return graph.values[size_t(v)].name; };
  for (const Node& node : graph.nodes) {
    if (!IsMover(node) || peaks.contains(name(node.outputs[0]))) continue;
    float peak = 0;
    for (ValueId v : node.inputs) {
      const auto known = v == kNoValue ? peaks.end() : peaks.find(name(v));
      if (known != peaks.end()) peak = std::max(peak, known->second);
    }
    if (peak > 0) peaks[name(node.outputs[0])] = peak;
  }
  return peaks;
}

std::string WhyNotF16(const Graph& graph, const Node& node,
                      const std::map<std::string, float>& peaks) {
  const Role role = Classify(graph, node);
  const bool product = role == Role::kProduct || role == Role::kDepthwise;
  std::vector<ValueId> values = node.inputs;
  // A bias stays f32, and a mask.
  if (product && values.size() > 2) values[2] = kNoValue;
  for (size_t i = 0; i < values.size(); ++i) {
    if (ReadsFloat(node, i)) values[i] = kNoValue;
  }
  values.insert(values.end(), node.outputs.begin(), node.outputs.end());
  for (ValueId v : values) {
    if (v == kNoValue) continue;
    const Value& value = graph.values[size_t(v)];
    if (HoldsBeyond(value)) {
      return fmt::format("constant '{}' goes beyond fp16's {:g}", value.name,
                         kLargestF16);
    }
    const auto peak = peaks.find(value.name);
    if (peak == peaks.end() || peak->second <= kMostObserved) continue;
    return fmt::format("'{}' reaches {:.4g} in calibration, fp16 ends at {:g}",
                       value.name, peak->second, kLargestF16);
  }
  return "";
}

}  // namespace octet::compile
