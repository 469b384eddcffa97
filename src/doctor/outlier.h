// One sample that owns the extremes of many values: with min-max ranges it
// alone sets the scale of a network.
#ifndef OCTET_DOCTOR_OUTLIER_H_
#define OCTET_DOCTOR_OUTLIER_H_

#include <functional>
#include <optional>
#include <string>

#include "doctor/finding.h"
#include "doctor/observe.h"

namespace octet::doctor {

// A sample that owns an end of the range of more than half of the values, where
// it is on the median 1.5 times as far out as the next sample.
//   name_of: the name of a sample, by its index in the set
std::optional<Finding> FindOutlier(
    const Extremes& extremes,
    const std::function<std::string(int64_t)>& name_of);

}  // namespace octet::doctor

#endif  // OCTET_DOCTOR_OUTLIER_H_
