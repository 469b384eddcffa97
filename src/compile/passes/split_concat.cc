// Pixels of several images are put behind one another and split along channels
// again: how detectors gather what they found at each size. Each of the
// channels' groups is put together alone, from what was one value before;
// nothing is left to copy.
//
//   Slice(Concat(Reshape(Concat(a, b)), Reshape(Concat(c, d))))
//     -> Concat(Reshape(a), Reshape(c))
//
// The outer concatenation is along any axis but the channels, the slice and the
// inner ones are along these.
#include <optional>

#include "compile/passes/constant_values.h"
#include "compile/passes/passes.h"
#include "compile/passes/rewriter.h"

namespace octet::compile {
namespace {

struct Channels {
  int64_t first, count;
};

int64_t WidthOf(const Value& value) {
  return value.shape[value.shape.rank() - 1];
}

// The channels that a slice takes if it takes nothing but some channels, all
// that lie side by side.
std::optional<Channels> ChannelsOf(const Rewriter& r, NodeId n) {
  const auto* slice = std::get_if<Slice>(&r.node(n).op);
  if (slice == nullptr || r.node(n).inputs.size() != 1) return std::nullopt;
  const Shape& shape = r.value(r.node(n).inputs[0]).shape;
  const size_t last = size_t(shape.rank()) - 1;
  for (size_t i = 0; i <= last; ++i) {
    const bool whole = slice->sizes[i] == shape[int(i)];
    if (slice->steps[i] != 1 || (i < last && !whole)) return std::nullopt;
  }
  return Channels{slice->starts[last], slice->sizes[last]};
}

// A part of the outer concatenation: the reshape that it may be, and the values
// that it has side by side.
struct Part {
  NodeId reshape = kNoNode;
  NodeId inner = kNoNode;
};

std::optional<Part> PartOf(const Rewriter& r, ValueId v) {
  Part part;
  part.inner = r.producer(v);
  const int64_t width = WidthOf(r.value(v));
  if (r.Maker<Reshape>(v) != nullptr) {
    if (r.node(part.inner).inputs.size() != 1) return std::nullopt;
    part.reshape = part.inner;
    v = r.node(part.reshape).inputs[0];
    if (r.OnlyReader(v) != part.reshape) return std::nullopt;
    part.inner = r.producer(v);
  }
  const Concat* inner = r.Maker<Concat>(v);
  const Value& value = r.value(v);
  if (inner == nullptr || !HasConcreteShape(value) || WidthOf(value) != width ||
      inner->axis != value.shape.rank() - 1) {
    return std::nullopt;
  }
  return part;
}

// The operand of a concatenation that holds exactly these channels, or none.
ValueId OperandAt(const Rewriter& r, NodeId concat, const Channels& channels) {
  int64_t first = 0;
  for (ValueId v : r.node(concat).inputs) {
    const int64_t count = WidthOf(r.value(v));
    if (first == channels.first && count == channels.count) return v;
    first += count;
  }
  return kNoValue;
}

// The same channels of a part, as the outer concatenation's slice sees them.
ValueId AddPart(Rewriter& r, const Part& part, const Channels& channels) {
  const ValueId operand = OperandAt(r, part.inner, channels);
  if (part.reshape == kNoNode) return operand;
  const Value& whole = r.value(r.node(part.reshape).outputs[0]);
  Shape shape = whole.shape;
  shape[shape.rank() - 1] = channels.count;
  const ValueId y =
      r.AddValue(r.value(operand).name + "_" + whole.name, whole.dtype, shape);
  r.AddNode(part.reshape,
            Reshape{.dims = {shape.dims().begin(), shape.dims().end()}},
            {operand}, y);
  return y;
}

bool SplitConcat(Rewriter& r, NodeId n) {
  const Concat* outer = std::get_if<Concat>(&r.node(n).op);
  if (outer == nullptr) return false;
  const ValueId y = r.node(n).outputs[0];
  const Value& value = r.value(y);
  if (r.is_output(y) || r.readers(y).empty() || !HasConcreteShape(value) ||
      outer->axis == value.shape.rank() - 1) {
    return false;
  }
  std::vector<Part> parts;
  for (ValueId v : r.node(n).inputs) {
    const auto part = PartOf(r, v);
    if (!part || r.OnlyReader(v) != n) return false;
    parts.push_back(*part);
  }
  const std::vector<NodeId> slices = r.readers(y);
  for (NodeId slice : slices) {
    const auto channels = ChannelsOf(r, slice);
    if (!channels) return false;
    for (const Part& part : parts) {
      if (OperandAt(r, part.inner, *channels) == kNoValue) return false;
    }
  }
  const Concat op = *outer;
  for (NodeId slice : slices) {
    const Channels channels = *ChannelsOf(r, slice);
    std::vector<ValueId> inputs;
    for (const Part& part : parts) inputs.push_back(AddPart(r, part, channels));
    r.op(slice) = op;
    r.SetInputsOfFused(slice, std::move(inputs));
  }
  return true;
}

}  // namespace

Result<bool> SplitConcats(Graph& graph) {
  return RewriteUntilStable(graph, SplitConcat);
}

}  // namespace octet::compile
