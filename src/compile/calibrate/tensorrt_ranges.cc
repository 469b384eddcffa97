#include "compile/calibrate/tensorrt_ranges.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "compile/calibrate/calibrate.h"

namespace octet::compile {
namespace {

constexpr float kHighestCode = 127;  // of a symmetric int8 code

// Without bins every rule gives the extremes; the zero says that it was seen.
bool See(float most, ValueRange& value) {
  if (!value.histogram.Restore(Histogram::kMinExponent, {}, 1, 0,
                               {-most, most})) {
    return false;
  }
  std::ranges::fill(value.channel_low, -most);
  std::ranges::fill(value.channel_high, most);
  value.low_sum.Add(-most);
  value.high_sum.Add(most);
  value.low_sample = value.high_sample = 0;
  return true;
}

}  // namespace

Result<Ranges> RangesFromCache(const Graph& graph, const TensorRtCache& cache,
                               std::string_view source) {
  Ranges ranges = NothingSeen(graph);
  std::erase_if(ranges.values, [&](const ValueRange& value) {
    return !cache.scale.contains(value.name);
  });
  if (ranges.values.empty()) {
    return BadInput(
        "{}: has {} values, none of them of this model; give the cache of this "
        "model, or calibrate with --calib DATA",
        source, cache.scale.size());
  }
  for (ValueRange& value : ranges.values) {
    const float scale = cache.scale.at(value.name);
    if (See(scale * kHighestCode, value)) continue;
    return BadInput("{}: the scale {} of '{}' is too large", source, scale,
                    value.name);
  }
  ranges.samples = 1;
  return ranges;
}

Result<TensorRtCache> CacheFromRanges(const Ranges& ranges,
                                      const RangeChoice& choice) {
  TensorRtCache cache;
  // TensorRT names a cache after its calibrator; those that octet has and it
  // lacks come nearest to its min-max.
  cache.header = choice.rule == RangeRule::kEntropy
                     ? "TRT-8601-EntropyCalibration2"
                     : "TRT-8601-MinMaxCalibration";
  for (const ValueRange& value : ranges.values) {
    OCTET_ASSIGN(const Range range, ChooseRange(value, choice, ranges.samples));
    cache.scale[value.name] = std::max(-range.low, range.high) / kHighestCode;
  }
  return cache;
}

}  // namespace octet::compile
