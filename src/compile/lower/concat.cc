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

bool JoinsChannels(const Lowering& lowering, const Node& node) {
  const Concat* concat = std::get_if<Concat>(&node.op);
  if (concat == nullptr) return false;
  const Shape& y = lowering.graph.values[node.outputs[0]].shape;
  return y.rank() >= 2 && concat->axis == y.rank() - 1;
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
    const Form& form = lowering_.OutputForm(node);
    int64_t first = 0;
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      const ValueId v = node.inputs[i];
      const Shape& part = graph.values[v].shape;
      const int64_t n = part[part.rank() - 1];
      Form wanted = form;
      wanted.quant = PartOf(form.quant, first, n);
      if (MayPlace(node, i, wanted)) {
        Slot slot = whole;
        slot.offset += first * ElementBytes(lowering_, y);
        lowering_.placements[v] = slot;
      }
      first += n;
    }
  }

 private:
  bool MayPlace(const Node& node, size_t i, const Form& wanted) const {
    const ValueId v = node.inputs[i];
    if (lowering_.IsConstant(v) || lowering_.placements.contains(v)) {
      return false;
    }
    const NodeId producer = uses_.producer[v];
    if (producer == kNoNode || uses_.is_output[v]) return false;
    return WritesWithGaps(lowering_.graph.nodes[producer]) &&
           lowering_.PlanOf(node).input_forms[i] == 0 &&
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
    if (JoinsChannels(lowering, *node)) placer.Place(*node);
  }
}

Status LowerConcat(Lowering& lowering, const Node& node) {
  ProgramBuilder& builder = lowering.builder;
  const int64_t axis = std::get<Concat>(node.op).axis;
  const Form& form = lowering.OutputForm(node);
  const bool channels = JoinsChannels(lowering, node);
  const int y = lowering.Output(node);
  const std::vector<int64_t> strides = StridesOf(builder.value(y));
  int64_t first = 0;
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    const ValueId v = node.inputs[i];
    const int64_t n = lowering.graph.values[v].shape[int(axis)];
    const QuantParams part =
        channels ? PartOf(form.quant, first, n) : form.quant;
    const bool constant = lowering.IsConstant(v);
    const bool codes = form.is_u8() && constant;
    const bool halves = constant && IsHalf(lowering.PlanOf(node).precision);
    int x = codes    ? QuantizedConstant(lowering, node, v, part)
            : halves ? HalfConstant(lowering, node, v, DTypeOf(form.storage))
                     : lowering.Input(node, i);
    if (form.is_u8() && !codes &&
        !(lowering.InputForm(node, i).quant == part)) {
      engine::RequantizeT step;
      step.x = x;
      step.y = builder.AddValue(builder.value(x).name + "@" + node.name,
                                DType::kU8, builder.shape(x), &part);
      x = step.y;
      lowering.AddStep(node, "move", std::move(step));
    }
    const Slot whole = builder.slot(y), part_of = builder.slot(x);
    const int64_t element = SizeOf(engine::ToDType(builder.value(y).dtype));
    const bool there = channels && part_of.buffer == whole.buffer &&
                       part_of.offset == whole.offset + first * element;
    if (!there) {
      engine::StridedCopyT step;
      step.x = x;
      step.y = y;
      step.extents = builder.value(x).dims;
      step.x_strides = StridesOf(builder.value(x));
      step.y_strides = strides;
      step.y_offset = first * strides[size_t(axis)];
      lowering.AddStep(node, "move", std::move(step));
    }
    first += n;
  }
  return {};
}

}  // namespace octet::compile
