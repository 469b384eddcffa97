#include "compile/calibrate/shards.h"

#include <algorithm>

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
        "the same samples twice: shard {}/{} of {} with fingerprint {:016x}; "
        "give each file once",
        a.number, a.count, a.set_samples, a.fingerprint);
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
    for (uint32_t n = 0; n < first.count; ++n) {
      whole.fingerprint += sorted[i + n].fingerprint;
    }
    i += first.count;
  }
  std::ranges::sort(joined);
  return joined;
}

}  // namespace

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
  into = JoinComplete(all);
  return {};
}

bool AreValidShards(std::span<const Shard> shards) {
  for (size_t i = 0; i < shards.size(); ++i) {
    const Shard& shard = shards[i];
    if (shard.number < 1 || shard.number > shard.count) return false;
    if (i > 0 && !(shards[i - 1] < shard)) return false;
    if (i > 0 && !CheckApart(shards[i - 1], shard).ok()) return false;
  }
  const std::vector<Shard> joined = JoinComplete(shards);
  return std::ranges::equal(joined, shards);
}

}  // namespace octet::compile
