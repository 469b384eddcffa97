#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <utility>

#include "base/cpu.h"
#include "base/error.h"
#include "base/thread_pool.h"
#include "octet/runtime.h"
#include "runtime/bind.h"
#include "runtime/engine.h"
#include "runtime/memory.h"
#include "runtime/quant_table.h"
#include "runtime/scratch_places.h"
#include "runtime/tap_points.h"

namespace octet {

using runtime::Binding;
using runtime::BoundStepPtr;
using runtime::Memory;
using runtime::QuantTable;
using runtime::ScratchNeed;
using runtime::ScratchPlaces;
using runtime::TapPoint;

struct Session::Impl {
  // Keeps the constants mapped.
  std::shared_ptr<const Engine::Data> engine;
  const engine::ProfileT* profile = nullptr;
  const Engine::Data::Profile* infos = nullptr;
  CpuLevel level = CpuLevel::kScalar;
  std::shared_ptr<ThreadPool> pool;  // with other sessions

  Memory
      memory;  // the arena, and behind it the scratch that it has no room for
  ScratchPlaces scratch;
  QuantTable quants;

  std::vector<BoundStepPtr> bound;
  std::vector<StepInfo> steps;
  std::vector<StepTime> times;
  bool timing = false;
  Tap tap;
  Edit edit;
  std::vector<TapPoint> tap_points;
  std::atomic<bool> running{false};

  Status Allocate(const SessionOptions& options);
  Status AllocateAndBind(int64_t bytes, int64_t limit);
  void Describe();

  std::byte* At(int value) const;
  std::span<std::byte> Bytes(const std::vector<int>& values, int i) const;
  TensorView View(int value) const;

