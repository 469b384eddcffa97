// The rules that choose a range from what calibration saw ("calibrators").
#ifndef OCTET_COMPILE_CALIBRATE_RANGE_RULE_H_
#define OCTET_COMPILE_CALIBRATE_RANGE_RULE_H_

#include <span>
#include <string>
#include <string_view>

#include "compile/calibrate/ranges.h"

namespace octet::compile {

enum class RangeRule : uint8_t {
  kMinMax,         // the extremes
  kMeanMinMax,     // the mean over samples of each sample's extremes
  kEntropy,        // least KL divergence
  kPercentile,     // a share of the values on both ends
  kMse,            // least squared error
  kMovingAverage,  // extremes averaged over the samples in order
};

// A rule with its parameter: "mse", "percentile:99.99".
struct RangeChoice {
  RangeRule rule = RangeRule::kMse;
  double percentile = 99.99;  // kPercentile: of the values, two-sided

  std::string ToString() const;
};
//   errors: kUsage, with "did you mean".
Result<RangeChoice> ParseRangeChoice(std::string_view text);

// The range of one value. A value that was never seen gets {0, 0}.
//   errors: kUsage for kMovingAverage where it was not observed.
Result<Range> ChooseRange(const ValueRange& value, const RangeChoice& choice,
                          uint64_t samples);

// Minimizes the KL divergence between the values and their quantized form over
// symmetric thresholds: 2048 bins of |x|; candidates of 128, 144, ... 2048 bins
// quantized to 128 levels; values beyond the threshold are added to the last
// bin of P; Q is expanded over P's non-empty bins; the zero bin is replaced by
// its neighbour; of equal minima the last wins.
//   returns: the number of bins up to the threshold.
//   source:  Migacz, "8-bit inference with TensorRT", GTC 2017.
int EntropyThresholdBins(std::span<const uint64_t> magnitudes);

// Minimizes the expected squared error of rounding and clipping over both ends.
Range MseRange(const Histogram& histogram);

// Leaves (100 - percentile) / 2 % of the values outside on each side.
Range PercentileRange(const Histogram& histogram, double percentile);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_CALIBRATE_RANGE_RULE_H_
