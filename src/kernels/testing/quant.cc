#include "kernels/testing/quant.h"

namespace octet::kernels {

QuantParams RandomQuant(int64_t entries, Random& random, double scale) {
  QuantParams quant;
  // Sixteen entries behind the last one are there to be read.
  quant.scale.reserve(size_t(entries) + 16);
  quant.zero_point.reserve(size_t(entries) + 16);
  for (int64_t i = 0; i < entries; ++i) {
    quant.scale.push_back(float(scale) * random.Real(0.5f, 2));
    quant.zero_point.push_back(int32_t(random.Int(0, 255)));
  }
  return quant;
}

ChannelQuant View(const QuantParams& quant) {
  return {quant.scale.data(), quant.zero_point.data(), quant.per_channel()};
}

}  // namespace octet::kernels
