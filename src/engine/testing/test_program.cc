#include "engine/testing/test_program.h"

#include "engine/layout.h"
#include "engine/packed_size.h"

namespace octet::engine {

TestProgram::TestProgram() {
  program_.version = kProgramVersion;
  program_.model_name = "test";
  program_.profiles.push_back(std::make_unique<ProfileT>());
}

int TestProgram::Append(ValueT value) {
  profile().values.push_back(std::make_unique<ValueT>(std::move(value)));
  return int(profile().values.size()) - 1;
}

int TestProgram::Add(const std::string& name, DType dtype,
                     std::vector<int64_t> dims) {
  ValueT value;
  value.name = name;
  value.dtype = dtype;
  value.dims = std::move(dims);
  value.pixel_stride = Channels(value);
  value.offset = profile().arena_bytes;
  const int64_t bytes = Elements(value) * SizeOf(ToDType(dtype));
  profile().arena_bytes += uint64_t(RoundUp(bytes, kBufferAlignment));
  return Append(std::move(value));
}

int TestProgram::AddU8(const std::string& name, std::vector<int64_t> dims,
                       std::vector<float> scale,
                       std::vector<int32_t> zero_point) {
  const int index = Add(name, DType::U8, std::move(dims));
  auto quant = std::make_unique<QuantT>();
  quant->scale = std::move(scale);
  quant->zero_point = std::move(zero_point);
  value(index).quant = std::move(quant);
  return index;
}

int TestProgram::AddChannels(const std::string& name, int whole, int64_t first,
                             int64_t channels) {
  ValueT part = value(whole);
  part.name = name;
  part.dims.back() = channels;
  part.offset += uint64_t(first * SizeOf(ToDType(part.dtype)));
  return Append(std::move(part));
}

int TestProgram::AddAlias(const std::string& name, int other,
                          std::vector<int64_t> dims) {
  ValueT alias = value(other);
  alias.name = name;
  alias.dims = std::move(dims);
  alias.pixel_stride = Channels(alias);
  return Append(std::move(alias));
}

int TestProgram::AddConstant(const std::string& name, DType dtype, int64_t n,
                             std::span<const std::byte> bytes) {
  ValueT value;
  value.name = name;
  value.dtype = dtype;
  value.dims = {n};
  value.pixel_stride = n;
  value.place = Place::Constant;
  value.offset = pool_.Add(bytes);
  return Append(std::move(value));
}

StepT& TestProgram::Append(std::unique_ptr<StepT> step) {
  step->name = std::string(KindName(*step)) + "_" +
               std::to_string(profile().steps.size());
  step->node = "node of " + step->name;
  step->precision = "fp32";
  profile().steps.push_back(std::move(step));
  return *profile().steps.back();
}

std::unique_ptr<EpilogueT> ClampEpilogue(TestProgram& p, int64_t channels,
                                         int64_t padding, float multiplier,
                                         int32_t zero) {
  const int64_t n = RoundUp(channels, padding);
  auto e = std::make_unique<EpilogueT>();
  e->kind = EpilogueKind::Clamp;
  e->comp = p.Constant<int32_t>("comp", n, 0);
  e->multiplier = p.Constant<float>("multiplier", n, multiplier);
  e->offset = p.Constant<float>("offset", n, 0);
  e->y_zero = p.Constant<int32_t>("y_zero", n, zero);
  e->clamp_low = p.Constant<uint8_t>("clamp_low", n, 0);
  e->clamp_high = p.Constant<uint8_t>("clamp_high", n, 255);
  return e;
}

TestProgram SmallProgram() {
  TestProgram p;
  const int x = p.AddU8("x", {1, 4, 4, 3}, {0.5f}, {128});
  const int y = p.AddU8("y", {1, 4, 4, 5}, {0.25f}, {3});
  const int out = p.Add("out", DType::F32, {1, 4, 4, 5});
  ConvU8T conv;
  conv.x = x;
  conv.y = y;
  conv.weight = p.Constant<int8_t>("weight", 64, 1);
  conv.epilogue = ClampEpilogue(p, 5, 16, 1.5f, 3);
  StepT& step = p.AddStep(std::move(conv));
  step.precision = "int8";
  step.reason = "the rules of structure say so";
  step.macs = 240;
  DequantizeT dequantize;
  dequantize.x = y;
  dequantize.y = out;
  p.AddStep(dequantize);
  p.Input(x);
  p.Output(out);
  p.program().preprocess = "resize 4x4";
  auto note = std::make_unique<NodeNoteT>();
  note->node = "conv";
  note->type = "Conv";
  note->precision = "int8";
  p.program().notes.push_back(std::move(note));
  return p;
}

}  // namespace octet::engine
