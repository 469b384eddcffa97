#include "compile/search/metric_gain.h"

#include <algorithm>

#include "base/error.h"
#include "compile/lower/lower.h"
#include "compile/search/drop.h"
#include "compile/search/sensitivity_result.h"
#include "compile/search/trial_engine.h"

namespace octet::compile {
namespace {

constexpr const char* kFloat = "float";
constexpr const char* kInt8 = "";

class Evaluating {
 public:
  Evaluating(const Graph& graph, const SensitivityOptions& options,
             SensitivityState& state, size_t all)
      : graph_(graph), options_(options), state_(state), all_(all) {}

  // What is known of a plan by its key, or is found out.
  Result<Accuracy> Of(const std::string& key, const Plan& plan) {
    ++done_;
    const auto known = state_.accuracies.find(key);
    if (known != state_.accuracies.end()) return known->second;
    if (options_.stop && options_.stop()) return Stopped();
    OCTET_ASSIGN(const Engine engine, EngineOf(graph_, plan, /*whole=*/false));
    Result<Accuracy> accuracy = options_.accuracy(engine);
    if (!accuracy.ok() && options_.stop && options_.stop()) return Stopped();
    OCTET_RETURN_IF_ERROR(accuracy.status());
    state_.accuracies[key] = *accuracy;
    if (!options_.state_path.empty()) {
      OCTET_RETURN_IF_ERROR(Save(state_, options_.state_path));
    }
    if (options_.progress) {
      options_.progress("evaluations", int64_t(done_), int64_t(all_));
    }
    return accuracy;
  }

 private:
  Status Stopped() const {
    return Failed(
        "stopped after {} of {} evaluations{}", done_ - 1, all_,
        options_.state_path.empty() ? "" : "; --resume goes on from there");
  }

  const Graph& graph_;
  const SensitivityOptions& options_;
  SensitivityState& state_;
  const size_t all_;
  size_t done_ = 0;
};

Estimate EstimateOf(const Drop& drop) { return {drop.mean, drop.error}; }

}  // namespace

Status AddMetricGains(const Graph& graph, const Plan& plan,
                      const std::vector<StoredValue>& stored,
                      const Protection& protection,
                      const SensitivityOptions& options,
                      SensitivityState& state, Sensitivity& result) {
  const size_t count = std::min(size_t(std::max<int64_t>(options.evaluated, 0)),
                                result.values.size());
  Evaluating evaluating(graph, options, state, count + 2);
  OCTET_ASSIGN(const Accuracy exact, evaluating.Of(kFloat, FloatPlan(graph)));
  OCTET_ASSIGN(const Accuracy all, evaluating.Of(kInt8, plan));
  result.has_metric = true;
  result.metric_of_float = exact.value;
  result.metric_lost = EstimateOf(DropBetween(exact, all));
  for (size_t i = 0; i < count; ++i) {
    UnitSensitivity& row = result.values[i];
    const auto value = std::ranges::find_if(stored, [&](const StoredValue& s) {
      return graph.values[size_t(s.value)].name == row.name;
    });
    Plan kept = plan;
    ProtectValue(graph, *value, protection, {}, kept);
    OCTET_ASSIGN(const Accuracy accuracy,
                 evaluating.Of(UnitNames{false, row.name, {}}.key(), kept));
    row.metric_gain = EstimateOf(DropBetween(accuracy, all));
  }
  std::vector<UnitSensitivity*> order;
  for (size_t i = 0; i < count; ++i) order.push_back(&result.values[i]);
  std::ranges::stable_sort(
      order, std::greater<>(),
      [](const UnitSensitivity* row) { return row->metric_gain.mean; });
  for (size_t i = 0; i < count; ++i) order[i]->metric_rank = int(i) + 1;
  return {};
}

}  // namespace octet::compile
