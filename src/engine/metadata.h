// The Program as FlatBuffers and back, with strangers in mind.
#ifndef OCTET_ENGINE_METADATA_H_
#define OCTET_ENGINE_METADATA_H_

#include <cstddef>
#include <span>

#include "engine/constants.h"
#include "engine/program.h"
#include "octet/status.h"

namespace octet::engine {

// The same Program gives the same bytes.
AlignedBytes PackProgram(const ProgramT& program);

// `bytes` start at a multiple of 16.
//
//   errors: kDamaged if they are not a Program. FlatBuffers lets many places
//           point at the same bytes, so that a small file could unpack to any
//           size; one whose strings and arrays together are larger than itself
//           is refused, and no Program that PackProgram wrote is.
Result<ProgramT> UnpackProgram(std::span<const std::byte> bytes);

}  // namespace octet::engine

#endif  // OCTET_ENGINE_METADATA_H_
