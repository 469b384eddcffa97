#include <utility>

#include "compile/ir/dims.h"
#include "compile/onnx/operators.h"
#include "compile/onnx/permute.h"
#include "compile/onnx/window.h"

namespace octet::compile {
namespace {

// [O, I, kh, kw] to [O, kh, kw, I]; [O, I, k] to [O, 1, k, I].
Result<ValueId> ConvWeights(GraphBuilder& builder, ValueId w) {
  if (builder.shape(w).rank() == 4) {
    return PermuteWeights(builder, w, {0, 2, 3, 1});
  }
  return PermuteWeights(builder, w, {0, 2, 1}, 1);
}

}  // namespace

Status ImportConv(GraphBuilder& builder, const OnnxNode& node) {
  const Value& x = builder.value(node.In(0));
  const Value& w = builder.value(node.In(1));
  if (!x.has_shape || !w.has_shape || x.shape.rank() != w.shape.rank()) {
    return node.Bad("its input and weights must have as many dimensions");
  }
  if (w.shape.rank() != 3 && w.shape.rank() != 4) {
    return node.Cannot("convolution over {} dimensions; octet has one and two",
                       w.shape.rank() - 2);
  }
  if (!IsConcrete(w.shape)) {
    return node.Cannot("weights of symbolic shape; export with a fixed one");
  }
  std::vector<int64_t> kernel;
  for (int i = 2; i < w.shape.rank(); ++i) kernel.push_back(w.shape[i]);
  if (node.Ints("kernel_shape", kernel) != kernel) {
    return node.Bad("kernel_shape differs from its weights' shape");
  }
  OCTET_ASSIGN(const Window window, ReadWindow(builder, node, kernel));
  Conv conv;
  conv.strides = window.strides;
  conv.pads = window.pads;
  conv.dilations = window.dilations;
  conv.group = node.Int("group", 1);
  OCTET_ASSIGN(const ValueId weights, ConvWeights(builder, node.In(1)));
  OCTET_ASSIGN(const ValueId image, ImageOf(builder, node.In(0)));
  std::vector<ValueId> inputs = {image, weights};
  if (node.Has(2)) inputs.push_back(node.In(2));
  OCTET_ASSIGN(const ValueId y,
               builder.Emit(std::move(conv), std::move(inputs), "", "nhwc"));
  return OutputImage(builder, y, int(kernel.size()));
}

}  // namespace octet::compile
