// Concatenation: parts are written into their places by whoever makes them,
// where that is possible, so that nothing is left to do.
#include "base/error.h"
#include "base/half.h"
#include "compile/lower/lowering.h"
#include "compile/plan/move_quant.h"

namespace octet::compile {
namespace {

// The step that makes the first form of a node's output can write with gaps
// between pixels.
bool WritesWithGaps(const Node& node) {
  return std::holds_alternative<Conv>(node.op) ||
         std::holds_alternative<Pool>(node.op) ||
         std::holds_alternative<Resize>(node.op) ||
         std::holds_alternative<Binary>(node.op) ||
         std::holds_alternative<Unary>(node.op) ||
         std::holds_alternative<Concat>(node.op);
}

bool SameCodes(const Form& a, const Form& b) {
  return a.storage == b.storage && (!a.is_u8() || a.quant == b.quant);
}

// The part of y's parameters that belongs to channels [first, first + n).
QuantParams PartOf(const QuantParams& quant, int64_t first, int64_t n) {
  if (!quant.per_channel()) return quant;
  QuantParams part;
  part.scale.assign(quant.scale.begin() + first,
                    quant.scale.begin() + first + n);
  part.zero_point.assign(quant.zero_point.begin() + first,
                         quant.zero_point.begin() + first + n);
  return part;
}

// Whether each part of a concatenation is a value inside the whole one: some
// channels of every pixel, or some of the pixels, one behind the other.
bool HasPartsInside(const Lowering& lowering, const Node& node) {
  const Concat* concat = std::get_if<Concat>(&node.op);
  if (concat == nullptr) return false;
  const Shape& y = lowering.graph.values[node.outputs[0]].shape;
  if (y.rank() < 2) return false;
  if (concat->axis == y.rank() - 1) return true;
  for (int i = 0; i < concat->axis; ++i) {
    if (y[i] != 1) return false;
  }
  return true;
}

bool JoinsChannels(const Lowering& lowering, const Node& node) {
  const Shape& y = lowering.graph.values[node.outputs[0]].shape;
  return y.rank() >= 2 && std::get<Concat>(node.op).axis == y.rank() - 1;
}

// Where the part that begins at index `first` of the axis lies.
Slot PlaceOf(const Slot& whole, const Shape& shape, int64_t axis, int64_t first,
             int64_t element_bytes) {
  int64_t pixels = first;
  for (int i = int(axis) + 1; i + 1 < shape.rank(); ++i) pixels *= shape[i];
  const bool channels = axis == shape.rank() - 1;
  Slot part = whole;
  part.offset +=
      (channels ? first : pixels * whole.pixel_stride) * element_bytes;
  return part;
}

// Bytes of one element of a value's first form.
int64_t ElementBytes(const Lowering& lowering, ValueId v) {
  const Storage storage = lowering.FormsOf(v)[0].storage;
  return SizeOf(storage == Storage::kF32 ? lowering.graph.values[v].dtype
                                         : DTypeOf(storage));
}

// A constant part in 16 bits.
int HalfConstant(Lowering& lowering, const Node& node, ValueId v, DType half) {
  const Value& value = lowering.graph.values[v];
  const HalfFormat& format = *HalfFormatOf(half);
  std::vector<uint16_t> halves;
  for (float x : value.data->as<float>()) {
    halves.push_back(BitsOf(format, double(x)));
  }
  return lowering.builder.AddConstant(value.name + "@" + node.name, half,
                                      value.shape,
                                      std::as_bytes(std::span(halves)));
}

// Codes of a constant part, with the parameters `quant` of its place.
int QuantizedConstant(Lowering& lowering, const Node& node, ValueId v,
                      const QuantParams& quant) {
  const Value& value = lowering.graph.values[v];
  const auto x = value.data->as<float>();
  std::vector<uint8_t> codes(x.size());
  for (size_t i = 0; i < x.size(); ++i) {
    const size_t c = quant.per_channel() ? i % quant.scale.size() : 0;
    codes[i] = QuantizeU8(x[i], quant.scale[c], quant.zero_point[c]);
  }
  return lowering.builder.AddConstant(value.name + "@" + node.name, DType::kU8,
                                      value.shape,
                                      std::as_bytes(std::span(codes)));
}

class Placer {
 public:
  explicit Placer(Lowering& lowering)
      : lowering_(lowering), uses_(ComputeUses(lowering.graph)) {}

  void Place(const Node& node) {
    const Graph& graph = lowering_.graph;
    const ValueId y = node.outputs[0];
    const Shape& shape = graph.values[y].shape;
    const int64_t width = shape[shape.rank() - 1];
    if (!lowering_.placements.contains(y)) {
      const int64_t bytes = shape.elements() * ElementBytes(lowering_, y);
      lowering_.placements[y] = {lowering_.builder.NewBuffer(bytes), 0, width};
    }
    const Slot whole = lowering_.placements[y];
    const int64_t axis = std::get<Concat>(node.op).axis;
    const Form& form = lowering_.OutputForm(node);
    int64_t first = 0;
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      const ValueId v = node.inputs[i];
      const int64_t n = graph.values[v].shape[int(axis)];
      Form wanted = form;
      if (JoinsChannels(lowering_, node)) {
        wanted.quant = PartOf(form.quant, first, n);
      }
      PlaceInput(
          node, i, wanted,
          PlaceOf(whole, shape, axis, first, ElementBytes(lowering_, y)));
      first += n;
    }
  }

