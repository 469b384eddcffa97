// Scale and zero point: how integers stand for real numbers.
#ifndef OCTET_BASE_QUANT_H_
#define OCTET_BASE_QUANT_H_

#include <cstdint>
#include <vector>

#include "octet/status.h"

namespace octet {

// x = scale * (q - zero_point), q in u8.
//
//   granularity: one entry (per_tensor), or one per channel, the channel being
//                the innermost axis (NHWC).
//   scale:       real units per step, positive and normal.
//   zero_point:  0..255.
// Signed 8-bit activations are the same thing with q ^ 0x80, see numerics.
struct QuantParams {
  std::vector<float> scale;
  std::vector<int32_t> zero_point;

  bool per_channel() const { return scale.size() > 1; }
  bool operator==(const QuantParams&) const = default;
};

// Products of two differences of codes whose sum an int32 always holds.
inline constexpr int64_t kMostProductsOfCodes = 2147483647 / (255 * 255);
// Codes of an average, whose sum an int32 always holds.
inline constexpr int64_t kMostAveragedCodes = int64_t{1} << 23;

// Low and high of a value, in real units.
struct Range {
  float low = 0;
  float high = 0;
};

// Turns a range into a scale and a zero point of u8, asymmetric.
//
//   range:   widened to include 0, so that padding stays exact; the scale is
//            then adjusted so that both ends are covered after the zero point
//            was rounded. A range of a single value v gets
//            max(|v|, 2^-20) / 255.
//   errors:  kBadInput if a bound is NaN or infinite.
//   source:  Jacob et al., CVPR 2018, section 2.1.
Result<QuantParams> ChooseQuantParams(Range range);

// One scale and zero point for each channel's range.
Result<QuantParams> ChooseQuantParams(const std::vector<Range>& channels);

// q = sat(rne(x / scale) + zero_point); NaN becomes the zero point, infinities
// saturate.
uint8_t QuantizeU8(float x, float scale, int32_t zero_point);

// scale * (q - zero_point), rounded once.
inline float Dequantize(int32_t q, float scale, int32_t zero_point) {
  return float(q - zero_point) * scale;
}

}  // namespace octet

#endif  // OCTET_BASE_QUANT_H_
