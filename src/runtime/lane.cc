#include "runtime/lane.h"

#include <algorithm>
#include <cstring>

namespace octet::runtime {
namespace {

BoundStepPtr BindStep(const LaneSource& source, const Addresses& addresses,
                      int threads, const engine::StepT& step) {
  const Binding binding(*source.profile, addresses, source.quants, source.level,
                        threads);
  return engine::VisitParams(step, BoundStepPtr(), [&](const auto& params) {
    return runtime::Bind(binding, params);
  });
}

}  // namespace

Lane::Lane(const LaneSource& source, int threads)
    : source_(&source), threads_(threads) {}

std::vector<ScratchNeed> Lane::ScratchNeeds() const {
  std::vector<ScratchNeed> needs;
  for (const BoundStepPtr& step : bound_) {
    const kernels::Work& work = step->work();
    const int64_t pieces = std::min<int64_t>(work.parts, threads_);
    needs.push_back({work.scratch_bytes, int(pieces)});
  }
  return needs;
}

void Lane::Bind(std::byte* arena, std::byte* border_memory) {
  arena_ = arena;
  border_memory_ = border_memory;
  bound_.clear();
  by_sample_.clear();
  const engine::ProfileT& profile = *source_->profile;
  for (const auto& step : profile.steps) {
    bound_.push_back(BindStep(*source_, AddressesOf(0), threads_, *step));
    std::vector<BoundStepPtr>& samples = by_sample_.emplace_back();
    if (!source_->borders.Touches(profile, *step)) continue;
    for (int64_t sample = 0; sample < profile.batch; ++sample) {
      samples.push_back(
          BindStep(*source_, AddressesOf(sample), threads_, *step));
    }
  }
}

Addresses Lane::AddressesOf(int64_t sample) const {
  return {arena_, source_->constants, &source_->borders, border_memory_,
          sample};
}

const BoundStep& Lane::step(size_t i, int64_t sample) const {
  return by_sample_[i].empty() ? *bound_[i] : *by_sample_[i][size_t(sample)];
}

std::byte* Lane::At(const engine::ValueT& value, int64_t sample) const {
  return const_cast<std::byte*>(AddressesOf(sample).Of(value));
}

void Lane::Enter(int64_t sample) const {
  const engine::ProfileT& profile = *source_->profile;
  const auto inputs = source_->borders.inputs();
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i].direct) continue;
    std::memcpy(At(*profile.values[size_t(profile.inputs[i])], sample),
                border_memory_ + inputs[i].OffsetOf(sample),
                size_t(inputs[i].bytes()));
  }
}

void Lane::Leave(int64_t sample) const {
  const engine::ProfileT& profile = *source_->profile;
  const auto outputs = source_->borders.outputs();
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (outputs[i].direct) continue;
    std::memcpy(border_memory_ + outputs[i].OffsetOf(sample),
                At(*profile.values[size_t(profile.outputs[i])], sample),
                size_t(outputs[i].bytes()));
  }
}

void Lane::RunStep(size_t i, int64_t sample, ThreadPool* pool) const {
  const BoundStep& kernel = step(i, sample);
  const std::vector<int64_t>& pieces = scratch_.offsets[i];
  const int64_t parts = kernel.work().parts;
  const bool has_one_a_part = int64_t(pieces.size()) == parts;
  auto run = [&](int64_t part, int worker) {
    const auto piece = size_t(has_one_a_part ? part : worker);
    kernel.Run(part, pieces.empty() ? nullptr : arena_ + pieces[piece]);
  };
  if (pool != nullptr && parts > 1) {
    pool->ParallelFor(parts, run);
    return;
  }
  for (int64_t part = 0; part < parts; ++part) run(part, 0);
}

Status Lane::RunSample(int64_t sample) const {
  Enter(sample);
  for (size_t i = 0; i < steps(); ++i) {
    OCTET_RETURN_IF_ERROR(step(i, sample).CheckData());
    RunStep(i, sample, nullptr);
  }
  Leave(sample);
  return {};
}

}  // namespace octet::runtime
