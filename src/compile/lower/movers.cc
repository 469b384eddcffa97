// Nodes that move data: views where memory allows it, strided copies elsewhere.
#include <algorithm>
#include <bit>

#include "base/error.h"
#include "base/half.h"
#include "compile/lower/lowering.h"

namespace octet::compile {
namespace {

Status CopyStrided(Lowering& lowering, const Node& node, int x, int y,
                   std::vector<int64_t> extents, std::vector<int64_t> x_strides,
                   std::vector<int64_t> y_strides, int64_t x_offset = 0,
                   int64_t y_offset = 0) {
  engine::StridedCopyT step;
  step.x = x;
  step.y = y;
  step.extents = std::move(extents);
  step.x_strides = std::move(x_strides);
  step.y_strides = std::move(y_strides);
  step.x_offset = x_offset;
  step.y_offset = y_offset;
  lowering.AddStep(node, kMove, std::move(step));
  return {};
}

// The element that a number is stored as.
uint64_t ElementOf(float value, const Form& form) {
  switch (form.storage) {
    case Storage::kF32:
      return std::bit_cast<uint32_t>(value);
    case Storage::kU8:
      return QuantizeU8(value, form.quant.scale[0], form.quant.zero_point[0]);
    case Storage::kF16:
      return octet::BitsOf(kF16Format, double(value));
    case Storage::kBf16:
      return octet::BitsOf(kBF16Format, double(value));
  }
  return 0;
}

// The index of x that index i of a padded axis shows: its edge, or what lies as
// far behind the edge, which is not repeated.
int64_t MirroredIndex(PadMode mode, int64_t i, int64_t size) {
  if (mode == PadMode::kEdge) return std::clamp<int64_t>(i, 0, size - 1);
  if (i < 0) return -i;
  return i < size ? i : 2 * (size - 1) - i;
}

// Padding with elements of x: a gather along one axis after the other.
Status PadByGathering(Lowering& lowering, const Node& node,
                      const std::vector<size_t>& axes) {
  const Pad& op = std::get<Pad>(node.op);
  ProgramBuilder& builder = lowering.builder;
  OCTET_ASSIGN(int x, lowering.InputToMove(node));
  const Form& form = lowering.OutputForm(node);
  for (size_t axis : axes) {
    engine::GatherT step;
    step.x = lowering.Dense(node.name, x);
    step.axis = int(axis);
    Shape shape = builder.shape(x);
    std::vector<int64_t> indices;
    const int64_t end = shape[int(axis)] + op.after[axis];
    for (int64_t i = -op.before[axis]; i < end; ++i) {
      indices.push_back(MirroredIndex(op.mode, i, shape[int(axis)]));
    }
    const std::string name = fmt::format("{}/axis{}", node.name, axis);
    step.indices = builder.AddConstant(name, DType::kS64,
                                       std::span<const int64_t>(indices));
    shape[int(axis)] = int64_t(indices.size());
    step.y =
        axis == axes.back()
            ? lowering.Output(node)
            : builder.AddValue(name, engine::ToDType(builder.value(x).dtype),
                               shape, form.is_u8() ? &form.quant : nullptr);
    x = step.y;
    lowering.AddStep(node, kMove, std::move(step));
  }
  return {};
}

}  // namespace

Status LowerTranspose(Lowering& lowering, const Node& node) {
  if (lowering.read_through.contains(node.outputs[0])) return {};
  if (lowering.written_through.contains(node.inputs[0])) {
    return LowerWrittenTranspose(lowering, node);
  }
  const auto& perm = std::get<Transpose>(node.op).perm;
  OCTET_ASSIGN(const int x, lowering.InputToMove(node));
  const int y = lowering.Output(node);
  const std::vector<int64_t> from = StridesOf(lowering.builder.value(x));
  std::vector<int64_t> x_strides;
  for (int64_t axis : perm) x_strides.push_back(from[size_t(axis)]);
  return CopyStrided(lowering, node, x, y, lowering.builder.value(y).dims,
                     x_strides, StridesOf(lowering.builder.value(y)));
}

Status LowerReshape(Lowering& lowering, const Node& node) {
  const Shape& shape = lowering.graph.values[node.outputs[0]].shape;
  OCTET_ASSIGN(const int x, lowering.InputToMove(node));
  const Shape from = lowering.builder.shape(x);
  const bool keeps_rows = from.rank() > 0 && shape.rank() > 0 &&
                          from[from.rank() - 1] == shape[shape.rank() - 1];
  const int source = keeps_rows ? x : lowering.Dense(node.name, x);
  const int view = lowering.builder.AddView(source, shape);
  lowering.builder.value(view).name =
      lowering.graph.values[node.outputs[0]].name;
  lowering.SetOutput(node, view);
  return {};
}

Status LowerSlice(Lowering& lowering, const Node& node) {
  const Slice& op = std::get<Slice>(node.op);
  OCTET_ASSIGN(const int x, lowering.InputToMove(node));
  const engine::ValueT& from = lowering.builder.value(x);
  const int last = int(op.starts.size()) - 1;
  bool channels_only =
      lowering.options.in_place && last >= 1 && op.steps[size_t(last)] == 1;
  for (int i = 0; i < last; ++i) {
    channels_only = channels_only &&
                    op.sizes[size_t(i)] == from.dims[size_t(i)] &&
                    op.steps[size_t(i)] == 1;
  }
  const ValueId v = node.outputs[0];
  if (channels_only && from.place == engine::Place::Arena &&
      !lowering.placements.contains(v)) {
    const Value& value = lowering.graph.values[v];
    const Form& form = lowering.OutputForm(node);
    const DType dtype = engine::ToDType(from.dtype);
    Slot slot = lowering.builder.slot(x);
    slot.offset += op.starts[size_t(last)] * SizeOf(dtype);
    lowering.SetOutput(node, lowering.builder.AddValue(
                                 value.name, dtype, value.shape,
                                 form.is_u8() ? &form.quant : nullptr, &slot));
    return {};
  }
  const std::vector<int64_t> strides = StridesOf(from);
  std::vector<int64_t> x_strides;
  int64_t offset = 0;
  for (size_t i = 0; i < strides.size(); ++i) {
    offset += op.starts[i] * strides[i];
    x_strides.push_back(op.steps[i] * strides[i]);
  }
  const int y = lowering.Output(node);
  return CopyStrided(lowering, node, x, y, lowering.builder.value(y).dims,
                     x_strides, StridesOf(lowering.builder.value(y)), offset);
}

Status LowerPad(Lowering& lowering, const Node& node) {
  const Pad& op = std::get<Pad>(node.op);
  std::vector<size_t> padded;
  for (size_t axis = 0; axis < op.before.size(); ++axis) {
    if (op.before[axis] != 0 || op.after[axis] != 0) padded.push_back(axis);
  }
  if (op.mode != PadMode::kConstant && !padded.empty()) {
    return PadByGathering(lowering, node, padded);
  }
  OCTET_ASSIGN(const int x, lowering.InputToMove(node));
  const int y = lowering.Output(node);
  const Form& form = lowering.OutputForm(node);
  if (form.is_u8() && form.quant.per_channel()) {
    const auto& zeros = form.quant.zero_point;
    if (std::ranges::any_of(zeros, [&](int z) { return z != zeros[0]; })) {
      return Unsupported("padding a value with a zero point per channel");
    }
  }
  engine::FillT fill;
  fill.y = y;
  fill.bits = ElementOf(op.value, form);
  lowering.AddStep(node, kMove, std::move(fill));
  // What a negative amount cuts off is not copied.
  std::vector<int64_t> extents = lowering.builder.value(x).dims;
  const std::vector<int64_t> x_strides = StridesOf(lowering.builder.value(x));
  const std::vector<int64_t> y_strides = StridesOf(lowering.builder.value(y));
  int64_t x_offset = 0, y_offset = 0;
  for (size_t i = 0; i < y_strides.size(); ++i) {
    const int64_t cut = std::max<int64_t>(0, -op.before[i]);
    extents[i] -= cut + std::max<int64_t>(0, -op.after[i]);
    if (extents[i] < 1) return {};  // nothing is left of x
    x_offset += cut * x_strides[i];
    y_offset += std::max<int64_t>(0, op.before[i]) * y_strides[i];
  }
  return CopyStrided(lowering, node, x, y, extents, x_strides, y_strides,
                     x_offset, y_offset);
}

Status LowerExpand(Lowering& lowering, const Node& node) {
  OCTET_ASSIGN(const int x, lowering.InputToMove(node));
  const int y = lowering.Output(node);
  const auto& from = lowering.builder.value(x).dims;
  const auto& to = lowering.builder.value(y).dims;
  const std::vector<int64_t> strides = StridesOf(lowering.builder.value(x));
  std::vector<int64_t> x_strides(to.size(), 0);
  const size_t lead = to.size() - from.size();
  for (size_t i = 0; i < from.size(); ++i) {
    if (from[i] != 1) x_strides[lead + i] = strides[i];
  }
  return CopyStrided(lowering, node, x, y, to, x_strides,
                     StridesOf(lowering.builder.value(y)));
}

Status LowerTile(Lowering& lowering, const Node& node) {
  const auto& repeats = std::get<Tile>(node.op).repeats;
  OCTET_ASSIGN(const int x, lowering.InputToMove(node));
  const int y = lowering.Output(node);
  const auto& from = lowering.builder.value(x).dims;
  const std::vector<int64_t> x_axes = StridesOf(lowering.builder.value(x));
  const std::vector<int64_t> y_axes = StridesOf(lowering.builder.value(y));
  std::vector<int64_t> extents, x_strides, y_strides;
  for (size_t i = 0; i < from.size(); ++i) {
    if (repeats[i] != 1) {
      extents.push_back(repeats[i]);
      x_strides.push_back(0);
      y_strides.push_back(from[i] * y_axes[i]);
    }
    extents.push_back(from[i]);
    x_strides.push_back(x_axes[i]);
    y_strides.push_back(y_axes[i]);
  }
  if (extents.size() > size_t(kMaxRank)) {
    return Unsupported("tiling of more axes than {} in all", kMaxRank);
  }
  return CopyStrided(lowering, node, x, y, extents, x_strides, y_strides);
}

Status LowerResize(Lowering& lowering, const Node& node) {
  const Resize& op = std::get<Resize>(node.op);
  engine::ResizeT step;
  OCTET_ASSIGN(step.x, lowering.InputToMove(node));
  step.mode = uint8_t(op.mode);
  step.coordinates = uint8_t(op.coordinates);
  step.rounding = uint8_t(op.rounding);
  step.scale_h = op.scales[0];
  step.scale_w = op.scales[1];
  step.y = lowering.Output(node);
  lowering.AddStep(node, Name(lowering.PlanOf(node).precision),
                   std::move(step));
  return {};
}

Status LowerGather(Lowering& lowering, const Node& node) {
  engine::GatherT step;
  OCTET_ASSIGN(const int x, lowering.InputToMove(node));
  step.x = lowering.Dense(node.name, x);
  step.indices = lowering.Dense(node.name, lowering.Input(node, 1));
  step.axis = int(std::get<Gather>(node.op).axis);
  step.y = lowering.Output(node);
  lowering.AddStep(node, kMove, std::move(step));
  return {};
}

Status LowerCast(Lowering& lowering, const Node& node) {
  engine::CastT step;
  step.x = lowering.Input(node, 0);
  step.y = lowering.Output(node);
  lowering.AddStep(node, kMove, std::move(step));
  return {};
}

}  // namespace octet::compile
