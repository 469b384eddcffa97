#include "compile/lower/lowering.h"

#include <algorithm>

#include "base/check.h"
#include "base/error.h"
#include "compile/plan/move_quant.h"

namespace octet::compile {
namespace {

const Form kF32Form{};

std::string FormName(const std::string& name, const Form& form) {
  const bool per_channel = form.granularity == Granularity::kPerChannel;
  return fmt::format("{}@{}{}", name, Name(form.storage),
                     form.is_u8() && per_channel ? "c" : "");
}

std::string_view WhyConvert(const Form& from, const Form& to) {
  if (from.is_u8() && to.is_u8()) return "another scale for other readers";
  if (from.is_u8() || to.is_u8()) return "between a float and an int8 node";
  return "between a float and a 16-bit node";
}

// The first of the axes that `scales` scales run along.
int ChannelAxis(const Shape& shape, size_t scales) {
  int axis = shape.rank() - 1;
  for (int64_t n = shape[axis]; axis > 0 && n < int64_t(scales);) {
    n *= shape[--axis];
  }
  return axis;
}

// Whether y's channels have the parameters of the channels of x that they are
// moved from.
bool MovedAlong(const Graph& graph, const Node& node, const QuantParams& x,
                const QuantParams& y) {
  const Shape& shape = graph.values[node.inputs[0]].shape;
  if (shape.rank() == 0) return false;
  const auto map =
      MapChannels(graph, node, {ChannelAxis(shape, x.scale.size())});
  if (!map || map->sources.size() != y.scale.size()) return false;
  for (size_t c = 0; c < y.scale.size(); ++c) {
    const size_t from = x.per_channel() ? size_t(map->sources[c].channel) : 0;
    if (from >= x.scale.size() || x.scale[from] != y.scale[c] ||
        x.zero_point[from] != y.zero_point[c]) {
      return false;
    }
  }
  return true;
}

// Kernels of floats convert codes row by row.
bool HasLongRows(const Shape& shape) {
  constexpr int64_t kLeast = 32;
  return shape.rank() > 0 && shape[shape.rank() - 1] >= kLeast;
}

}  // namespace

std::vector<int64_t> StridesOf(const engine::ValueT& value) {
  std::vector<int64_t> strides(value.dims.size(), 1);
  for (int i = int(strides.size()) - 2; i >= 0; --i) {
    strides[i] = i + 2 == int(strides.size())
                     ? value.pixel_stride
                     : strides[i + 1] * value.dims[i + 1];
  }
  return strides;
}

const Form& Lowering::InputForm(const Node& node, size_t slot) const {
  const int form = PlanOf(node).input_forms[slot];
  return form < 0 ? kF32Form : FormsOf(node.inputs[slot])[form];
}

Lowering::Lowering(const Graph& graph, const Plan& plan,
                   const LowerOptions& options)
    : graph(graph), plan(plan), options(options) {
  for (const Node& node : graph.nodes) {
    const std::vector<int>& read = PlanOf(node).input_forms;
    for (size_t i = 0; i < read.size(); ++i) {
      if (read[i] >= 0) forms_read_[node.inputs[i]].insert(read[i]);
    }
  }
  for (size_t i = 0; i < graph.outputs.size(); ++i) {
    forms_read_[graph.outputs[i]].insert(plan.output_forms[i]);
  }
}

int Lowering::OnlyFormRead(ValueId v) const {
  const auto read = forms_read_.find(v);
  const bool is_one = read != forms_read_.end() && read->second.size() == 1;
  return is_one ? *read->second.begin() : -1;
}

int Lowering::Input(const Node& node, size_t slot, const Slot* place) {
  const ValueId v = node.inputs[slot];
  if (!IsConstant(v)) {
    const Form& form = InputForm(node, slot);
    const int index = PlanOf(node).input_forms[slot];
    if (IsF32(form) || StorageOf(PlanOf(node).precision) == form.storage) {
      return ValueIn(v, index, place);
    }
    // What a node has no kernel for it reads as f32.
    return AsF32(node.name, ValueIn(v, index), form, place);
  }
  const auto known = constants_.find(v);
  if (known != constants_.end()) return known->second;
  const Value& value = graph.values[v];
  const int index = builder.AddConstant(
      value.name, value.dtype, value.shape,
      std::span(value.data->raw(), size_t(value.data->bytes())));
  constants_[v] = index;
  return index;
}

int Lowering::InputOrCodes(const Node& node, size_t slot) {
  const ValueId v = node.inputs[slot];
  const Form& form = InputForm(node, slot);
  const bool is_code = form.is_u8() && !form.quant.per_channel() &&
                       HasLongRows(graph.values[node.outputs[0]].shape);
  return is_code ? ValueIn(v, PlanOf(node).input_forms[slot])
                 : Input(node, slot);
}

Result<int> Lowering::InputToMove(const Node& node) {
  const int value = Input(node, 0);
  if (!Runs(node, Precision::kInt8)) return value;
  const Form& x = InputForm(node, 0);
  const Form& y = OutputForm(node);
  if (x.quant == y.quant) return value;
  if (y.quant.per_channel()) {
    if (MovedAlong(graph, node, x.quant, y.quant)) return value;
    return Unsupported(
        "its output has scales per channel that are not those of the channels "
        "that it moves; give it one scale, or keep it fp32");
  }
  const Value& from = graph.values[node.inputs[0]];
  return Convert(from.name + "@" + node.name, value, x, y, from.shape);
}

int Lowering::ValueIn(ValueId v, int form, const Slot* place) {
  const auto known = values_.find({v, form});
  if (known != values_.end()) return known->second;
  const int first = values_.at({v, 0});
  const Form& to = FormsOf(v)[form];
  const Value& value = graph.values[v];
  const int converted = Convert(FormName(value.name, to), first, FormsOf(v)[0],
                                to, value.shape, place);
  values_[{v, form}] = converted;
  return converted;
}

int Lowering::Convert(const std::string& name, int from, const Form& from_form,
                      const Form& to, const Shape& shape, const Slot* place) {
  const bool at_once =
      IsF32(from_form) || IsF32(to) || (from_form.is_u8() && to.is_u8());
  if (at_once) return ConvertAtOnce(name, from, from_form, to, shape, place);
  const int between = AsF32(name, from, from_form);
  return ConvertAtOnce(name, between, kF32Form, to, shape, place);
}

int Lowering::ConvertAtOnce(const std::string& name, int from,
                            const Form& from_form, const Form& to,
                            const Shape& shape, const Slot* place) {
  // Parameters that follow several axes (inside a channel shuffle) are laid
  // along one.
  Shape flat = shape;
  const int64_t channels =
      int64_t(std::max(to.quant.scale.size(), from_form.quant.scale.size()));
  if (channels > 1 && shape[shape.rank() - 1] != channels) {
    flat = Shape{shape.elements() / channels, channels};
  }
  const bool reshape = !(flat == shape);
  const int x = reshape ? builder.AddReshaped(Dense(name, from), flat) : from;
  if (reshape && from_form.is_u8()) builder.SetQuant(x, from_form.quant);
  const int y = builder.AddValue(name, DTypeOf(to.storage), flat,
                                 to.is_u8() ? &to.quant : nullptr,
                                 reshape ? nullptr : place);
  const std::string_view reason = WhyConvert(from_form, to);
  const auto add = [&](auto step) {
    step.x = x;
    step.y = y;
    builder.AddStep(name, kMove, reason, std::move(step));
  };
  if (from_form.is_u8() && to.is_u8()) {
    add(engine::RequantizeT());
  } else if (from_form.is_u8()) {
    add(engine::DequantizeT());
  } else if (to.is_u8()) {
    add(engine::QuantizeT());
  } else {
    add(engine::CastT());
  }
  return reshape ? builder.AddReshaped(y, shape) : y;
}

int Lowering::Dense(const std::string& node, int value) {
  if (builder.IsDense(value)) return value;
  const engine::ValueT& from = builder.value(value);
  const Shape shape = builder.shape(value);
  QuantParams quant;
  if (from.quant != nullptr)
    quant = {from.quant->scale, from.quant->zero_point};
  engine::StridedCopyT step;
  step.x = value;
  step.extents = from.dims;
  step.x_strides = StridesOf(from);
  step.y = builder.AddValue(from.name + "@dense", engine::ToDType(from.dtype),
                            shape, quant.scale.empty() ? nullptr : &quant);
  step.y_strides = StridesOf(builder.value(step.y));
  const int y = step.y;
  builder.AddStep(node, kMove, "gathers its rows", std::move(step));
  return y;
}

int Lowering::AsF32(const std::string& node, int value, const Form& form,
                    const Slot* place) {
  if (IsF32(form)) return Dense(node, value);
  const auto known = as_f32_.find(value);
  if (known != as_f32_.end()) return known->second;
  const int f32 = Convert(builder.value(value).name + "@f32", value, form,
                          kF32Form, builder.shape(value), place);
  // What lies in its place may have gaps, which others do not expect.
  if (place == nullptr) as_f32_[value] = f32;
  return f32;
}

int Lowering::Output(const Node& node, const Shape* shape) {
  const ValueId v = node.outputs[0];
  const Value& value = graph.values[v];
  const Form& form = FormsOf(v)[0];
  const auto place = placements.find(v);
  const int index = builder.AddValue(
      value.name, IsF32(form) ? value.dtype : DTypeOf(form.storage),
      value.shape, form.is_u8() ? &form.quant : nullptr,
      place != placements.end() ? &place->second : nullptr);
  values_[{v, 0}] = index;
  return shape == nullptr ? index : builder.AddReshaped(index, *shape);
}

int Lowering::OutputOrCodes(const Node& node, bool may_be_per_channel) {
  const ValueId v = node.outputs[0];
  const Value& value = graph.values[v];
  const int index = OnlyFormRead(v);
  if (index < 0 || placements.contains(v)) return Output(node);
  const Form& form = FormsOf(v)[size_t(index)];
  if (!form.is_u8() || !HasLongRows(value.shape)) return Output(node);
  const size_t scales = form.quant.scale.size();
  const bool fits =
      scales == 1 || (may_be_per_channel &&
                      int64_t(scales) == value.shape[value.shape.rank() - 1]);
  if (!fits) return Output(node);
  const int codes =
      builder.AddValue(value.name, DType::kU8, value.shape, &form.quant);
  values_[{v, index}] = codes;
  return codes;
}

void Lowering::SetOutput(const Node& node, int value) {
  values_[{node.outputs[0], 0}] = value;
  const QuantParams& quant = OutputForm(node).quant;
  const Shape shape = builder.shape(value);
  // A view of a shuffled value may be where its parameters fit one axis again.
  const bool fits = quant.scale.size() == 1 ||
                    (shape.rank() > 0 &&
                     int64_t(quant.scale.size()) == shape[shape.rank() - 1]);
  if (OutputForm(node).is_u8() && fits) builder.SetQuant(value, quant);
}

}  // namespace octet::compile
