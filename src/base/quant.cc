#include "base/quant.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"

namespace octet {
namespace {

constexpr float kLevels = 255.0f;
constexpr float kSmallest = 0x1p-20f;

struct Pair {
  float scale;
  int32_t zero_point;
};

Pair Choose(Range range) {
  const double low = std::min(range.low, 0.0f);
  const double high = std::max(range.high, 0.0f);
  const double width = high - low;
  if (width < kSmallest) {
    const float peak = float(std::max({-low, high, double(kSmallest)}));
    return {peak / kLevels, low < 0 ? 255 : 0};
  }
  const int32_t zero = int32_t(std::nearbyint(-low / width * kLevels));
  // Rounding the zero point shifts the grid; a slightly larger step makes it
  // reach both ends again.
  double scale = width / kLevels;
  if (zero > 0) scale = std::max(scale, -low / zero);
  if (zero < 255) scale = std::max(scale, high / (255 - zero));
  const double limit = std::numeric_limits<float>::max();
  float rounded = float(std::min(scale, limit));
  return {std::max(rounded, std::numeric_limits<float>::min()), zero};
}

}  // namespace

Result<QuantParams> ChooseQuantParams(Range range) {
  return ChooseQuantParams(std::vector<Range>{range});
}

Result<QuantParams> ChooseQuantParams(const std::vector<Range>& channels) {
  QuantParams params;
  for (const Range& range : channels) {
    if (!std::isfinite(range.low) || !std::isfinite(range.high)) {
      return BadInput("range [{}, {}] is not finite", range.low, range.high);
    }
    const Pair pair = Choose(range);
    params.scale.push_back(pair.scale);
    params.zero_point.push_back(pair.zero_point);
  }
  return params;
}

uint8_t QuantizeU8(float x, float scale, int32_t zero_point) {
  if (std::isnan(x)) return uint8_t(zero_point);
  const float steps = std::nearbyint(x / scale);
  const float low = float(-zero_point);
  const float high = float(255 - zero_point);
  return uint8_t(int32_t(std::clamp(steps, low, high)) + zero_point);
}

}  // namespace octet
