// Between what octet observes and TensorRT's calibration cache, which knows one
// symmetric range a value.
#ifndef OCTET_COMPILE_CALIBRATE_TENSORRT_RANGES_H_
#define OCTET_COMPILE_CALIBRATE_TENSORRT_RANGES_H_

#include "compile/calibrate/range_rule.h"
#include "compile/calibrate/tensorrt_cache.h"
#include "compile/ir/graph.h"

namespace octet::compile {

// As if one sample had been seen whose extremes are those of the cache, in
// every channel. Values that the cache lacks are left out.
//   errors: kBadInput naming `source` if no name is in both, or a scale is too
//           large.
Result<Ranges> RangesFromCache(const Graph& graph, const TensorRtCache& cache,
                               std::string_view source);

// The larger end of each value's range, divided by 127.
//   errors: those of ChooseRange.
Result<TensorRtCache> CacheFromRanges(const Ranges& ranges,
                                      const RangeChoice& choice);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_CALIBRATE_TENSORRT_RANGES_H_
