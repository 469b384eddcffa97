// Whether a finished calibration is of these samples.
#ifndef OCTET_DOCTOR_COVERAGE_H_
#define OCTET_DOCTOR_COVERAGE_H_

#include <optional>
#include <span>

#include "doctor/finding.h"
#include "doctor/observe.h"
#include "octet/compiler.h"

namespace octet::doctor {

// When the samples go beyond the calibrated range by more than a tenth of its
// width in more than a tenth of the values.
std::optional<Finding> FindUncovered(const Extremes& extremes,
                                     std::span<const ObservedRange> calibrated);

}  // namespace octet::doctor

#endif  // OCTET_DOCTOR_COVERAGE_H_
