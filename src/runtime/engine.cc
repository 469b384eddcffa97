#include "runtime/engine.h"

#include <utility>

namespace octet {
namespace {

// Of a whole batch.
Shape WholeShape(const engine::ValueT& value, int64_t batch) {
  Shape shape = engine::ShapeOf(value);
  if (batch > 1) shape[0] *= batch;
  return shape;
}

ValueInfo InfoOf(const engine::ValueT& value, int64_t batch) {
  ValueInfo info{value.name,
                 engine::ToDType(value.dtype),
                 WholeShape(value, batch),
                 {},
                 {}};
  if (value.quant != nullptr) {
    info.scale = value.quant->scale;
    info.zero_point = value.quant->zero_point;
  }
  return info;
}

std::vector<ValueInfo> InfosOf(const engine::ProfileT& profile,
                               const std::vector<int>& indices) {
  std::vector<ValueInfo> infos;
  for (int index : indices) {
    infos.push_back(InfoOf(*profile.values[size_t(index)], profile.batch));
  }
  return infos;
}

Engine FromLoaded(engine::LoadedEngine loaded) {
  auto data = std::make_shared<Engine::Data>();
  for (const auto& profile : loaded.program().profiles) {
    data->profiles.push_back({InfosOf(*profile, profile->inputs),
                              InfosOf(*profile, profile->outputs)});
  }
  for (const auto& note : loaded.program().notes) {
    data->notes.push_back(
        {note->node, note->type, note->precision, note->reason, note->macs});
  }
  data->loaded = std::move(loaded);
  return Engine(std::move(data));
}

}  // namespace

Engine::Engine(std::shared_ptr<const Data> data) : data_(std::move(data)) {}

Result<Engine> Engine::Open(const std::string& path) {
  OCTET_ASSIGN(auto loaded, engine::OpenEngine(path));
  return FromLoaded(std::move(loaded));
}

Result<Engine> Engine::FromBytes(std::span<const std::byte> bytes) {
  OCTET_ASSIGN(auto loaded, engine::ReadEngine(bytes));
  return FromLoaded(std::move(loaded));
}

Result<Engine> runtime::MakeEngine(engine::ProgramT program,
                                   std::span<const std::byte> constants) {
  OCTET_ASSIGN(auto loaded, engine::LoadProgram(std::move(program), constants));
  return FromLoaded(std::move(loaded));
}

std::string_view Engine::model_name() const {
  return data_->loaded.program().model_name;
}
std::string_view Engine::model_hash() const {
  return data_->loaded.program().model_hash;
}
std::string_view Engine::octet_version() const {
  return data_->loaded.program().octet_version;
}
std::string_view Engine::target() const {
  return data_->loaded.program().target;
}
std::string_view Engine::preprocess() const {
  return data_->loaded.program().preprocess;
}
std::string_view Engine::detect() const {
  return data_->loaded.program().detect;
}
std::string_view Engine::calibration() const {
  return data_->loaded.program().calibration;
}
const std::vector<NodeNote>& Engine::notes() const { return data_->notes; }

int Engine::profiles() const { return int(data_->profiles.size()); }
const std::vector<ValueInfo>& Engine::inputs(int profile) const {
  return data_->profiles[size_t(profile)].inputs;
}
const std::vector<ValueInfo>& Engine::outputs(int profile) const {
  return data_->profiles[size_t(profile)].outputs;
}
int64_t Engine::weight_bytes() const {
  return int64_t(data_->loaded.constants().size());
}

}  // namespace octet
