// Padding so wide that positions of a convolution's window see nothing else: a
// Pad in front takes what is too much. Kernels may count on every position
// touching the image, which bounds the memory of a padded copy.
#include <algorithm>
#include <array>

#include "compile/ir/dims.h"
#include "compile/passes/passes.h"
#include "compile/passes/rewriter.h"
#include "compile/passes/window_reach.h"

namespace octet::compile {
namespace {

bool SplitBorder(Rewriter& r, NodeId n) {
  const auto* conv = std::get_if<Conv>(&r.node(n).op);
  if (conv == nullptr) return false;
  const auto most = Reach(*conv, r.value(r.node(n).inputs[1]).shape);
  Conv inner = *conv;
  Pad pad{.before = {0, 0, 0, 0}, .after = {0, 0, 0, 0}};
  for (size_t i = 0; i < 2; ++i) {
    inner.pads[i] = std::min(conv->pads[i], most[i]);
    inner.pads[i + 2] = std::min(conv->pads[i + 2], most[i]);
    pad.before[i + 1] = conv->pads[i] - inner.pads[i];
    pad.after[i + 1] = conv->pads[i + 2] - inner.pads[i + 2];
  }
  if (inner.pads == conv->pads) return false;
  const ValueId x = r.node(n).inputs[0];
  const Value& image = r.value(x);
  Shape shape = image.shape;
  for (int64_t i = 1; i < 3; ++i) {
    if (!IsNumber(shape[i])) return false;
    shape[i] += pad.before[size_t(i)] + pad.after[size_t(i)];
  }
  const ValueId padded = r.AddValue(image.name + "_padded", image.dtype, shape);
  r.AddNode(n, pad, {x}, padded);
  r.op(n) = inner;
  r.SetInput(n, 0, padded);
  return true;
}

}  // namespace

Result<bool> SplitPad(Graph& graph) {
  return RewriteUntilStable(graph, SplitBorder);
}

}  // namespace octet::compile
