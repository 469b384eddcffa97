// Scale and zero point of a u8 operand, as kernels see them.
#ifndef OCTET_KERNELS_CHANNEL_QUANT_H_
#define OCTET_KERNELS_CHANNEL_QUANT_H_

#include <cstdint>

namespace octet::kernels {

// x = scale * (q - zero_point): one pair for the whole tensor, or one for each
// channel (the innermost axis). Plain pointers; kernels may read up to 64 bytes
// behind the last entry, as behind any buffer (work.h).
struct ChannelQuant {
  const float* scale = nullptr;
  const int32_t* zero_point = nullptr;
  bool per_channel = false;
};

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_CHANNEL_QUANT_H_
