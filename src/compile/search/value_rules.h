// The rule that chooses the range of each value, by what the value's rounding
// alone does to the values at which int8 ends.
#ifndef OCTET_COMPILE_SEARCH_VALUE_RULES_H_
#define OCTET_COMPILE_SEARCH_VALUE_RULES_H_

#include <string>
#include <vector>

#include "compile/calibrate/range_rule.h"
#include "compile/calibrate/ranges.h"
#include "compile/ir/graph.h"
#include "compile/plan/plan.h"
#include "octet/samples.h"

namespace octet::compile {

struct ValueRule {
  std::string value;
  RangeChoice choice;
  double gain_db = 0;  // of signal to noise, against the common rule
};

struct ValueRuleOptions {
  RangeChoice common;                // that stays where none is clearly better
  std::vector<RangeChoice> choices;  // the others
  int64_t samples = 8;               // at most, spread evenly
  int threads = 0;
};

// Values whose range is better chosen by another rule, those first that gain
// most noise. Each is measured with all else in float (replay.h); values that
// make next to no noise on the first sample keep the common rule.
//   proposed: without parameters.
//   errors:   those of ChooseParams; kBadInput if no sample can be read.
Result<std::vector<ValueRule>> MeasureValueRules(
    const Graph& graph, const Ranges& ranges, const Plan& proposed,
    const SampleSource& samples, const ValueRuleOptions& options);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_SEARCH_VALUE_RULES_H_
