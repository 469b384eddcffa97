// Which samples a calibration has seen, so that none goes in twice.
#ifndef OCTET_COMPILE_CALIBRATE_SHARDS_H_
#define OCTET_COMPILE_CALIBRATE_SHARDS_H_

#include <compare>
#include <cstdint>
#include <span>
#include <vector>

#include "octet/status.h"

namespace octet::compile {

// Shard `number` of `count` (from 1) of one set of samples; a whole set is
// shard 1 of 1. Sets are told apart by how many samples they have and, when
// whole, by their contents.
struct Shard {
  uint64_t set_samples = 0;  // of the whole set
  uint32_t count = 1, number = 1;
  uint64_t fingerprint = 0;  // of the contents of this shard

  auto operator<=>(const Shard&) const = default;
};

// Adds the shards of another calibration. When all of a set are there they
// become the whole set, so that the result is that of one run.
//   into: sorted, and stays so; unchanged by an error.
//   errors: kBadInput if either is empty, a shard is there twice, or shards of
//           different counts are of sets that cannot be told apart.
Status JoinShards(std::vector<Shard>& into, std::span<const Shard> from);

// Whether a list is what JoinShards leaves.
bool AreValidShards(std::span<const Shard> shards);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_CALIBRATE_SHARDS_H_
