// What convolution and pooling share: their window, and images of one or two
// dimensions in NCHW.
#ifndef OCTET_COMPILE_ONNX_WINDOW_H_
#define OCTET_COMPILE_ONNX_WINDOW_H_

#include <array>
#include <cstdint>
#include <vector>

#include "compile/onnx/graph_builder.h"
#include "octet/status.h"

namespace octet::compile {

// Two-dimensional; a one-dimensional window has a height of 1.
struct Window {
  std::array<int64_t, 2> kernel{1, 1};
  std::array<int64_t, 2> strides{1, 1};
  std::array<int64_t, 2> dilations{1, 1};
  std::array<int64_t, 4> pads{};  // top, left, bottom, right
  // Whether ceil_mode made the padding at the bottom or right bigger.
  bool padded_by_ceil = false;
};

// Reads strides, dilations, pads, auto_pad and ceil_mode of a node whose input
// 0 is [N, C, W] or [N, C, H, W]. ceil_mode becomes padding at the end.
//   kernel: one or two sizes.
//   errors: kBadInput for wrong lengths and numbers; kUnsupported where padding
//           depends on a size that is not known yet.
Result<Window> ReadWindow(GraphBuilder& builder, const OnnxNode& node,
                          const std::vector<int64_t>& kernel);

// x as [N, H, W, C]; [N, C, W] becomes [N, 1, W, C].
Result<ValueId> ImageOf(GraphBuilder& builder, ValueId x);

// Output 0 of the current ONNX node is the image y, of as many dimensions.
Status OutputImage(GraphBuilder& builder, ValueId y, int dimensions);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_ONNX_WINDOW_H_
