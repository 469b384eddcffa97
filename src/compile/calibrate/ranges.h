// Ranges: what calibration saw, for every observed value. A model.calib file is
// a Ranges (ranges_file.h).
#ifndef OCTET_COMPILE_CALIBRATE_RANGES_H_
#define OCTET_COMPILE_CALIBRATE_RANGES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "compile/calibrate/histogram.h"
#include "octet/status.h"

namespace octet::compile {

// The sum of one number per sample, exact whatever the order: a 128-bit
// integer in units of 2^-64. Numbers are held to +-2^40 and to 2^-64.
class ExactSum {
 public:
  void Add(float x);
  void Merge(const ExactSum& other) { sum_ += other.sum_; }
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
  std::string preprocess;            // canonical text; empty: raw tensors
  uint64_t samples = 0;              // that went in
  uint64_t fingerprint = 0;          // of their contents, whatever their order
  uint64_t structure = 0;            // of the whole model
  std::vector<std::string> skipped;  // unreadable samples, sorted
  // Moving averages were kept too: depends on order, cannot be merged.
  bool ordered = false;
  std::vector<ValueRange> values;  // sorted by name

  // nullptr if there is none.
  const ValueRange* Find(std::string_view name) const;
  bool operator==(const Ranges&) const = default;
};

// Joins two sets of samples, as if one run had seen both.
//   errors: kBadInput if they are of different models or preprocessing (names
//           the difference), or if one is ordered.
Status Merge(Ranges& into, const Ranges& from);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_CALIBRATE_RANGES_H_
