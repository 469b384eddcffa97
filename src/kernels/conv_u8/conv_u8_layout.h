// Where the packed weights of conv_u8 lie (see conv_u8_pack.h).
#ifndef OCTET_KERNELS_CONV_U8_CONV_U8_LAYOUT_H_
#define OCTET_KERNELS_CONV_U8_CONV_U8_LAYOUT_H_

#include <cstdint>

#include "kernels/conv_u8/conv_u8.h"
#include "kernels/conv_u8/conv_u8_pack.h"

namespace octet::kernels {

struct ConvU8Layout {
  int64_t runs;        // of one part
  int64_t run_length;  // bytes of x
  int64_t k4;          // groups of four bytes in a run
  int64_t panels;      // of one group

  int64_t PanelBytes(int64_t weight_parts) const {
    return weight_parts * runs * k4 * 64;
  }
};

inline ConvU8Layout LayoutOf(const ConvU8WeightShape& shape) {
  const int64_t depth = shape.in_channels / shape.group;
  const bool row_is_one_run =
      shape.kernel_w == 1 || (shape.group == 1 && shape.dilation_w == 1);
  ConvU8Layout layout;
  layout.runs =
      row_is_one_run ? shape.kernel_h : shape.kernel_h * shape.kernel_w;
  layout.run_length = row_is_one_run ? shape.kernel_w * depth : depth;
  layout.k4 = (layout.run_length + 3) / 4;
  layout.panels = (shape.out_channels / shape.group + 15) / 16;
  return layout;
}

inline ConvU8Layout LayoutOf(const ConvU8Params& params) {
  return LayoutOf(ConvU8WeightShape{params.out_channels, params.window.kernel_h,
                                    params.window.kernel_w, params.in_channels,
                                    params.group, params.window.dilation_w});
}

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_CONV_U8_CONV_U8_LAYOUT_H_
