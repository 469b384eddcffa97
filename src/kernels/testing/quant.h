// Quantization parameters for tests.
#ifndef OCTET_KERNELS_TESTING_QUANT_H_
#define OCTET_KERNELS_TESTING_QUANT_H_

#include "base/quant.h"
#include "kernels/channel_quant.h"
#include "kernels/testing/random.h"

namespace octet::kernels {

// `entries` scales within a factor of two of `scale`, and any zero points.
QuantParams RandomQuant(int64_t entries, Random& random, double scale);

// The parameters as kernels see them; valid as long as `quant` is.
ChannelQuant View(const QuantParams& quant);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_TESTING_QUANT_H_
