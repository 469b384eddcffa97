// The sensitivity of stored values, measured.
#ifndef OCTET_COMPILE_SEARCH_SENSITIVITY_H_
#define OCTET_COMPILE_SEARCH_SENSITIVITY_H_

#include "compile/ir/graph.h"
#include "compile/plan/plan.h"
#include "compile/plan/protect.h"
#include "octet/samples.h"
#include "octet/sensitivity.h"

namespace octet::compile {

// How it is done. On each sample the float model runs once; then, for each
// stored value, it is rounded to the codes that its readers see, and, for each
// node, it reads such values and has its weights in codes; what lies behind is
// run again (replay.h). On the first sample that is done for all of them; one
// that makes less than a thousandth of all noise there is not replayed on the
// others. Then engines are built with one of the worst kept out.
//
//   plan:    complete.
//   errors:  as the public function.
Result<Sensitivity> MeasureSensitivity(const Graph& graph, const Plan& plan,
                                       const Protection& protect,
                                       const SampleSource& samples,
                                       const SensitivityOptions& options);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_SEARCH_SENSITIVITY_H_
