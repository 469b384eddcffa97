// Which of its operands a step may write its output over.
#ifndef OCTET_ENGINE_IN_PLACE_H_
#define OCTET_ENGINE_IN_PLACE_H_

#include "engine/program.h"

namespace octet::engine {

// The values whose memory the step's output may have as its own: those whose
// kernel reads each element before it writes the output's element of the same
// place, and never again, and whose elements lie as the output's do. No other
// value that the step reads may lie there. The step must be valid.
Reads InPlaceOf(const ProfileT& profile, const StepT& step);

}  // namespace octet::engine

#endif  // OCTET_ENGINE_IN_PLACE_H_
