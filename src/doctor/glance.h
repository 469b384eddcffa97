// What a finished calibration shows of its samples without a look at them:
// cheap enough for every calibration.
#ifndef OCTET_DOCTOR_GLANCE_H_
#define OCTET_DOCTOR_GLANCE_H_

#include <functional>
#include <optional>
#include <span>
#include <string>

#include "doctor/finding.h"
#include "octet/compiler.h"

namespace octet::doctor {

// Fewer than kFewestSamples samples; or one sample, of 16 at least, that owns
// an end of the range of more than three quarters of the values. How far out
// it lies cannot be told from this: the advice is to ask the doctor.
//   name_of: the name of a sample, by its index in the set
std::optional<Finding> GlanceAt(
    std::span<const ObservedRange> values, uint64_t samples,
    const std::function<std::string(int64_t)>& name_of);

}  // namespace octet::doctor

#endif  // OCTET_DOCTOR_GLANCE_H_
