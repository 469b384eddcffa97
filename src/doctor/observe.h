// The extremes of every value for every sample, from runs of the float engine:
// what saturation curves and outliers are told from.
#ifndef OCTET_DOCTOR_OBSERVE_H_
#define OCTET_DOCTOR_OBSERVE_H_

#include <string>
#include <vector>

#include "doctor/sample_facts.h"
#include "octet/runtime.h"
#include "octet/samples.h"

namespace octet::doctor {

struct Extremes {
  std::vector<int64_t> samples;     // indices in the set, rising
  std::vector<std::string> values;  // in the engine's order
  // [value][position in `samples`]; zero is always inside, as in calibration.
  std::vector<std::vector<float>> low, high;
};

// Runs these samples. Values that steps only move, and those that are not f32,
// are left out.
//   errors: kBadInput for a sample that does not fit the engine, naming it.
Result<Extremes> ObserveExtremes(const Engine& engine,
                                 const SampleSource& samples,
                                 const std::vector<int64_t>& indices,
                                 int threads, const ProgressFn& progress);

// Sets the inputs of one sample and runs it.
Status RunSample(Session& session, const std::vector<Tensor>& inputs,
                 const std::string& name);

}  // namespace octet::doctor

#endif  // OCTET_DOCTOR_OBSERVE_H_
