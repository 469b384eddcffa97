// Elements of packed weights, as the kernels that read them lay them out
// (kernels/conv_u8/conv_u8_pack.h and its siblings; a test in runtime holds the
// two together, since this room may not see those).
//
// nullopt: the numbers are so large that the size overflows.
#ifndef OCTET_ENGINE_PACKED_SIZE_H_
#define OCTET_ENGINE_PACKED_SIZE_H_

#include <cstdint>
#include <optional>

#include "engine/program.h"

namespace octet::engine {

// s8 [group][panels][parts * runs][k4][16][4].
std::optional<int64_t> PackedConvU8Size(int64_t out_channels,
                                        int64_t in_channels, int64_t group,
                                        const Window& window,
                                        int64_t weight_parts);

// f32 [group][panels][kernel_h * kernel_w * in_channels / group][16].
std::optional<int64_t> PackedConvF32Size(int64_t out_channels,
                                         int64_t in_channels, int64_t group,
                                         const Window& window);

// halves [group][panels][kernel_h * kernel_w][pairs][16][2].
std::optional<int64_t> PackedConvHalfSize(int64_t out_channels,
                                          int64_t in_channels, int64_t group,
                                          const Window& window);

// [kernel_h * kernel_w][channels rounded up to `block`].
std::optional<int64_t> PackedDepthwiseSize(int64_t channels,
                                           const Window& window, int64_t block);

// n up to the next multiple; n is far from overflow.
inline int64_t RoundUp(int64_t n, int64_t multiple) {
  return (n + multiple - 1) / multiple * multiple;
}

}  // namespace octet::engine

#endif  // OCTET_ENGINE_PACKED_SIZE_H_
