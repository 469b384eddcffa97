// Sensitivity by the task's metric: what it gives back to keep a value out of
// int8, on labelled data.
#ifndef OCTET_COMPILE_SEARCH_METRIC_GAIN_H_
#define OCTET_COMPILE_SEARCH_METRIC_GAIN_H_

#include <vector>

#include "compile/ir/graph.h"
#include "compile/plan/plan.h"
#include "compile/plan/protect.h"
#include "compile/search/sensitivity_state.h"
#include "octet/sensitivity.h"

namespace octet::compile {

// Evaluates the float engine, the int8 engine, and that with one value kept out
// for each of the first options.evaluated of result.values; what `state` knows
// is taken, the rest is added and saved at once. Writes the metric's part of
// `result` and ranks those values by it.
//
//   errors: those of options.accuracy; kFailed if stopped.
Status AddMetricGains(const Graph& graph, const Plan& plan,
                      const std::vector<StoredValue>& stored,
                      const Protection& protection,
                      const SensitivityOptions& options,
                      SensitivityState& state, Sensitivity& result);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_SEARCH_METRIC_GAIN_H_
