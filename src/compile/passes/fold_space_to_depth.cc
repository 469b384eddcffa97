// A convolution over an image whose blocks of b x b pixels were stacked into
// channels first, by strided slices and a concatenation: the same sums are a
// convolution of the image itself, with a window and strides b times as large.
// YOLOX and YOLOv5 begin with one ("Focus").
#include <optional>

#include "compile/ir/dims.h"
#include "compile/passes/passes.h"
#include "compile/passes/rewriter.h"

namespace octet::compile {
namespace {

// Every `step`-th element from `start`, `size` of them.
struct Stride {
  int64_t start = 0, step = 1, size = 0;
};

// What a value takes of an image further up: rows and columns, all channels.
struct Pick {
  ValueId image = kNoValue;
  Stride rows, columns;
};

// A slice of what was picked before.
Stride Within(const Slice& slice, size_t axis, const Stride& inner) {
  return {slice.starts[axis] + inner.start * slice.steps[axis],
          slice.steps[axis] * inner.step, inner.size};
}

bool TakesWhole(const Slice& slice, size_t axis, const Shape& x) {
  return slice.starts[axis] == 0 && slice.steps[axis] == 1 &&
         slice.sizes[axis] == x[int64_t(axis)];
}

// Follows slices up to what is not one.
std::optional<Pick> PickOf(const Rewriter& r, ValueId value) {
  const Shape& shape = r.value(value).shape;
  if (shape.rank() != 4 || !IsConcrete(shape)) return std::nullopt;
  Pick pick{value, {0, 1, shape[1]}, {0, 1, shape[2]}};
  while (const Slice* slice = r.Maker<Slice>(pick.image)) {
    const Node& node = r.node(r.producer(pick.image));
    const Shape& x = r.value(node.inputs[0]).shape;
    if (node.inputs.size() != 1 || x.rank() != 4 || !IsConcrete(x) ||
        !TakesWhole(*slice, 0, x) || !TakesWhole(*slice, 3, x)) {
      return std::nullopt;
    }
    pick.rows = Within(*slice, 1, pick.rows);
    pick.columns = Within(*slice, 2, pick.columns);
    pick.image = node.inputs[0];
  }
  return pick;
}

// An image whose blocks are stacked: part i holds pixel (row, column) of every
// block, places[i] = row * block + column.
struct Stack {
  ValueId image = kNoValue;
  int64_t block = 0;
  std::vector<int64_t> places;
};

// Where a part comes from; nullopt if not every block gives one pixel.
std::optional<int64_t> PlaceOf(const Shape& image, const Stack& stack,
                               const Pick& pick) {
  const auto covers = [&](const Stride& s, int64_t length) {
    return s.step == stack.block && s.start >= 0 && s.start < stack.block &&
           s.size * stack.block == length;
  };
  if (pick.image != stack.image || !covers(pick.rows, image[1]) ||
      !covers(pick.columns, image[2])) {
    return std::nullopt;
  }
  return pick.rows.start * stack.block + pick.columns.start;
}

// A stack of all pixels, each once: otherwise sums would get longer.
std::optional<Stack> StackOf(const Rewriter& r, ValueId value) {
  const Concat* concat = r.Maker<Concat>(value);
  if (concat == nullptr || concat->axis != 3) return std::nullopt;
  Stack stack;
  std::vector<bool> seen;
  for (ValueId part : r.node(r.producer(value)).inputs) {
    const std::optional<Pick> pick = PickOf(r, part);
    if (!pick) return std::nullopt;
    if (stack.places.empty()) {
      stack.image = pick->image;
      stack.block = pick->rows.step;
      if (stack.block < 2 || stack.block > 8) return std::nullopt;
      seen.resize(size_t(stack.block * stack.block));
    }
    const auto place = PlaceOf(r.value(stack.image).shape, stack, *pick);
    if (!place || seen[size_t(*place)]) return std::nullopt;
    seen[size_t(*place)] = true;
    stack.places.push_back(*place);
  }
  if (stack.places.size() != seen.size()) return std::nullopt;
  return stack;
}

// w [O][kh][kw][parts * C] -> [O][kh * b][kw * b][C].
Tensor Unstacked(const Tensor& w, const Stack& stack) {
  const Shape& from = w.shape();
  const int64_t b = stack.block, channels = from[3] / (b * b);
  const Shape to{from[0], from[1] * b, from[2] * b, channels};
  Tensor result(DType::kF32, to);
  const float* source = w.as<float>().data();
  float* target = result.as<float>().data();
  for (int64_t window = 0; window < from[0] * from[1] * from[2]; ++window) {
    const int64_t column = window % from[2], row = window / from[2];
    for (int64_t place : stack.places) {
      const int64_t y = row * b + place / b, x = column * b + place % b;
      std::copy_n(source, channels, target + (y * to[2] + x) * channels);
      source += channels;
    }
  }
  return result;
}

bool FoldSlices(Rewriter& r, NodeId n) {
  const Conv* found = std::get_if<Conv>(&r.node(n).op);
  if (found == nullptr || found->group != 1 ||
      found->dilations != std::array<int64_t, 2>{1, 1}) {
    return false;
  }
  std::vector<ValueId> inputs = r.node(n).inputs;
  const Value& weights = r.value(inputs[1]);
  const std::optional<Stack> stack = StackOf(r, inputs[0]);
  if (!stack || !weights.is_constant() || weights.dtype != DType::kF32) {
    return false;
  }
  Conv conv = *found;
  for (int64_t& stride : conv.strides) stride *= stack->block;
  for (int64_t& pad : conv.pads) pad *= stack->block;
  r.op(n) = conv;
  inputs[0] = stack->image;
  inputs[1] = r.ReplaceConstant(inputs[1], Unstacked(*weights.data, *stack));
  r.SetInputsOfFused(n, std::move(inputs));
  return true;
}

}  // namespace

Result<bool> FoldSpaceToDepth(Graph& graph) {
  return RewriteUntilStable(graph, FoldSlices);
}

}  // namespace octet::compile
