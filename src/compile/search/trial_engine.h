// Engines in memory that are only built to be measured.
#ifndef OCTET_COMPILE_SEARCH_TRIAL_ENGINE_H_
#define OCTET_COMPILE_SEARCH_TRIAL_ENGINE_H_

#include <vector>

#include "compile/ir/graph.h"
#include "compile/plan/plan.h"
#include "octet/runtime.h"
#include "octet/samples.h"

namespace octet::compile {

// An engine of `graph` as `plan` says, in memory. With `whole`, every value of
// the graph is made by a step of its own, so that taps see it.
Result<Engine> EngineOf(const Graph& graph, const Plan& plan, bool whole);

// The one that a build would make of them.
Result<Engine> FinalEngineOf(const Graph& graph, const Plan& plan);

// Sets all inputs and runs. errors: kBadInput naming `sample`.
Status RunSample(Session& session, const std::vector<Tensor>& inputs,
                 const std::string& sample);

// The indices of `most` samples (or all), spread evenly.
std::vector<int64_t> SpreadOver(int64_t size, int64_t most);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_SEARCH_TRIAL_ENGINE_H_
