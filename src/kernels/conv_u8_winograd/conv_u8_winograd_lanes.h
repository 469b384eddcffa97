// What the lanes of conv_u8_winograd have in common (winograd_driver.h).
// Internal linkage, so that files of any instruction set may include this.
#ifndef OCTET_KERNELS_CONV_U8_WINOGRAD_CONV_U8_WINOGRAD_LANES_H_
#define OCTET_KERNELS_CONV_U8_WINOGRAD_CONV_U8_WINOGRAD_LANES_H_

#include <cstdint>

#include "kernels/conv_u8/conv_u8.h"
#include "kernels/conv_u8/conv_u8_piece.h"
#include "kernels/conv_u8_winograd/conv_u8_winograd.h"
#include "kernels/winograd/winograd_driver.h"

namespace octet::kernels {
namespace {

// kOutputScale is 3 times these powers of two.
[[maybe_unused]] constexpr int kOutputBits[4] = {3, 2, 1, 1};

// The inverse of 9 modulo 2^32.
[[maybe_unused]] constexpr uint32_t kInverseOfNine = 954437177;

struct ConvU8WinogradBase {
  using Params = ConvU8Params;
  using In = uint8_t;
  using Element = int16_t;
  using Sum = int32_t;
  static constexpr int kGroup = 4;

  static const uint8_t* Pixels(const Params& p) { return p.x; }
  static int64_t PixelStride(const Params& p) { return p.x_pixel_stride; }
  static uint8_t Edge(const Params& p) { return p.x_zero; }
  static const int8_t* Weights(const Params& p, int64_t panel) {
    return PanelAt(p, panel).weight;
  }
  static const int32_t* Start(const Params& p, int64_t panel) {
    return p.epilogue.comp + 16 * panel;
  }
};

}  // namespace
}  // namespace octet::kernels

#endif  // OCTET_KERNELS_CONV_U8_WINOGRAD_CONV_U8_WINOGRAD_LANES_H_
