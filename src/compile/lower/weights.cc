#include "compile/lower/weights.h"

#include <algorithm>
#include <cmath>

namespace octet::compile {
namespace {

constexpr float kMaxCode = 127.0f;
// Imported codes q - z of 8-bit q and z.
constexpr float kMaxImported = 255.0f;

float SymmetricScale(std::span<const float> w) {
  float peak = 0;
  for (float x : w) peak = std::max(peak, std::abs(x));
  const float scale = peak / kMaxCode;
  // A denormal scale would not be a scale; such weights are as good as zero.
  return std::isnormal(scale) ? scale : 1.0f;
}

}  // namespace

WeightCodes QuantizeWeights(std::span<const float> w, int64_t outputs,
                            const std::vector<float>& given) {
  const size_t taps = outputs == 0 ? 0 : w.size() / size_t(outputs);
  WeightCodes result;
  result.codes.reserve(w.size());
  for (size_t o = 0; o < size_t(outputs); ++o) {
    const auto row = w.subspan(o * taps, taps);
    const float scale =
        given.empty() ? SymmetricScale(row) : given[given.size() == 1 ? 0 : o];
    const float limit = given.empty() ? kMaxCode : kMaxImported;
    result.scale.push_back(scale);
    for (float x : row) {
      const float code = std::clamp(std::nearbyint(x / scale), -limit, limit);
      result.codes.push_back(int32_t(code));
    }
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
