// The measured choice of ranges ("auto"): several ways to choose them are tried
// on the calibration samples, and the one whose engine is closest to the float
// model is taken.
#ifndef OCTET_COMPILE_SEARCH_AUTO_RANGES_H_
#define OCTET_COMPILE_SEARCH_AUTO_RANGES_H_

#include <string>
#include <vector>

#include "compile/calibrate/ranges.h"
#include "compile/ir/graph.h"
#include "compile/plan/plan.h"
#include "octet/compiler.h"

namespace octet::compile {

struct AutoRanges {
  Plan plan;                       // of the best trial
  std::vector<RangeTrial> trials;  // best first
};

// Fills the parameters of a proposed plan. The closeness of a trial is the mean
// signal-to-noise ratio, in dB, of the values at which int8 ends: the outputs
// of the last int8 nodes, before float decoding, and the model's outputs.
//   threads: 0 = as many as the process may run on; no result depends on it.
//   errors: those of ChooseParams and of lowering; kBadInput if no sample can
//           be read.
Result<AutoRanges> ChooseRangesByMeasure(const Graph& graph,
                                         const Ranges& ranges,
                                         const Plan& proposed,
                                         const SampleSource& samples,
                                         int threads);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_SEARCH_AUTO_RANGES_H_
