#include "compile/onnx/window.h"

#include <algorithm>
#include <string>

#include "compile/ir/dims.h"

namespace octet::compile {
namespace {

constexpr int64_t kMostExtent = int64_t{1} << 31;

// One dimension of a window over `dim` elements.
struct Axis {
  int64_t dim = 1;
  int64_t kernel = 1, stride = 1, dilation = 1;
  int64_t before = 0, after = 0;

  int64_t reach() const { return (kernel - 1) * dilation + 1; }
};

enum class AutoPad { kNone, kUpper, kLower, kValid };

// Padding that makes as many windows as there are strides in the input, rounded
// up; an odd one is put behind (upper) or in front.
Status PadSame(const OnnxNode& node, Axis& axis, bool upper) {
  int64_t total = axis.reach() - 1;
  if (axis.stride != 1) {
    if (!IsNumber(axis.dim)) {
      return node.Cannot(
          "auto_pad SAME with strides over a symbolic size; give the size of "
          "the input's dimensions");
    }
    const int64_t windows = (axis.dim + axis.stride - 1) / axis.stride;
    total = std::max<int64_t>(
        (windows - 1) * axis.stride + axis.reach() - axis.dim, 0);
  }
  axis.before = upper ? total / 2 : total - total / 2;
  axis.after = total - axis.before;
  return {};
}

// ceil_mode: one more window where elements are left, unless it would lie in
// the padding altogether.
Status PadCeil(const OnnxNode& node, Axis& axis, bool& padded) {
  if (axis.stride == 1) return {};
  if (!IsNumber(axis.dim)) {
    return node.Cannot(
        "ceil_mode with strides over a symbolic size; give the size of the "
        "input's dimensions");
  }
  const int64_t room = axis.dim + axis.before + axis.after - axis.reach();
  if (room < 0 || room % axis.stride == 0) return {};
  const int64_t last_start = (room / axis.stride + 1) * axis.stride;
  if (last_start >= axis.dim + axis.before) return {};
  axis.after += axis.stride - room % axis.stride;
  padded = true;
  return {};
}

Result<AutoPad> ReadAutoPad(const OnnxNode& node) {
  const std::string text = node.String("auto_pad", "NOTSET");
  if (text == "NOTSET") return AutoPad::kNone;
  if (text == "SAME_UPPER") return AutoPad::kUpper;
  if (text == "SAME_LOWER") return AutoPad::kLower;
  if (text == "VALID") return AutoPad::kValid;
  return node.Bad(
      "auto_pad is '{}', expected NOTSET, SAME_UPPER, SAME_LOWER or VALID",
      text);
}

Status CheckRange(const OnnxNode& node, const Axis& axis) {
  for (int64_t number : {axis.kernel, axis.stride, axis.dilation}) {
    if (number < 1 || number > kMostExtent) {
      return node.Bad("kernel, strides and dilations must be 1 to 2^31");
    }
  }
  if (axis.kernel > kMostExtent / axis.dilation) {
    return node.Bad("its window is too big");
  }
  for (int64_t pad : {axis.before, axis.after}) {
    if (pad < 0 || pad > kMostExtent) {
      return node.Bad("pads must be 0 to 2^31");
    }
  }
  return {};
}

}  // namespace

Result<Window> ReadWindow(GraphBuilder& builder, const OnnxNode& node,
                          const std::vector<int64_t>& kernel) {
  const size_t rank = kernel.size();
  const auto strides = node.Ints("strides", std::vector<int64_t>(rank, 1));
  const auto dilations = node.Ints("dilations", std::vector<int64_t>(rank, 1));
  const auto pads = node.Ints("pads", std::vector<int64_t>(2 * rank, 0));
  if (strides.size() != rank || dilations.size() != rank ||
      pads.size() != 2 * rank) {
    return node.Bad(
        "strides, dilations or pads do not have one entry for each "
        "of {} dimensions",
        rank);
  }
  OCTET_ASSIGN(const AutoPad auto_pad, ReadAutoPad(node));
  const bool ceil = node.Int("ceil_mode", 0) != 0;
  const Shape& x = builder.shape(node.In(0));
  Window window;
  for (size_t i = 0; i < rank; ++i) {
    Axis axis{x[2 + int(i)], kernel[i], strides[i], dilations[i], 0, 0};
    if (auto_pad == AutoPad::kNone) {
      axis.before = pads[i];
      axis.after = pads[rank + i];
    }
    OCTET_RETURN_IF_ERROR(CheckRange(node, axis));
    if (auto_pad == AutoPad::kUpper || auto_pad == AutoPad::kLower) {
      OCTET_RETURN_IF_ERROR(PadSame(node, axis, auto_pad == AutoPad::kUpper));
    } else if (ceil) {
      OCTET_RETURN_IF_ERROR(PadCeil(node, axis, window.padded_by_ceil));
    }
    const size_t at = i + 2 - rank;
    window.kernel[at] = axis.kernel;
    window.strides[at] = axis.stride;
    window.dilations[at] = axis.dilation;
    window.pads[at] = axis.before;
    window.pads[2 + at] = axis.after;
  }
  return window;
}

Result<ValueId> ImageOf(GraphBuilder& builder, ValueId x) {
  if (builder.shape(x).rank() == 4) return builder.ToNhwc(x);
  // [N, C, W] to [N, W, C] to [N, 1, W, C].
  OCTET_ASSIGN(const ValueId rows,
               builder.Emit(Transpose{{0, 2, 1}}, {x}, "to_nwc"));
  const Shape& shape = builder.shape(rows);
  const int64_t channels = IsNumber(shape[2]) ? shape[2] : 0;
  if (channels > 0) {
    return builder.Emit(Reshape{{0, 1, -1, channels}}, {rows}, "to_2d");
  }
  // Symbolic channels: they must not be what is left over.
  OCTET_ASSIGN(const ValueId tall,
               builder.Emit(Reshape{{0, 0, 0, 1}}, {rows}, "with_height"));
  return builder.Emit(Transpose{{0, 3, 1, 2}}, {tall}, "to_2d");
}

Status OutputImage(GraphBuilder& builder, ValueId y, int dimensions) {
  if (dimensions == 2) return builder.OutputFromNhwc(y);
  // [N, 1, W, C] to [N, C, 1, W] to [N, C, W].
  OCTET_ASSIGN(const ValueId tall,
               builder.Emit(Transpose{{0, 3, 1, 2}}, {y}, "to_nchw"));
  return builder.EmitOutput(Reshape{{0, 0, -1}}, {tall}, "to_1d");
}

}  // namespace octet::compile
