// TensorRT's text calibration cache: a first line of version, then
// "name: hex" with the big-endian bits of a float32 scale, amax / 127.
#ifndef OCTET_COMPILE_CALIBRATE_TENSORRT_CACHE_H_
#define OCTET_COMPILE_CALIBRATE_TENSORRT_CACHE_H_

#include <map>
#include <string>
#include <string_view>

#include "octet/status.h"

namespace octet::compile {

// Of a cache file; one of a large network has some hundred KiB.
inline constexpr size_t kMostTensorRtCacheBytes = size_t(1) << 26;

// Whether a file begins as such a cache does.
bool IsTensorRtCache(std::string_view text);

struct TensorRtCache {
  std::string header;                  // "TRT-8601-EntropyCalibration2"
  std::map<std::string, float> scale;  // symmetric, per tensor: amax / 127
};

//   errors: kBadInput naming `source` and the line.
Result<TensorRtCache> ParseTensorRtCache(std::string_view text,
                                         std::string_view source);
std::string WriteTensorRtCache(const TensorRtCache& cache);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_CALIBRATE_TENSORRT_CACHE_H_
