#include "compile/lower/weights.h"

#include <algorithm>
#include <cmath>

namespace octet::compile {
namespace {

constexpr float kMaxCode = 127.0f;
// Imported codes q - z of 8-bit q and z.
constexpr float kMaxImported = 255.0f;

float SymmetricScale(std::span<const float> w, float least, float clip) {
  float peak = 0;
  for (float x : w) peak = std::max(peak, std::abs(x));
  if (peak == 0) return 1.0f;
  return std::max(peak * clip / kMaxCode, least);
}

void AppendCodes(std::span<const float> w, float scale, float limit,
                 WeightCodes& result) {
  result.scale.push_back(scale);
  for (float x : w) {
    const float code = std::clamp(std::nearbyint(x / scale), -limit, limit);
    result.codes.push_back(int32_t(code));
  }
}

}  // namespace

WeightCodes QuantizeWeights(std::span<const float> w, int64_t outputs,
                            const std::vector<float>& given) {
  const size_t taps = outputs == 0 ? 0 : w.size() / size_t(outputs);
  WeightCodes result;
  result.codes.reserve(w.size());
  for (size_t o = 0; o < size_t(outputs); ++o) {
    AppendCodes(w.subspan(o * taps, taps), given[given.size() == 1 ? 0 : o],
                kMaxImported, result);
  }
  return result;
}

WeightCodes QuantizeWeightsPerOutput(std::span<const float> w,
                                     std::span<const float> least,
                                     std::span<const float> clip) {
  const size_t taps = least.empty() ? 0 : w.size() / least.size();
  WeightCodes result;
  result.codes.reserve(w.size());
  for (size_t o = 0; o < least.size(); ++o) {
    const auto row = w.subspan(o * taps, taps);
    AppendCodes(row,
                SymmetricScale(row, least[o], clip.empty() ? 1.0f : clip[o]),
                kMaxCode, result);
  }
  return result;
}

std::vector<float> Transposed(std::span<const float> b, int64_t rows,
                              int64_t columns) {
  std::vector<float> out(b.size());
  for (int64_t r = 0; r < rows; ++r) {
    for (int64_t c = 0; c < columns; ++c) {
      out[size_t(c * rows + r)] = b[size_t(r * columns + c)];
    }
  }
  return out;
}

}  // namespace octet::compile
