// The search for a plan within budgets.
#ifndef OCTET_COMPILE_SEARCH_PLAN_SEARCH_H_
#define OCTET_COMPILE_SEARCH_PLAN_SEARCH_H_

#include "compile/calibrate/ranges.h"
#include "compile/ir/graph.h"
#include "compile/plan/plan.h"
#include "octet/search.h"

namespace octet::compile {

struct FoundPlan {
  Plan plan;
  SearchResult result;  // but for its plan
};

//   plan:   complete.
//   ranges: what calibration saw; null: unknown.
//   errors: as the public function.
Result<FoundPlan> SearchPlan(const Graph& graph, const Plan& plan,
                             const Ranges* ranges, const SampleSource& samples,
                             const SearchOptions& options);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_SEARCH_PLAN_SEARCH_H_
