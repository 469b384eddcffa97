#include <utility>

#include "compile/onnx/operators.h"
#include "compile/onnx/window.h"

namespace octet::compile {
namespace {

Status ImportPool(GraphBuilder& builder, const OnnxNode& node, PoolOp op) {
  const Value& x = builder.value(node.In(0));
  if (!x.has_shape || (x.shape.rank() != 3 && x.shape.rank() != 4)) {
    return node.Cannot("pooling of {} dimensions; octet has one and two",
                       x.shape.rank() - 2);
  }
  const std::vector<int64_t> kernel = node.Ints("kernel_shape", {});
  if (int(kernel.size()) != x.shape.rank() - 2) {
    return node.Bad("kernel_shape of {} entries for an input of {} dimensions",
                    kernel.size(), x.shape.rank());
  }
  OCTET_ASSIGN(const Window window, ReadWindow(builder, node, kernel));
  if (window.dilations != std::array<int64_t, 2>{1, 1}) {
    return node.Cannot("dilated pooling; use a dilation of 1");
  }
  Pool pool;
  pool.op = op;
  pool.kernel = window.kernel;
  pool.strides = window.strides;
  pool.pads = window.pads;
  pool.count_include_pad = node.Int("count_include_pad", 0) != 0;
  if (pool.count_include_pad && window.padded_by_ceil) {
    return node.Cannot(
        "count_include_pad together with ceil_mode where a window hangs over "
        "the edge; pad explicitly before export");
  }
  for (int i = 0; i < 4; ++i) {
    if (pool.pads[i] >= pool.kernel[i % 2]) {
      return node.Cannot("padding as wide as the window; pad explicitly");
    }
  }
  // Without padding both ways of counting are one.
  if (pool.pads == std::array<int64_t, 4>{}) pool.count_include_pad = false;
  OCTET_ASSIGN(const ValueId image, ImageOf(builder, node.In(0)));
  OCTET_ASSIGN(const ValueId y,
               builder.Emit(std::move(pool), {image}, "", "nhwc"));
  return OutputImage(builder, y, int(kernel.size()));
}

}  // namespace

Status ImportMaxPool(GraphBuilder& builder, const OnnxNode& node) {
  // Only says how the indices, an output octet does not have, are counted.
  static_cast<void>(node.Int("storage_order", 0));
  return ImportPool(builder, node, PoolOp::kMax);
}

Status ImportAveragePool(GraphBuilder& builder, const OnnxNode& node) {
  return ImportPool(builder, node, PoolOp::kAverage);
}

Status ImportGlobalPool(GraphBuilder& builder, const OnnxNode& node) {
  const Value& x = builder.value(node.In(0));
  if (!x.has_shape || x.shape.rank() < 3) {
    return node.Bad("its input has {} dimensions, at least 3 are needed",
                    x.shape.rank());
  }
  Reduce reduce;
  reduce.op = node.type() == "GlobalMaxPool" ? ReduceOp::kMax : ReduceOp::kMean;
  if (x.shape.rank() == 4) {
    reduce.axes = {1, 2};
    OCTET_ASSIGN(const ValueId image, builder.ToNhwc(node.In(0)));
    OCTET_ASSIGN(const ValueId y,
                 builder.Emit(std::move(reduce), {image}, "", "nhwc"));
    return builder.OutputFromNhwc(y);
  }
  for (int axis = 2; axis < x.shape.rank(); ++axis) {
    reduce.axes.push_back(axis);
  }
  return builder.EmitOutput(std::move(reduce), {node.In(0)});
}

}  // namespace octet::compile
