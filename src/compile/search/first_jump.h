// Where the error of an engine begins.
#ifndef OCTET_COMPILE_SEARCH_FIRST_JUMP_H_
#define OCTET_COMPILE_SEARCH_FIRST_JUMP_H_

#include <vector>

#include "octet/compiler.h"

namespace octet::compile {

// The first row whose error is much more than its history explains.
//
// With noise = error energy / signal energy, a value is expected to have the
// noise of the worst value that it is computed from, and by itself as much as
// is usual in this engine (the lower quartile of all own noises). It jumps
// where it has more than ten times (10 dB) of both together. What only moves
// data inherits everything and never jumps.
//   rows:    in the engine's order.
//   returns: nullptr where the error grows evenly.
const LayerError* FirstJump(const std::vector<LayerError>& rows);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_SEARCH_FIRST_JUMP_H_
