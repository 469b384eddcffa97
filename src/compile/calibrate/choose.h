// Fills the parameters of a plan's u8 forms from what calibration saw.
#ifndef OCTET_COMPILE_CALIBRATE_CHOOSE_H_
#define OCTET_COMPILE_CALIBRATE_CHOOSE_H_

#include <functional>
#include <map>
#include <string>

#include "compile/calibrate/range_rule.h"
#include "compile/ir/graph.h"
#include "compile/plan/plan.h"

namespace octet::compile {

// By the name of the value that was observed.
using OwnChoices = std::map<std::string, RangeChoice, std::less<>>;

// Every u8 form that has no parameters yet gets them:
//   per tensor:   by `choice`, or the value's own one; the model's inputs by
//                 their extremes, so that an image of 8 bits is kept exactly
//   per channel:  by each channel's extremes
//   moved data:   the parameters of where it comes from
//   same_as:      those of the named concatenation
// Values match by name and structure, else by structure alone (a renamed
// model).
//   errors: kBadInput listing the values that `ranges` has not seen.
Status ChooseParams(const Graph& graph, const Ranges& ranges,
                    const RangeChoice& choice, Plan& plan,
                    const OwnChoices& own = {});

}  // namespace octet::compile

#endif  // OCTET_COMPILE_CALIBRATE_CHOOSE_H_