 private:
  // Has input i of a node written in its place, if its maker can do so. What
  // is only reshaped on the way lies there before, too.
  void PlaceInput(const Node& node, size_t i, const Form& wanted, Slot slot) {
    const ValueId v = node.inputs[i];
    if (!MayPlace(node, i, wanted)) return;
    const Node& maker = lowering_.graph.nodes[uses_.producer[v]];
    if (WritesWithGaps(maker)) {
      lowering_.placements[v] = slot;
    } else if (std::holds_alternative<Reshape>(maker.op) &&
               !wanted.quant.per_channel()) {
      const Shape& y = lowering_.graph.values[v].shape;
      const Shape& x = lowering_.graph.values[maker.inputs[0]].shape;
      const int64_t y_width = y[y.rank() - 1];
      const int64_t x_width = x.rank() < 2 ? 0 : x[x.rank() - 1];
      if (x_width == 0) return;
      const bool has_gaps = slot.pixel_stride != y_width;
      // Gaps stay where they are only if pixels stay as wide.
      if (has_gaps && x_width != y_width) return;
      if (!has_gaps) slot.pixel_stride = x_width;
      PlaceInput(maker, 0, wanted, slot);
    }
  }

  bool MayPlace(const Node& node, size_t i, const Form& wanted) const {
    const ValueId v = node.inputs[i];
    if (lowering_.IsConstant(v) || lowering_.placements.contains(v)) {
      return false;
    }
    const NodeId producer = uses_.producer[v];
    if (producer == kNoNode || uses_.is_output[v]) return false;
    return lowering_.PlanOf(node).input_forms[i] == 0 &&
           SameCodes(lowering_.FormsOf(v)[0], wanted);
  }

  Lowering& lowering_;
  Uses uses_;
};

}  // namespace

void PlaceConcats(Lowering& lowering) {
  Placer placer(lowering);
  const auto& nodes = lowering.graph.nodes;
  // From the outputs up, so that a concatenation inside another one lands in
  // the outer one's buffer.
  for (auto node = nodes.rbegin(); node != nodes.rend(); ++node) {
    if (HasPartsInside(lowering, *node)) placer.Place(*node);
  }
}

namespace {

// One part: the value that holds it in the form of the whole, in its place
// already where that is possible.
int LowerPart(Lowering& lowering, const Node& node, size_t i,
              const QuantParams& quant, const Slot* place) {
  const ValueId v = node.inputs[i];
  const Form& form = lowering.OutputForm(node);
  if (lowering.IsConstant(v)) {
    if (form.is_u8()) return QuantizedConstant(lowering, node, v, quant);
    if (IsHalf(lowering.PlanOf(node).precision)) {
      return HalfConstant(lowering, node, v, DTypeOf(form.storage));
    }
  }
  // Numbers that are made of codes for this step are written in their place.
  const bool numbers =
      IsF32(form) && lowering.graph.values[v].dtype == DType::kF32;
  const int x = lowering.Input(node, i, numbers ? place : nullptr);
  if (!form.is_u8() || lowering.InputForm(node, i).quant == quant) return x;
  ProgramBuilder& builder = lowering.builder;
  engine::RequantizeT step;
  step.x = x;
  step.y = builder.AddValue(builder.value(x).name + "@" + node.name, DType::kU8,
                            builder.shape(x), &quant, place);
  const int y = step.y;
  lowering.AddStep(node, kMove, std::move(step));
  return y;
}

}  // namespace

Status LowerConcat(Lowering& lowering, const Node& node) {
  ProgramBuilder& builder = lowering.builder;
  const int64_t axis = std::get<Concat>(node.op).axis;
  const Form& form = lowering.OutputForm(node);
  const int y = lowering.Output(node);
  const Shape shape = builder.shape(y);
  const bool has_parts = HasPartsInside(lowering, node);
  const bool inside = has_parts && lowering.options.in_place;
  const bool channels = has_parts && JoinsChannels(lowering, node);
  const std::vector<int64_t> strides = StridesOf(builder.value(y));
  const int64_t element = SizeOf(engine::ToDType(builder.value(y).dtype));
  int64_t first = 0;
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    const int64_t n = lowering.graph.values[node.inputs[i]].shape[int(axis)];
    const QuantParams quant =
        channels ? PartOf(form.quant, first, n) : form.quant;
    Slot place;
    if (inside) place = PlaceOf(builder.slot(y), shape, axis, first, element);
    const int x =
        LowerPart(lowering, node, i, quant, inside ? &place : nullptr);
    const Slot part = builder.slot(x);
    if (!inside || part.buffer != place.buffer || part.offset != place.offset) {
      engine::StridedCopyT step;
      step.x = x;
      step.y = y;
      step.extents = builder.value(x).dims;
      step.x_strides = StridesOf(builder.value(x));
      step.y_strides = strides;
      step.y_offset = first * strides[size_t(axis)];
      lowering.AddStep(node, kMove, std::move(step));
    }
    first += n;
  }
  return {};
}

}  // namespace octet::compile
