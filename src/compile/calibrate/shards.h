// Which samples a calibration has seen, so that none goes in twice.
#ifndef OCTET_COMPILE_CALIBRATE_SHARDS_H_
#define OCTET_COMPILE_CALIBRATE_SHARDS_H_

#include <compare>
#include <cstdint>
#include <span>
#include <vector>

#include "octet/status.h"

namespace octet::compile {

// The fingerprint of a sample that was skipped.
inline constexpr uint64_t kSkipped = 0;

// Shard `number` of `count` (from 1) of one set of samples; a whole set is
// shard 1 of 1. It has samples number - 1, number - 1 + count, ... of the set.
struct Shard {
  uint64_t set_samples = 0;  // of the whole set
  uint32_t count = 1, number = 1;
  std::vector<uint64_t> samples;  // fingerprints of their contents

  auto operator<=>(const Shard&) const = default;
};

// How many samples a shard of these numbers has; 0 if there is no such shard.
uint64_t SamplesIn(const Shard& shard);

// Adds the shards of another calibration. When all of a set are there they
// become the whole set, so that the result is that of one run. A set may hold a
// sample twice; two sets may not share one.
//   into: sorted, and stays so; unchanged by an error.
//   errors: kBadInput if either is empty, a shard is there twice, sets have
//           samples in common, or shards of different counts are of sets that
//           cannot be told apart.
Status JoinShards(std::vector<Shard>& into, std::span<const Shard> from);

// Whether a list is what JoinShards leaves, with as many samples as it says.
bool AreValidShards(std::span<const Shard> shards);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_CALIBRATE_SHARDS_H_
