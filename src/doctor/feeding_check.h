// Preprocessing that cannot be right: pictures fed as 0..255 to a network
// trained on 0..1, red and blue swapped, mean and deviation forgotten.
//
// A network says most of pictures that are fed as in its training: its answers
// are sure of each and differ between them. Fed otherwise, they become unsure
// or all the same. So the same pictures are fed in each of the usual ways, and
// a finding needs another way to be clearly better by its answers. Where
// outputs are neither classes nor detections, the first layer alone must do: a
// normalized one gives numbers near 1.
#ifndef OCTET_DOCTOR_FEEDING_CHECK_H_
#define OCTET_DOCTOR_FEEDING_CHECK_H_

#include <optional>
#include <vector>

#include "doctor/feeding_trial.h"
#include "doctor/finding.h"

namespace octet::doctor {

// Runs a few samples in all ways, then more in the promising ones.
//   engine:  float, with one input for pictures
//   indices: of usable samples
//   returns: no finding if the current way is as good as any.
Result<std::optional<Finding>> CheckFeeding(const Engine& engine,
                                            const SampleSource& samples,
                                            const std::vector<int64_t>& indices,
                                            const FeedingOptions& options);

// The decision. trials: the first is the current way.
std::optional<Finding> JudgeFeedings(const std::vector<FeedingTrial>& trials,
                                     bool coloured);

}  // namespace octet::doctor

#endif  // OCTET_DOCTOR_FEEDING_CHECK_H_