  Status Exclusively(const std::function<Status()>& run);
  Status RunSteps();
  void RunStep(size_t step);
  void CallTaps(int after, std::vector<TapPoint>::const_iterator& next) const;
};

namespace {

Status TooLittle(int64_t needed, int64_t limit) {
  return Failed(
      "the session needs {} bytes or more and {} are allowed; allow more, or "
      "build the "
      "engine for a smaller batch",
      needed, limit);
}

}  // namespace

Status Session::Impl::Allocate(const SessionOptions& options) {
  const int64_t limit =
      options.max_bytes > 0 ? options.max_bytes : runtime::PhysicalMemory();
  const int64_t arena_bytes = int64_t(profile->arena_bytes);
  quants = QuantTable(*profile);
  OCTET_RETURN_IF_ERROR(AllocateAndBind(arena_bytes, limit));
  std::vector<ScratchNeed> needs;
  for (const BoundStepPtr& step : bound) {
    const kernels::Work& work = step->work();
    const int64_t pieces = std::min<int64_t>(work.parts, pool->threads());
    needs.push_back({work.scratch_bytes, int(pieces)});
  }
  tap_points = runtime::FindTapPoints(*profile);
  scratch =
      runtime::PlaceScratch(*profile, tap_points, needs, options.keeps_values);
  if (scratch.bytes == arena_bytes) return {};
  // Only now is known how much there must be, and steps point into it.
  return AllocateAndBind(scratch.bytes, limit);
}

Status Session::Impl::AllocateAndBind(int64_t bytes, int64_t limit) {
  if (bytes > limit) return TooLittle(bytes, limit);
  bound.clear();
  memory = Memory();
  OCTET_ASSIGN(memory, Memory::Allocate(bytes, "activations"));
  const Binding binding(*profile, memory.data(),
                        engine->loaded.constants().data(), quants, level,
                        pool->threads());
  for (const auto& step : profile->steps) {
    bound.push_back(engine::VisitParams(
        *step, BoundStepPtr(),
        [&](const auto& params) { return runtime::Bind(binding, params); }));
  }
  return {};
}

void Session::Impl::Describe() {
  for (size_t i = 0; i < bound.size(); ++i) {
    const engine::StepT& step = *profile->steps[i];
    steps.push_back({step.name, step.node, bound[i]->kernel(), step.precision,
                     step.reason, step.macs});
  }
  times.resize(bound.size());
}

std::byte* Session::Impl::At(int value) const {
  const engine::ValueT& v = *profile->values[size_t(value)];
  if (v.place == engine::Place::Arena) return memory.data() + v.offset;
  // Only outputs may be constants, and those are handed out as const.
  return const_cast<std::byte*>(engine->loaded.constants().data()) + v.offset;
}

std::span<std::byte> Session::Impl::Bytes(const std::vector<int>& values,
                                          int i) const {
  if (i < 0 || size_t(i) >= values.size()) return {};
  const int value = values[size_t(i)];
  const engine::ValueT& v = *profile->values[size_t(value)];
  const int64_t size = SizeOf(engine::ToDType(v.dtype));
  return {At(value), size_t(engine::Elements(v) * size)};
}

TensorView Session::Impl::View(int value) const {
  const engine::ValueT& v = *profile->values[size_t(value)];
  TensorView view{v.name,    engine::ToDType(v.dtype), engine::ShapeOf(v),
                  At(value), engine::PixelStride(v),   {},
                  {}};
  if (v.quant != nullptr) {
    view.scale = v.quant->scale;
    view.zero_point = v.quant->zero_point;
  }
  return view;
}

void Session::Impl::RunStep(size_t step) {
  const runtime::BoundStep& kernel = *bound[step];
  const std::vector<int64_t>& pieces = scratch.offsets[step];
  const auto piece = [&](size_t i) {
    return pieces.empty() ? nullptr : memory.data() + pieces[i];
  };
  const int64_t parts = kernel.work().parts;
  // One part needs no pool.
  if (parts == 1) return kernel.Run(0, piece(0));
  const bool has_one_a_part = int64_t(pieces.size()) == parts;
  pool->ParallelFor(parts, [&](int64_t part, int worker) {
    kernel.Run(part, piece(size_t(has_one_a_part ? part : worker)));
  });
}

void Session::Impl::CallTaps(
    int after, std::vector<TapPoint>::const_iterator& next) const {
  for (; next != tap_points.end() && next->after <= after; ++next) {
    const TensorView view = View(next->value);
    if (tap) tap(next->by, view);
    // The arena is this session's own memory.
    if (edit) edit(next->by, view, const_cast<std::byte*>(view.data));
  }
}

Status Session::Impl::RunSteps() {
  using Clock = std::chrono::steady_clock;
  auto next_tap = tap_points.cbegin();
  const bool watched = tap || edit;
  if (watched) CallTaps(-1, next_tap);
  for (size_t i = 0; i < bound.size(); ++i) {
    OCTET_RETURN_IF_ERROR(bound[i]->CheckData());
    if (!timing) {
      RunStep(i);
    } else {
      const auto begin = Clock::now();
      RunStep(i);
      const auto ns = std::chrono::duration_cast<std::chrono::nanoseconds>(
                          Clock::now() - begin)
                          .count();
      StepTime& time = times[i];
      time.min_ns = time.runs == 0 ? ns : std::min<int64_t>(time.min_ns, ns);
      time.total_ns += ns;
      ++time.runs;
    }
    if (watched) CallTaps(int(i), next_tap);
  }
  return {};
}

Result<Workers> Workers::Create(int threads) {
  OCTET_ASSIGN(std::shared_ptr<ThreadPool> pool, ThreadPool::Create(threads));
  return Workers(std::move(pool));
}

int Workers::threads() const { return pool_ == nullptr ? 0 : pool_->threads(); }

Result<Session> Session::Create(const Engine& engine,
                                const SessionOptions& options) {
  if (options.profile < 0 || options.profile >= engine.profiles()) {
    return Usage("profile {} was asked for; the engine has profiles 0 to {}",
                 options.profile, engine.profiles() - 1);
  }
  auto impl = std::make_unique<Impl>();
  const auto index = size_t(options.profile);
  // Shared with the engine: the last of them unmaps the file.
  impl->engine = engine.data_;
  impl->profile = engine.data_->loaded.program().profiles[index].get();
  impl->infos = &engine.data_->profiles[index];
  OCTET_ASSIGN(impl->level, options.cpu.empty() ? ChooseCpuLevel()
                                                : ChooseCpuLevel(options.cpu));
  impl->pool = options.workers.pool_;
  if (impl->pool == nullptr) {
    OCTET_ASSIGN(impl->pool, ThreadPool::Shared(options.threads));
  }
  OCTET_RETURN_IF_ERROR(impl->Allocate(options));
  impl->Describe();
  return Session(std::move(impl));
}

Session::Session(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;
Session::~Session() = default;

const std::vector<ValueInfo>& Session::inputs() const {
  return impl_->infos->inputs;
}
const std::vector<ValueInfo>& Session::outputs() const {
  return impl_->infos->outputs;
}

std::span<std::byte> Session::input(int i) {
  return impl_->Bytes(impl_->profile->inputs, i);
}
std::span<const std::byte> Session::output(int i) const {
  return impl_->Bytes(impl_->profile->outputs, i);
}

Status Session::SetInput(int i, const Tensor& tensor) {
  if (i < 0 || size_t(i) >= inputs().size()) {
    return Usage("input {} was set; the engine has {}", i, inputs().size());
  }
  const ValueInfo& info = inputs()[size_t(i)];
  if (tensor.dtype() != info.dtype || tensor.shape() != info.shape ||
      tensor.raw() == nullptr) {
    return BadInput("input '{}' is {} {}; the engine was built for {} {}",
                    info.name, Name(tensor.dtype()), tensor.shape().ToString(),
                    Name(info.dtype), info.shape.ToString());
  }
  std::memcpy(input(i).data(), tensor.raw(), size_t(tensor.bytes()));
  return {};
}

Result<Tensor> Session::GetOutput(int i) const {
  if (i < 0 || size_t(i) >= outputs().size()) {
    return Usage("output {} was asked for; the engine has {}", i,
                 outputs().size());
  }
  const ValueInfo& info = outputs()[size_t(i)];
  Tensor tensor(info.dtype, info.shape);
  std::memcpy(tensor.raw(), output(i).data(), size_t(tensor.bytes()));
  return tensor;
}

Status Session::Impl::Exclusively(const std::function<Status()>& run) {
  if (running.exchange(true, std::memory_order_acquire)) {
    return Usage(
        "two runs of one session at the same time; give each thread its own");
  }
  const Status status = run();
  running.store(false, std::memory_order_release);
  return status;
}

Status Session::Run() {
  if (impl_ == nullptr) return Usage("Run of a session that was moved away");
  return impl_->Exclusively([this] { return impl_->RunSteps(); });
}

Status Session::RunSteps(std::span<const int> steps) {
  if (impl_ == nullptr) return Usage("Run of a session that was moved away");
  return impl_->Exclusively([&]() -> Status {
    for (int step : steps) {
      if (step < 0 || size_t(step) >= impl_->bound.size()) {
        return Usage("step {} was asked for; the engine has {}", step,
                     impl_->bound.size());
      }
      OCTET_RETURN_IF_ERROR(impl_->bound[size_t(step)]->CheckData());
      impl_->RunStep(size_t(step));
    }
    return {};
  });
}

std::span<std::byte> Session::arena() {
  return {impl_->memory.data(), size_t(impl_->profile->arena_bytes)};
}

void Session::SetTap(Tap tap) { impl_->tap = std::move(tap); }

void Session::SetEdit(Edit edit) { impl_->edit = std::move(edit); }
void Session::SetTiming(bool on) { impl_->timing = on; }
void Session::ResetTimes() { std::ranges::fill(impl_->times, StepTime()); }
const std::vector<StepInfo>& Session::steps() const { return impl_->steps; }
const std::vector<StepTime>& Session::times() const { return impl_->times; }

std::string_view Session::cpu() const { return Name(impl_->level); }
int Session::threads() const { return impl_->pool->threads(); }

MemoryUse Session::memory() const {
  return {int64_t(impl_->engine->loaded.constants().size()),
          int64_t(impl_->profile->arena_bytes),
          impl_->scratch.bytes - int64_t(impl_->profile->arena_bytes),
          int64_t(impl_->profile->live_bytes)};
}

}  // namespace octet
