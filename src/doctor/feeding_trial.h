// The same pictures fed to a network in several ways, and what it makes of
// them.
#ifndef OCTET_DOCTOR_FEEDING_TRIAL_H_
#define OCTET_DOCTOR_FEEDING_TRIAL_H_

#include <optional>
#include <vector>

#include "doctor/answers.h"
#include "doctor/feeding.h"
#include "doctor/sample_facts.h"
#include "octet/runtime.h"
#include "octet/samples.h"

namespace octet::doctor {

// One way of feeding, measured.
struct FeedingTrial {
  Feeding feeding;
  Information answers;     // empty where outputs cannot be read
  double first_layer = 0;  // median over channels of the deviation of its
                           // output; 0 if there is no such layer
};

struct FeedingOptions {
  Feeding current;
  bool coloured = false;
  std::optional<AnswerReader> answers;
  int threads = 0;
  ProgressFn progress;
};

// One trial for each feeding, all on the same samples.
//   engine:  float, with one input for pictures
//   indices: of usable samples
//   errors:  kBadInput for a sample that is no picture or does not fit.
Result<std::vector<FeedingTrial>> TryFeedings(
    const Engine& engine, const SampleSource& samples,
    const std::vector<int64_t>& indices, const std::vector<Feeding>& feedings,
    const FeedingOptions& options);

}  // namespace octet::doctor

#endif  // OCTET_DOCTOR_FEEDING_TRIAL_H_
