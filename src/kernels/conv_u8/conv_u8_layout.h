// Where the packed weights of conv_u8 lie (see conv_u8_pack.h).
#ifndef OCTET_KERNELS_CONV_U8_CONV_U8_LAYOUT_H_
#define OCTET_KERNELS_CONV_U8_CONV_U8_LAYOUT_H_

#include <cstdint>

#include "kernels/conv_u8/conv_u8.h"

namespace octet::kernels {

struct ConvU8WeightShape;

struct ConvU8Layout {
  int64_t runs;         // of one part
  int64_t run_length;   // bytes of x
  int64_t k4;           // groups of four bytes in a run
  int64_t panels;       // of one group
  int64_t panel_bytes;  // of one part
};

ConvU8Layout LayoutOf(const ConvU8WeightShape& shape);
ConvU8Layout LayoutOf(const ConvU8Params& params);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_CONV_U8_CONV_U8_LAYOUT_H_
