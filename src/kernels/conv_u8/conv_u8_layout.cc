#include "kernels/conv_u8/conv_u8_layout.h"

#include "kernels/conv_u8/conv_u8_pack.h"

namespace octet::kernels {

ConvU8Layout LayoutOf(const ConvU8WeightShape& shape) {
  const int64_t depth = shape.in_channels / shape.group;
  const bool row_is_one_run =
      shape.kernel_w == 1 || (shape.group == 1 && shape.dilation_w == 1);
  ConvU8Layout layout;
  layout.runs =
      row_is_one_run ? shape.kernel_h : shape.kernel_h * shape.kernel_w;
  layout.run_length = row_is_one_run ? shape.kernel_w * depth : depth;
  layout.k4 = (layout.run_length + 3) / 4;
  layout.panels = (shape.out_channels / shape.group + 15) / 16;
  layout.panel_bytes = layout.runs * layout.k4 * 64;
  return layout;
}

ConvU8Layout LayoutOf(const ConvU8Params& params) {
  return LayoutOf(ConvU8WeightShape{params.out_channels, params.window.kernel_h,
                                    params.window.kernel_w, params.in_channels,
                                    params.group, params.window.dilation_w});
}

}  // namespace octet::kernels
