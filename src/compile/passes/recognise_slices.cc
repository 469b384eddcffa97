// A Gather that takes evenly spaced elements is a Slice, and so is one that
// takes one part of an axis which a Reshape has cut in two: how exporters write
// a channel shuffle that is split again, and the focus of a detector.
//
//   Gather(x, [1, 3, 5])                                -> x[1::2]
//   Gather(Reshape(x, [N, C/2, 2]), 1) along axis 2     -> x[:, 1::2]
//   Gather(Reshape(x, [N, 2, C/2]), 1) along axis 1     -> x[:, C/2:]
//
// No Gather is made, so that a graph after this pass has no more to find.
#include <optional>

#include "compile/passes/constant_values.h"
#include "compile/passes/passes.h"
#include "compile/passes/rewriter.h"

namespace octet::compile {
namespace {

// start, start + step, ...: `size` of them.
struct Steps {
  int64_t start, size, step;
};

int64_t IndexAt(const Tensor& indices, size_t i, int64_t size) {
  const int64_t index = indices.dtype() == DType::kS64
                            ? indices.as<int64_t>()[i]
                            : indices.as<int32_t>()[i];
  return index < 0 ? index + size : index;
}

// The indices of an axis of `size` elements, if they are evenly spaced.
std::optional<Steps> StepsOf(const Value& indices, int64_t size) {
  if (!indices.is_constant() || indices.shape.rank() > 1) return std::nullopt;
  const size_t count = size_t(indices.shape.elements());
  if (count == 0) return std::nullopt;
  const Tensor& list = *indices.data;
  Steps steps{IndexAt(list, 0, size), int64_t(count), 1};
  if (count > 1) steps.step = IndexAt(list, 1, size) - steps.start;
  if (steps.step == 0) return std::nullopt;
  for (size_t i = 0; i < count; ++i) {
    const int64_t index = IndexAt(list, i, size);
    const bool even = index == steps.start + int64_t(i) * steps.step;
    if (!even || index < 0 || index >= size) return std::nullopt;
  }
  return steps;
}

void MakeSlice(Rewriter& r, NodeId n, ValueId x, int axis, const Steps& steps) {
  const Shape& shape = r.value(x).shape;
  const size_t rank = size_t(shape.rank());
  Slice slice{std::vector<int64_t>(rank, 0),
              {shape.dims().begin(), shape.dims().end()},
              std::vector<int64_t>(rank, 1)};
  slice.starts[size_t(axis)] = steps.start;
  slice.sizes[size_t(axis)] = steps.size;
  slice.steps[size_t(axis)] = steps.step;
  r.op(n) = std::move(slice);
  r.SetInputsOfFused(n, {x});
}

// The axis of x that the reshape to `cut` makes into two; -1 if it does
// anything else.
int CutAxis(const Shape& x, const Shape& cut) {
  if (x.rank() == 0 || cut.rank() != x.rank() + 1) return -1;
  int axis = 0;
  while (axis < x.rank() && x[axis] == cut[axis]) ++axis;
  if (axis == x.rank()) --axis;  // an axis of 1 was added behind
  if (x[axis] != cut[axis] * cut[axis + 1]) return -1;
  for (int i = axis + 1; i < x.rank(); ++i) {
    if (x[i] != cut[i + 1]) return -1;
  }
  return axis;
}

// One part of an axis that was cut in two, by one reshape or several.
bool TakesAPart(Rewriter& r, NodeId n, int picked, const Steps& steps) {
  const ValueId parts = r.node(n).inputs[0];
  const Shape cut = r.value(parts).shape;
  ValueId whole = parts;
  while (r.Maker<Reshape>(whole) != nullptr) {
    const Node& reshape = r.node(r.producer(whole));
    whole = reshape.inputs[0];
    const Value& x = r.value(whole);
    if (reshape.inputs.size() != 1 || !HasConcreteShape(x)) return false;
    const int axis = CutAxis(x.shape, cut);
    if (axis < 0 || (picked != axis && picked != axis + 1)) continue;
    const int64_t inner = cut[axis + 1];
    MakeSlice(r, n, whole, axis,
              picked == axis ? Steps{steps.start * inner, inner, 1}
                             : Steps{steps.start, cut[axis], inner});
    return true;
  }
  return false;
}

bool FromGather(Rewriter& r, NodeId n) {
  const auto* op = std::get_if<Gather>(&r.node(n).op);
  if (op == nullptr) return false;
  const ValueId x = r.node(n).inputs[0];
  const Value& indices = r.value(r.node(n).inputs[1]);
  if (r.value(x).is_constant() || !HasConcreteShape(r.value(x))) return false;
  const int axis = int(op->axis);
  const auto steps = StepsOf(indices, r.value(x).shape[axis]);
  if (!steps) return false;
  if (indices.shape.rank() == 0) return TakesAPart(r, n, axis, *steps);
  MakeSlice(r, n, x, axis, *steps);
  return true;
}

}  // namespace

Result<bool> RecogniseSlices(Graph& graph) {
  return RewriteUntilStable(graph, FromGather);
}

}  // namespace octet::compile
