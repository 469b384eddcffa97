// The door: everything that running a Program relies on is checked here once.
//
// After Validate() has accepted a Program, no step can read or write outside
// the arena and the constants (beyond the slack for reading), whatever the
// Program says. What is not checked is whether it computes something useful:
// steps may read memory that no step wrote.
#ifndef OCTET_ENGINE_VALIDATE_H_
#define OCTET_ENGINE_VALIDATE_H_

#include <cstdint>

#include "engine/program.h"
#include "octet/status.h"

namespace octet::engine {

// constant_bytes: size of the constants that belong to it.
// errors: kBadInput; the message names the profile, the step or value, what
//         was found and what was expected.
Status Validate(const ProgramT& program, uint64_t constant_bytes);

}  // namespace octet::engine

#endif  // OCTET_ENGINE_VALIDATE_H_
