// How conv_u8's AVX-512 kernel lays its tiles, unless the parameters say.
#ifndef OCTET_KERNELS_CONV_U8_CONV_U8_TACTIC_H_
#define OCTET_KERNELS_CONV_U8_CONV_U8_TACTIC_H_

#include <cstdint>

#include "kernels/conv_u8/conv_u8.h"

namespace octet::kernels {

struct ConvU8Tactic {
  int64_t vectors;      // of sixteen channels, at most, in a tile
  int64_t band_pixels;  // output pixels of a band
};

// The parameters' own tactic, or the one with the least estimated work:
// products, loads and the fixed cost of each tile, when `panels` panels and
// rows of pixels are spread evenly over tiles.
ConvU8Tactic TacticOf(const ConvU8Params& params, int64_t panels);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_CONV_U8_CONV_U8_TACTIC_H_
