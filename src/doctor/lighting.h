// Light that the evaluation set has and the calibration set lacks: a network
// calibrated by day is measured, and used, at night.
#ifndef OCTET_DOCTOR_LIGHTING_H_
#define OCTET_DOCTOR_LIGHTING_H_

#include <optional>
#include <span>

#include "doctor/sample_facts.h"

namespace octet::doctor {

// The darkest or brightest, or the flattest or harshest, part of the evaluation
// set that the calibration set has nearly nothing of: at least a tenth there,
// at most a fifth of that share here, too little for chance (less than one in a
// thousand by the binomial distribution), and on the mean two deviations away
// from what is here. Of several such parts the one whose shares differ most.
//   calibration, evaluation: facts of pictures fed alike; others are left out.
std::optional<Finding> FindMissingLight(
    std::span<const SampleFacts> calibration,
    std::span<const SampleFacts> evaluation);

}  // namespace octet::doctor

#endif  // OCTET_DOCTOR_LIGHTING_H_
