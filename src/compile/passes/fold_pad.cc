// Padding of an image that a convolution or pooling behind it does as well.
#include <algorithm>
#include <array>
#include <limits>
#include <optional>

#include "compile/passes/passes.h"
#include "compile/passes/rewriter.h"
#include "compile/passes/window_reach.h"

namespace octet::compile {
namespace {

// Top, left, bottom, right.
using Borders = std::array<int64_t, 4>;

bool PadsImageOnly(const Pad& pad) {
  return pad.mode == PadMode::kConstant && pad.before.size() == 4 &&
         pad.before[0] == 0 && pad.before[3] == 0 && pad.after[0] == 0 &&
         pad.after[3] == 0 && pad.before[1] >= 0 && pad.before[2] >= 0 &&
         pad.after[1] >= 0 && pad.after[2] >= 0;
}

Borders Sum(const Borders& pads, const Pad& pad) {
  return {pads[0] + pad.before[1], pads[1] + pad.before[2],
          pads[2] + pad.after[1], pads[3] + pad.after[2]};
}

// Whether no element of the value is below 0.
bool IsNeverNegative(const Rewriter& r, ValueId value) {
  const auto* op = r.Maker<Unary>(value);
  if (op == nullptr) return false;
  const Function& f = op->function;
  return f.kind == FunctionKind::kRelu || f.kind == FunctionKind::kSigmoid ||
         f.kind == FunctionKind::kHardSigmoid ||
         (f.kind == FunctionKind::kClip && f.alpha >= 0 && f.beta >= 0);
}

// Whether no position of the window sees padding alone.
bool TouchesImage(const Borders& pads, const std::array<int64_t, 2>& reach) {
  return pads[0] <= reach[0] && pads[2] <= reach[0] && pads[1] <= reach[1] &&
         pads[3] <= reach[1];
}

// A maximum leaves padding out. That is the same where the padding never wins.
bool MaximumIgnores(const Rewriter& r, const Pad& pad, ValueId x) {
  return pad.value <= std::numeric_limits<float>::lowest() ||
         (pad.value == 0 && IsNeverNegative(r, x));
}

// What the reader becomes if it pads itself; nullopt where it cannot.
std::optional<Op> PaddedBy(const Rewriter& r, NodeId reader, const Pad& pad,
                           ValueId x) {
  Op op = r.node(reader).op;
  if (auto* conv = std::get_if<Conv>(&op)) {
    conv->pads = Sum(conv->pads, pad);
    const Shape& weight = r.value(r.node(reader).inputs[1]).shape;
    if (pad.value != 0 || !TouchesImage(conv->pads, Reach(*conv, weight))) {
      return std::nullopt;
    }
    return op;
  }
  auto* pool = std::get_if<Pool>(&op);
  if (pool == nullptr) return std::nullopt;
  if (pool->op == PoolOp::kMax) {
    if (!MaximumIgnores(r, pad, x)) return std::nullopt;
  } else {
    // The zeros of the Pad count; those of the pooling itself must too then.
    if (pad.value != 0 ||
        (!pool->count_include_pad && pool->pads != Borders{})) {
      return std::nullopt;
    }
    pool->count_include_pad = true;
  }
  pool->pads = Sum(pool->pads, pad);
  if (!TouchesImage(pool->pads, Reach(*pool))) return std::nullopt;
  return op;
}

bool FoldIntoReader(Rewriter& r, NodeId n) {
  const auto* found = std::get_if<Pad>(&r.node(n).op);
  if (found == nullptr || r.node(n).inputs.size() != 1 ||
      !PadsImageOnly(*found)) {
    return false;
  }
  const Pad pad = *found;
  const ValueId x = r.node(n).inputs[0];
  const ValueId padded = r.node(n).outputs[0];
  const std::vector<NodeId> readers = r.readers(padded);
  // All or none: a padded copy that stays is no gain.
  std::vector<Op> ops;
  for (NodeId reader : readers) {
    auto op = PaddedBy(r, reader, pad, x);
    const auto& inputs = r.node(reader).inputs;
    if (!op || inputs[0] != padded || std::ranges::count(inputs, padded) > 1) {
      return false;
    }
    ops.push_back(*std::move(op));
  }
  if (readers.empty() || r.is_output(padded)) return false;
  for (size_t i = 0; i < readers.size(); ++i) {
    r.op(readers[i]) = ops[i];
    r.InheritOrigins(readers[i], n);
    r.SetInput(readers[i], 0, x);
  }
  return true;
}

}  // namespace

Result<bool> FoldPad(Graph& graph) {
  return RewriteUntilStable(graph, FoldIntoReader);
}

}  // namespace octet::compile
