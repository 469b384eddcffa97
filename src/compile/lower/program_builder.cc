#include "compile/lower/program_builder.h"

#include <algorithm>

#include "base/check.h"

namespace octet::compile {

int ProgramBuilder::NewBuffer(int64_t bytes) {
  buffer_bytes_.push_back(bytes);
  return int(buffer_bytes_.size()) - 1;
}

int ProgramBuilder::AddValue(std::string name, DType dtype, const Shape& shape,
                             const QuantParams* quant, const Slot* slot) {
  auto value = std::make_unique<engine::ValueT>();
  value->name = std::move(name);
  value->dtype = engine::FromDType(dtype);
  value->dims.assign(shape.dims().begin(), shape.dims().end());
  value->place = engine::Place::Arena;
  const int64_t last = shape.rank() > 0 ? shape[shape.rank() - 1] : 1;
  Slot here = slot != nullptr
                  ? *slot
                  : Slot{NewBuffer(shape.elements() * SizeOf(dtype)), 0, 0};
  if (here.pixel_stride == 0) here.pixel_stride = last;
  value->pixel_stride = here.pixel_stride;
  // Inside a channel shuffle the parameters follow more axes than the last;
  // nothing there reads them.
  const bool fits = quant != nullptr && (quant->scale.size() == 1 ||
                                         int64_t(quant->scale.size()) == last);
  profile_.values.push_back(std::move(value));
  slots_.push_back(here);
  const int index = int(profile_.values.size()) - 1;
  if (fits) SetQuant(index, *quant);
  return index;
}

void ProgramBuilder::SetQuant(int value, const QuantParams& quant) {
  auto& place = profile_.values[size_t(value)]->quant;
  place = std::make_unique<engine::QuantT>();
  place->scale = quant.scale;
  place->zero_point = quant.zero_point;
}

int ProgramBuilder::AddView(int value, const Shape& shape) {
  const engine::ValueT& from = *profile_.values[value];
  const Slot slot = IsDense(value)
                        ? Slot{slots_[value].buffer, slots_[value].offset, 0}
                        : slots_[value];
  if (from.place == engine::Place::Constant) {
    auto copy = std::make_unique<engine::ValueT>(from);
    copy->dims.assign(shape.dims().begin(), shape.dims().end());
    copy->pixel_stride = shape.rank() > 0 ? shape[shape.rank() - 1] : 1;
    profile_.values.push_back(std::move(copy));
    slots_.push_back({});
    return int(profile_.values.size()) - 1;
  }
  QuantParams quant;
  if (from.quant != nullptr) {
    quant = {from.quant->scale, from.quant->zero_point};
  }
  return AddValue(from.name, engine::ToDType(from.dtype), shape,
                  from.quant != nullptr ? &quant : nullptr, &slot);
}

int ProgramBuilder::AddConstant(std::string name, DType dtype,
                                const Shape& shape,
                                std::span<const std::byte> bytes) {
  auto value = std::make_unique<engine::ValueT>();
  value->name = std::move(name);
  value->dtype = engine::FromDType(dtype);
  value->dims.assign(shape.dims().begin(), shape.dims().end());
  value->place = engine::Place::Constant;
  value->offset = constants_.Add(bytes);
  value->pixel_stride = shape.rank() > 0 ? shape[shape.rank() - 1] : 1;
  profile_.values.push_back(std::move(value));
  slots_.push_back({});
  return int(profile_.values.size()) - 1;
}

void ProgramBuilder::AddStep(const std::string& node,
                             std::string_view precision,
                             std::string_view reason,
                             engine::ParamsUnion params, int64_t macs) {
  auto step = std::make_unique<engine::StepT>();
  step->node = node;
  step->name = node;
  const int copies = steps_of_[node]++;
  if (copies > 0) step->name += "#" + std::to_string(copies);
  step->precision = precision;
  step->reason = reason;
  step->params = std::move(params);
  step->macs = uint64_t(macs);
  profile_.steps.push_back(std::move(step));
}

Shape ProgramBuilder::shape(int index) const {
  return engine::ShapeOf(*profile_.values[index]);
}

bool ProgramBuilder::IsDense(int index) const {
  const engine::ValueT& value = *profile_.values[index];
  return value.dims.size() < 2 || value.pixel_stride == value.dims.back();
}

std::vector<Lifetime> ProgramBuilder::Lives() const {
  std::vector<Lifetime> lives(buffer_bytes_.size());
  for (size_t b = 0; b < lives.size(); ++b) lives[b].bytes = buffer_bytes_[b];
  const auto touch = [&](int value, int step) {
    const int buffer = slots_[size_t(value)].buffer;
    if (buffer >= 0) lives[size_t(buffer)].Touch(step);
  };
  const int steps = int(profile_.steps.size());
  for (int s = 0; s < steps; ++s) {
    const engine::StepT& step = *profile_.steps[size_t(s)];
    for (int v : engine::ReadsOf(step)) touch(v, s);
    touch(engine::OutputOf(step), s);
  }
  // A caller may run again without writing an input anew, and reads outputs
  // after the last step.
  for (int v : profile_.inputs) {
    touch(v, -1);
    touch(v, steps);
  }
  for (int v : profile_.outputs) {
    touch(v, steps);
    if (profile_.batch > 1) touch(v, -1);
  }
  return lives;
}

Lowered ProgramBuilder::Finish(const LowerOptions& options) {
  profile_.batch = options.batch;
  std::vector<Lifetime> lives = Lives();
  if (options.in_place && options.reuse_memory) {
    ShareBuffers(profile_, slots_, lives);
  }
  for (Lifetime& life : lives) {
    if (options.reuse_memory || !life.used()) continue;
    life.Touch(-1);
    life.Touch(int(profile_.steps.size()));
  }
  const Arena arena = PlanArena(lives);
  for (size_t v = 0; v < slots_.size(); ++v) {
    if (slots_[v].buffer < 0) continue;
    profile_.values[v]->offset =
        uint64_t(arena.offsets[size_t(slots_[v].buffer)] + slots_[v].offset);
  }
  profile_.arena_bytes = uint64_t(arena.bytes);
  profile_.live_bytes = uint64_t(LargestLiveSet(lives));
  Lowered lowered;
  lowered.program.profiles.push_back(
      std::make_unique<engine::ProfileT>(std::move(profile_)));
  lowered.constants = std::move(constants_);
  return lowered;
}

}  // namespace octet::compile
