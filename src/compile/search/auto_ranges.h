// The measured choice of ranges and repairs: several ways are tried on the
// calibration samples, and the one whose engine is closest to the float model
// is taken.
#ifndef OCTET_COMPILE_SEARCH_AUTO_RANGES_H_
#define OCTET_COMPILE_SEARCH_AUTO_RANGES_H_

#include <string>
#include <vector>

#include "compile/calibrate/range_rule.h"
#include "compile/calibrate/ranges.h"
#include "compile/ir/graph.h"
#include "compile/plan/plan.h"
#include "octet/compiler.h"

namespace octet::compile {

struct AutoRanges {
  Plan plan;                       // of the best trial
  std::vector<RangeTrial> trials;  // best first
};

struct MeasureOptions {
  // Rules to try; one leaves the choice of the range to the user.
  std::vector<RangeChoice> rules;
  bool fold = true;  // try folded channel scales too (fold_scales.h)
  // Rules that single values may have of their own (value_rules.h).
  std::vector<RangeChoice> own;
  // And narrower ranges of weights and of single channels (weight_ranges.h,
  // activation_bounds.h).
  bool narrow = true;
  int threads = 0;  // 0 = as many as the process may run on; no result
                    // depends on it
};
// All that "auto" tries.
MeasureOptions AutoMeasureOptions(int threads);

// Fills the parameters of a proposed plan, and corrects its biases and narrows
// ranges of weights and channels where that brings it closer. The closeness of
// a trial is the mean signal-to-noise ratio, in dB, of the values at which int8
// ends: the outputs of the last int8 nodes, before float decoding, and the
// model's outputs.
//   errors: those of ChooseParams and of lowering; kBadInput if no sample can
//           be read.
Result<AutoRanges> ChooseRangesByMeasure(const Graph& graph,
                                         const Ranges& ranges,
                                         const Plan& proposed,
                                         const SampleSource& samples,
                                         const MeasureOptions& options);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_SEARCH_AUTO_RANGES_H_
