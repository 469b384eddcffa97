#include "compile/search/coded.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

namespace octet::compile {
namespace {

TEST(RoundToCodes, RoundsAsQuantizeAndDequantizeDo) {
  constexpr float kInf = std::numeric_limits<float>::infinity();
  std::vector<float> x = {0.0f, -0.0f, 1e9f, -1e9f, kInf, -kInf, NAN, 1e-30f};
  for (int i = -600; i <= 600; ++i) x.push_back(float(i) * 0.25f);
  const std::vector<QuantParams> all = {
      {{0.5f}, {0}}, {{0.5f}, {255}}, {{0.37f}, {101}}, {{0.5f, 0.3f}, {3, 9}}};
  x.resize(x.size() / 2 * 2);
  for (const QuantParams& quant : all) {
    std::vector<float> y(x.size());
    RoundToCodes(quant, x, y);
    for (size_t i = 0; i < x.size(); ++i) {
      const size_t c = i % quant.scale.size();
      const float scale = quant.scale[c];
      const int32_t zero = quant.zero_point[c];
      EXPECT_EQ(y[i],
                octet::Dequantize(QuantizeU8(x[i], scale, zero), scale, zero))
          << x[i] << " in steps of " << scale << " from " << zero;
    }
  }
}

}  // namespace
}  // namespace octet::compile
