#include "compile/calibrate/shards.h"

#include <algorithm>
#include <map>

#include "base/error.h"

namespace octet::compile {
namespace {

// Two neighbours in order; all faults show between such.
Status CheckApart(const Shard& a, const Shard& b) {
  if (a.set_samples != b.set_samples) return {};
  if (a.count != b.count) {
    return BadInput(
        "shard {}/{} and shard {}/{} of {} samples may have samples in common; "
        "cut a set into shards in one way, and merge those of each set before "
        "joining it with another",
        a.number, a.count, b.number, b.count, a.set_samples);
  }
  if (a == b) {
    return BadInput(
        "the same samples twice: shard {}/{} of {}; give each file once",
        a.number, a.count, a.set_samples);
  }
  if (a.count > 1 && a.number == b.number) {
    return BadInput(
        "shard {}/{} of {} samples twice, with different contents; calibrate "
        "all shards with the same samples, and merge those of each set before "
        "joining it with another",
        a.number, a.count, a.set_samples);
  }
  return {};
}

// Replaces the shards of a complete set by the whole set.
std::vector<Shard> JoinComplete(std::span<const Shard> sorted) {
  std::vector<Shard> joined;
  for (size_t i = 0; i < sorted.size();) {
    const Shard& first = sorted[i];
    const size_t left = sorted.size() - i;
    // The numbers rise, so that `count` of them are all of them.
    const bool complete =
        first.count <= left &&
        sorted[i + first.count - 1].set_samples == first.set_samples;
    if (!complete) {
      joined.push_back(first);
      ++i;
      continue;
    }
    Shard& whole = joined.emplace_back();
    whole.set_samples = first.set_samples;
    for (uint64_t n = 0; n < first.set_samples; ++n) {
      const Shard& shard = sorted[i + n % first.count];
      whole.samples.push_back(shard.samples[n / first.count]);
    }
    i += first.count;
  }
  std::ranges::sort(joined);
  return joined;
}

// Sample `i` of a shard, as people count those of the whole set.
uint64_t NumberInSet(const Shard& shard, uint64_t i) {
  return i * shard.count + shard.number;
}

// Shards of one set: what they share, the set has twice.
bool AreOfOneSet(const Shard& a, const Shard& b) {
  return a.set_samples == b.set_samples && a.count == b.count && a.count > 1;
}

Status CheckNothingShared(const Shard& a, const Shard& b) {
  if (AreOfOneSet(a, b)) return {};
  std::map<uint64_t, uint64_t> places;  // fingerprints of a
  for (uint64_t i = 0; i < a.samples.size(); ++i) {
    if (a.samples[i] != kSkipped) places.try_emplace(a.samples[i], i);
  }
  uint64_t shared = 0, here = 0, there = 0;
  for (uint64_t i = 0; i < b.samples.size(); ++i) {
    const auto same = places.find(b.samples[i]);
    if (same == places.end()) continue;
    if (shared++ > 0) continue;
    here = same->second;
    there = i;
  }
  if (shared == 0) return {};
  return BadInput(
      "the calibrations have samples in common, {} in all: sample {} of {} in "
      "the one is sample {} of {} in the other; calibrate each sample once",
      shared, NumberInSet(a, here), a.set_samples, NumberInSet(b, there),
      b.set_samples);
}

}  // namespace

uint64_t SamplesIn(const Shard& shard) {
  if (shard.number < 1 || shard.number > shard.count ||
      shard.number > shard.set_samples) {
    return 0;
  }
  return (shard.set_samples - shard.number) / shard.count + 1;
}

Status JoinShards(std::vector<Shard>& into, std::span<const Shard> from) {
  if (into.empty() || from.empty()) {
    return BadInput(
        "a calibration does not say which samples it has seen; calibrate "
        "again");
  }
  std::vector<Shard> all = into;
  all.insert(all.end(), from.begin(), from.end());
  std::ranges::sort(all);
  for (size_t i = 1; i < all.size(); ++i) {
    OCTET_RETURN_IF_ERROR(CheckApart(all[i - 1], all[i]));
  }
  for (const Shard& a : into) {
    for (const Shard& b : from) {
      OCTET_RETURN_IF_ERROR(CheckNothingShared(a, b));
    }
  }
  into = JoinComplete(all);
  return {};
}

bool AreValidShards(std::span<const Shard> shards) {
  for (size_t i = 0; i < shards.size(); ++i) {
    const Shard& shard = shards[i];
    if (shard.number < 1 || shard.number > shard.count) return false;
    if (shard.samples.size() != SamplesIn(shard)) return false;
    if (i > 0 && !(shards[i - 1] < shard)) return false;
    if (i > 0 && !CheckApart(shards[i - 1], shard).ok()) return false;
  }
  const std::vector<Shard> joined = JoinComplete(shards);
  return std::ranges::equal(joined, shards);
}

}  // namespace octet::compile
