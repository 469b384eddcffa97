// Ranges: what calibration saw, for every observed value. A model.calib file is
// a Ranges (ranges_file.h).
#ifndef OCTET_COMPILE_CALIBRATE_RANGES_H_
#define OCTET_COMPILE_CALIBRATE_RANGES_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "compile/calibrate/histogram.h"
#include "compile/calibrate/shards.h"
#include "octet/status.h"

namespace octet::compile {

// The most samples of one calibration: more would not fit into an ExactSum.
inline constexpr uint64_t kMostSamples = uint64_t(1) << 22;

// The sum of one number per sample, exact whatever the order: a 128-bit
// integer in units of 2^-64. Numbers are held to +-2^40 and to 2^-64, so that
// twice kMostSamples of them fit.
class ExactSum {
 public:
  void Add(float x);
  void Merge(const ExactSum& other) { sum_ += other.sum_; }
  // Whether so many numbers can have this sum.
  bool IsOf(uint64_t numbers) const;
  double value() const;
  uint64_t low() const { return uint64_t(sum_); }
  int64_t high() const { return int64_t(sum_ >> 64); }
  static ExactSum FromParts(uint64_t low, int64_t high);
  bool operator==(const ExactSum&) const = default;

 private:
  __int128 sum_ = 0;
};

// One observed value.
struct ValueRange {
  std::string name;
  // What computes it (structure_key.h): matches a renamed or re-exported model.
  uint64_t structure = 0;
  Histogram histogram;
  // By channel (innermost axis), 0 included; empty for values without one.
  std::vector<float> channel_low, channel_high;
  // Sums over samples of each sample's extremes.
  ExactSum low_sum, high_sum;
  // Which samples gave the extremes; the first if several did, -1 if none.
  int64_t low_sample = -1, high_sample = -1;
  // Extremes averaged with momentum 0.01 in the order of the samples; only
  // where Ranges::ordered.
  float moving_low = 0, moving_high = 0;

  bool operator==(const ValueRange&) const = default;
};

struct Ranges {
  std::string preprocess;    // canonical text; empty: raw tensors
  uint64_t samples = 0;      // that went in
  uint64_t fingerprint = 0;  // of their contents, whatever their order
  uint64_t structure = 0;    // of the whole model
  // Names of samples of no use, each once, sorted.
  std::vector<std::string> skipped;
  // Which samples these are, by their contents; empty while a run goes on.
  std::vector<Shard> shards;
  // Moving averages were kept too: depends on order, cannot be merged.
  bool ordered = false;
  std::vector<ValueRange> values;  // sorted by name

  // nullptr if there is none.
  const ValueRange* Find(std::string_view name) const;
  bool operator==(const Ranges&) const = default;
};

// The largest magnitude of each value that was observed, by its name.
std::map<std::string, float> PeaksOf(const Ranges& ranges);

// Joins two calibrations, as if one run had seen the samples of both.
//   into:   unchanged by an error.
//   errors: kBadInput if they are of different models or preprocessing (names
//           the difference), if one is ordered, if they have samples in common
//           (JoinShards) or more than kMostSamples together.
Status Merge(Ranges& into, const Ranges& from);

// The same for the pieces of one run, which do not say what their samples are.
Status MergePiece(Ranges& into, const Ranges& from);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_CALIBRATE_RANGES_H_
