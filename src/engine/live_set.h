// How much of its arena a profile needs.
#ifndef OCTET_ENGINE_LIVE_SET_H_
#define OCTET_ENGINE_LIVE_SET_H_

#include <cstdint>

#include "engine/program.h"

namespace octet::engine {

// Bytes of all values that must be kept at the same time, at the step where
// they are most: a value is kept from the first step that touches it to the
// last, inputs and outputs to the end; bytes that several values share count
// once. No arena of these values can be smaller. The profile must be valid.
int64_t LargestLiveSet(const ProfileT& profile);

}  // namespace octet::engine

#endif  // OCTET_ENGINE_LIVE_SET_H_
