// The last step of the search: from a plan that is not shown to lose too much
// to one that is shown to lose no more, where that costs little time.
#ifndef OCTET_COMPILE_SEARCH_ASSURE_H_
#define OCTET_COMPILE_SEARCH_ASSURE_H_

#include <optional>
#include <vector>

#include "compile/search/plan_trials.h"

namespace octet::compile {

struct Assurance {
  const std::vector<size_t>& order;  // stored values, the worthiest first
  Precision precision;               // in which they are kept
  double most_ms;                    // of a plan
};

// Values are added in their order as long as the plan stays within the time and
// faster than fp32; of the plans with the first 1, 2, 4, ... of these the first
// that shows the drop is taken, else the one that is shown to lose least. Then
// values are taken back as long as the plan shows the drop in less time, or, if
// it does not show it, is shown to lose less.
//
//   base:    meets the drop; keeps nothing, or in this precision.
//   chosen:  the plan, once one is better in this than base, and on disk from
//            then on; else left as it is.
//   returns: as PlanTrials::Measure.
Result<bool> Assure(PlanTrials& trials, const Assurance& assurance,
                    const Choice& base, std::optional<Choice>& chosen);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_SEARCH_ASSURE_H_
