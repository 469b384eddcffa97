// model.calib: a Ranges as a file.
//
// Layout, little-endian: "OCTETCAL", u32 version, u32 zero, u64 size of the
// payload, u64 XXH3 of all that comes before and of the payload, then the
// payload, a FlatBuffer (ranges.fbs). Equal Ranges are equal bytes; any changed
// byte is noticed.
#ifndef OCTET_COMPILE_CALIBRATE_RANGES_FILE_H_
#define OCTET_COMPILE_CALIBRATE_RANGES_FILE_H_

#include <cstddef>
#include <span>
#include <string>

#include "compile/calibrate/ranges.h"

namespace octet::compile {

// How far a run has come; all zero in a finished file.
struct Progress {
  uint64_t next_sample = 0;  // of the shard
  uint32_t shard = 0, shards = 0;
  uint64_t set_samples = 0;    // of all shards
  std::vector<uint64_t> done;  // fingerprints of the samples before next_sample
  bool operator==(const Progress&) const = default;
};

struct RangesFile {
  Ranges ranges;
  Progress progress;
};

std::vector<std::byte> SerializeRanges(const RangesFile& file);
//   errors: kDamaged naming `source`.
Result<RangesFile> ParseRanges(std::span<const std::byte> bytes,
                               std::string_view source);

Status WriteRanges(const std::string& path, const RangesFile& file);
Result<RangesFile> ReadRanges(const std::string& path);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_CALIBRATE_RANGES_FILE_H_
