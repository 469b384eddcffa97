// The search for a plan within budgets.
#ifndef OCTET_COMPILE_SEARCH_PLAN_SEARCH_H_
#define OCTET_COMPILE_SEARCH_PLAN_SEARCH_H_

#include <map>
#include <string>

#include "compile/ir/graph.h"
#include "compile/plan/plan.h"
#include "octet/search.h"

namespace octet::compile {

struct FoundPlan {
  Plan plan;
  SearchResult result;  // but for its plan
};

//   plan:   complete.
//   peaks:  the largest magnitude that calibration saw of each value; empty
//           where there was none.
//   errors: as the public function.
Result<FoundPlan> SearchPlan(const Graph& graph, const Plan& plan,
                             std::map<std::string, float> peaks,
                             const SampleSource& samples,
                             const SearchOptions& options);

// The sum over steps of each one's fastest run, on one thread: what else runs
// on the machine hardly disturbs it.
Result<double> FastestSteps(const Engine& engine);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_SEARCH_PLAN_SEARCH_H_
