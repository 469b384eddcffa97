// Where the scratch of each step lies: in memory that no value needs while the
// step runs, and only what fits nowhere behind the arena.
#ifndef OCTET_RUNTIME_SCRATCH_PLACES_H_
#define OCTET_RUNTIME_SCRATCH_PLACES_H_

#include <cstdint>
#include <span>
#include <vector>

#include "engine/program.h"
#include "runtime/tap_points.h"

namespace octet::runtime {

// What a step needs: so many pieces of memory of so many bytes.
struct ScratchNeed {
  int64_t bytes = 0;
  int pieces = 0;
};

struct ScratchPlaces {
  // By step and piece: from the start of the arena, multiples of 128.
  std::vector<std::vector<int64_t>> offsets;
  int64_t bytes = 0;  // that the arena and all scratch take
};

// What lives when follows from what the steps read and write, whatever the
// Program says of itself. Inputs, and what a run finds from the one before it,
// live throughout; outputs from the step on that writes them whole to the end
// of the run; other values until they are read last and may be looked at
// (tap_points.h). A step's scratch lies kBufferSlack or more away
// from all that lives while it runs, from its operands and its output.
//
//   tap_points: FindTapPoints of the profile.
//   needs:      by step.
//   keeps_values: nothing lies over a value, alive or not.
// Time: n log n in the steps.
ScratchPlaces PlaceScratch(const engine::ProfileT& profile,
                           std::span<const TapPoint> tap_points,
                           std::span<const ScratchNeed> needs,
                           bool keeps_values);

}  // namespace octet::runtime

#endif  // OCTET_RUNTIME_SCRATCH_PLACES_H_
