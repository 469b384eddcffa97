#include "compile/search/replay.h"

#include <algorithm>
#include <cstring>

#include "base/error.h"
#include "compile/search/coded.h"
#include "compile/search/loss_sums.h"
#include "compile/search/trial_engine.h"

namespace octet::compile {
Result<Replay> Replay::Create(const ReplayProgram& program) {
  const SessionOptions options = {.keeps_values = true};
  OCTET_ASSIGN(Session exact, Session::Create(program.engine(), options));
  OCTET_ASSIGN(Session changed, Session::Create(program.engine(), options));
  OCTET_ASSIGN(Session coded, Session::Create(program.coded_, options));
  return Replay(program, std::move(exact), std::move(changed),
                std::move(coded));
}

Status Replay::Load(const std::vector<Tensor>& inputs,
                    const std::string& sample) {
  fresh_.assign(program_->buffers_.size(), false);
  differs_.assign(program_->buffers_.size(), false);
  return RunSample(exact_, inputs, sample);
}

void Replay::Refresh(int buffer) {
  if (fresh_[size_t(buffer)]) return;
  Copy(buffer, exact_);
  fresh_[size_t(buffer)] = true;
}

void Replay::Copy(int buffer, Session& from) {
  const ReplayProgram::Buffer& b = program_->buffers_[size_t(buffer)];
  std::memcpy(changed_.arena().data() + b.offset,
              from.arena().data() + b.offset, size_t(b.bytes));
}

std::span<float> Replay::Floats(Session& session, int buffer) const {
  const ReplayProgram::Buffer& b = program_->buffers_[size_t(buffer)];
  return {reinterpret_cast<float*>(session.arena().data() + b.offset),
          size_t(b.bytes) / sizeof(float)};
}

void Replay::Write(const ReplayProgram::Read& read, Session& to) {
  std::span<const float> from =
      Floats(exact_, read.buffer).first(size_t(read.elements));
  const auto rounded = Floats(to, read.buffer).first(size_t(read.elements));
  if (read.rounds.empty()) std::ranges::copy(from, rounded.begin());
  for (const QuantParams& quant : read.rounds) {
    RoundToCodes(quant, from, rounded);
    from = rounded;
  }
}

void Replay::Write(const ReplayProgram::Cut& cut, int version) {
  Write({cut.buffer, cut.elements, cut.versions[size_t(version)]}, changed_);
}

double Replay::NoiseIn(const ReplayProgram::Cut& cut, Session& other) {
  return NoiseShare(Floats(exact_, cut.buffer).first(size_t(cut.elements)),
                    Floats(other, cut.buffer).first(size_t(cut.elements)));
}

Result<double> Replay::OwnError(size_t index) {
  const ReplayProgram::Cut& cut = program_->cuts_[index];
  if (cut.is_node()) {
    for (const ReplayProgram::Read& read : cut.reads) Write(read, coded_);
    OCTET_RETURN_IF_ERROR(coded_.RunSteps(cut.steps));
    return NoiseIn(cut, coded_);
  }
  if (cut.buffer < 0 || cut.versions.size() < 2) return 0.0;
  fresh_[size_t(cut.buffer)] = false;
  Write(cut, 1);
  return NoiseIn(cut, changed_);
}

Result<double> Replay::Store(size_t index) {
  const ReplayProgram::Cut& cut = program_->cuts_[index];
  differs_.assign(differs_.size(), false);
  if (cut.buffer < 0 || (!cut.is_node() && cut.versions.size() < 2)) return 0.0;
  for (int buffer : cut.refreshed) Refresh(buffer);
  OCTET_ASSIGN(const double own, OwnError(index));
  if (cut.is_node()) {
    fresh_[size_t(cut.buffer)] = false;
    differs_[size_t(cut.buffer)] = true;
    Copy(cut.buffer, coded_);
  }
  int stands = 1;
  for (const ReplayProgram::Rerun& rerun : cut.reruns) {
    if (rerun.version >= 0 && rerun.version != stands) {
      Write(cut, stands = rerun.version);
    }
    const int step[] = {rerun.step};
    OCTET_RETURN_IF_ERROR(changed_.RunSteps(step));
  }
  for (int buffer : cut.written) {
    fresh_[size_t(buffer)] = false;
    differs_[size_t(buffer)] = true;
  }
  if (cut.float_version > 0) {
    if (stands != cut.float_version) Write(cut, cut.float_version);
    differs_[size_t(cut.buffer)] = true;
  }
  return own;
}

double Replay::NoiseAt(size_t looks) const {
  double noise = 0;
  for (size_t look = 0; look < looks; ++look) {
    const auto changed = Changed(look);
    if (changed.empty()) continue;
    noise += NoiseShare(Exact(look), changed) / double(looks);
  }
  return noise;
}

std::span<const float> Replay::Exact(size_t look) const {
  auto& session = const_cast<Session&>(exact_);
  return Floats(session, program_->look_buffer_[look])
      .first(size_t(program_->look_shapes_[look].elements()));
}

std::span<const float> Replay::Changed(size_t look) const {
  const int buffer = program_->look_buffer_[look];
  if (!differs_[size_t(buffer)]) return {};
  auto& session = const_cast<Session&>(changed_);
  return Floats(session, buffer)
      .first(size_t(program_->look_shapes_[look].elements()));
}

Result<std::vector<std::unique_ptr<Replay>>> ReplaysOf(
    const ReplayProgram& program, int threads) {
  std::vector<std::unique_ptr<Replay>> replays;
  for (int i = 0; i < threads; ++i) {
    OCTET_ASSIGN(Replay replay, Replay::Create(program));
    replays.push_back(std::make_unique<Replay>(std::move(replay)));
  }
  return replays;
}

}  // namespace octet::compile
