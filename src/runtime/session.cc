#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <limits>
#include <optional>
#include <utility>

#include "base/cpu.h"
#include "base/error.h"
#include "base/thread_pool.h"
#include "kernels/work.h"
#include "octet/runtime.h"
#include "runtime/engine.h"
#include "runtime/lane.h"
#include "runtime/memory.h"
#include "runtime/scratch_places.h"
#include "runtime/tap_points.h"

namespace octet {

using runtime::Lane;
using runtime::LaneSource;
using runtime::Memory;
using runtime::ScratchPlaces;
using runtime::TapPoint;

struct Session::Impl {
  // Keeps the constants mapped.
  std::shared_ptr<const Engine::Data> engine;
  const engine::ProfileT* profile = nullptr;
  const Engine::Data::Profile* infos = nullptr;
  std::shared_ptr<ThreadPool> pool;  // with other sessions

  LaneSource source;
  // The arena of each lane, behind it the scratch that it has no room for;
  // behind all lanes the borders of the batch.
  Memory memory;
  int64_t lane_bytes = 0;    // of one of them
  std::optional<Lane> lane;  // its steps are for all workers
  // With a batch, one for each of several workers; the first is where `lane`
  // is.
  std::vector<Lane> own_lanes;

  std::vector<StepInfo> steps;
  std::vector<StepTime> times;
  bool timing = false;
  std::vector<int64_t> run_ns;   // by step, of the run that is being timed
  std::vector<Status> statuses;  // by sample
  Tap tap;
  Edit edit;
  std::vector<TapPoint> tap_points;
  std::atomic<bool> running{false};

  Status Allocate(const SessionOptions& options);
  Status AllocateAndBind(int64_t limit);
  int64_t LaneBytes(int64_t bytes) const;
  void Describe();

  int64_t batch() const { return profile->batch; }
  int64_t lanes() const { return std::max<int64_t>(1, own_lanes.size()); }
  std::byte* border_memory() const;
  std::span<std::byte> Bytes(const std::vector<int>& values,
                             std::span<const runtime::Border> borders,
                             int i) const;
  TensorView View(int value, int64_t sample) const;

  Status Exclusively(const std::function<Status()>& run);
  Status Run();
  Status RunWithAll(int64_t sample);
  Status RunOnOwnLanes(int64_t samples);
  void TimeStep(size_t step, int64_t sample);
  void CallTaps(int after, int64_t sample,
                std::vector<TapPoint>::const_iterator& next) const;
};

namespace {

// Two lines, as scratch is placed.
constexpr int64_t kLaneAlignment = 128;

Status TooLittle(int64_t needed, int64_t limit) {
  return Failed(
      "the session needs {} bytes or more and {} are allowed; allow more, or "
      "build the "
      "engine for a smaller batch",
      needed, limit);
}

Status OfSample(int64_t sample, const Status& status) {
  return {status.code(),
          fmt::format("sample {} of the batch: {}", sample, status.message())};
}

}  // namespace

Status Session::Impl::Allocate(const SessionOptions& options) {
  const int64_t limit =
      options.max_bytes > 0 ? options.max_bytes : runtime::PhysicalMemory();
  source.profile = profile;
  source.constants = engine->loaded.constants().data();
  source.quants = runtime::QuantTable(*profile);
  source.borders = runtime::BatchBorders(*profile);
  const int threads = pool->threads();
  lane.emplace(source, threads);
  // Fewer samples than workers keep more of them busy one by one.
  if (threads > 1 && batch() >= threads) {
    for (int i = 0; i < threads; ++i) own_lanes.emplace_back(source, 1);
  }
  lane_bytes = LaneBytes(int64_t(profile->arena_bytes));
  OCTET_RETURN_IF_ERROR(AllocateAndBind(limit));
  tap_points = runtime::FindTapPoints(*profile);
  const auto place = [&](Lane& in) {
    ScratchPlaces scratch = runtime::PlaceScratch(
        *profile, tap_points, in.ScratchNeeds(), options.keeps_values);
    lane_bytes = std::max(lane_bytes, LaneBytes(scratch.bytes));
    in.SetScratch(std::move(scratch));
  };
  const int64_t without_scratch = lane_bytes;
  place(*lane);
  for (Lane& own : own_lanes) place(own);
  if (lane_bytes == without_scratch) return {};
  // Only now is known how much there must be, and steps point into it.
  return AllocateAndBind(limit);
}

int64_t Session::Impl::LaneBytes(int64_t bytes) const {
  if (batch() == 1) return bytes;
  return kernels::RoundUp(bytes + kBufferSlack, kLaneAlignment);
}

Status Session::Impl::AllocateAndBind(int64_t limit) {
  const int64_t borders = source.borders.bytes();
  const int64_t most = (limit - borders) / lanes();
  if (borders > limit || lane_bytes > most) {
    return TooLittle(lanes() * std::min(lane_bytes, most + 1) + borders, limit);
  }
  memory = Memory();
  OCTET_ASSIGN(memory,
               Memory::Allocate(lanes() * lane_bytes + borders, "activations"));
  lane->Bind(memory.data(), border_memory());
  for (size_t i = 0; i < own_lanes.size(); ++i) {
    own_lanes[i].Bind(memory.data() + int64_t(i) * lane_bytes, border_memory());
  }
  return {};
}

void Session::Impl::Describe() {
  for (size_t i = 0; i < lane->steps(); ++i) {
    const engine::StepT& step = *profile->steps[i];
    steps.push_back({step.name, step.node, lane->step(i, 0).kernel(),
                     step.precision, step.reason,
                     step.macs * uint64_t(batch())});
  }
  times.resize(steps.size());
  run_ns.resize(steps.size());
  if (!own_lanes.empty()) statuses.resize(size_t(batch()));
}

std::byte* Session::Impl::border_memory() const {
  return memory.data() + lanes() * lane_bytes;
}

std::span<std::byte> Session::Impl::Bytes(
    const std::vector<int>& values, std::span<const runtime::Border> borders,
    int i) const {
  if (i < 0 || size_t(i) >= values.size()) return {};
  if (batch() > 1) {
    const runtime::Border& border = borders[size_t(i)];
    return {border_memory() + border.offset, size_t(border.bytes() * batch())};
  }
  const engine::ValueT& v = *profile->values[size_t(values[size_t(i)])];
  const int64_t size = SizeOf(engine::ToDType(v.dtype));
  return {lane->At(v, 0), size_t(engine::Elements(v) * size)};
}

TensorView Session::Impl::View(int value, int64_t sample) const {
  const engine::ValueT& v = *profile->values[size_t(value)];
  TensorView view{v.name,
                  engine::ToDType(v.dtype),
                  engine::ShapeOf(v),
                  lane->At(v, sample),
                  engine::PixelStride(v),
                  {},
                  {},
                  sample};
  if (v.quant != nullptr) {
    view.scale = v.quant->scale;
    view.zero_point = v.quant->zero_point;
  }
  return view;
}

void Session::Impl::CallTaps(
    int after, int64_t sample,
    std::vector<TapPoint>::const_iterator& next) const {
  for (; next != tap_points.end() && next->after <= after; ++next) {
    const TensorView view = View(next->value, sample);
    if (tap) tap(next->by, view);
    // The arena is this session's own memory.
    if (edit) edit(next->by, view, const_cast<std::byte*>(view.data));
  }
}

void Session::Impl::TimeStep(size_t step, int64_t sample) {
  using Clock = std::chrono::steady_clock;
  const auto begin = Clock::now();
  lane->RunStep(step, sample, pool.get());
  run_ns[step] +=
      std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - begin)
          .count();
}

Status Session::Impl::RunWithAll(int64_t sample) {
  auto next_tap = tap_points.cbegin();
  const bool watched = tap || edit;
  lane->Enter(sample);
  if (watched) CallTaps(-1, sample, next_tap);
  for (size_t i = 0; i < lane->steps(); ++i) {
    OCTET_RETURN_IF_ERROR(lane->step(i, sample).CheckData());
    if (timing) {
      TimeStep(i, sample);
    } else {
      lane->RunStep(i, sample, pool.get());
    }
    if (watched) CallTaps(int(i), sample, next_tap);
  }
  lane->Leave(sample);
  return {};
}

Status Session::Impl::RunOnOwnLanes(int64_t samples) {
  pool->ParallelFor(samples, [&](int64_t sample, int worker) {
    statuses[size_t(sample)] = own_lanes[size_t(worker)].RunSample(sample);
  });
  for (int64_t i = 0; i < samples; ++i) {
    if (!statuses[size_t(i)].ok()) return OfSample(i, statuses[size_t(i)]);
  }
  return {};
}

Status Session::Impl::Run() {
  int64_t sample = 0;
  const bool alone = tap || edit || timing;
  if (!alone && !own_lanes.empty()) {
    sample = batch() - batch() % pool->threads();
    OCTET_RETURN_IF_ERROR(RunOnOwnLanes(sample));
  }
  if (timing) std::ranges::fill(run_ns, 0);
  for (; sample < batch(); ++sample) {
    const Status status = RunWithAll(sample);
    if (!status.ok()) return batch() == 1 ? status : OfSample(sample, status);
  }
  if (!timing) return {};
  for (size_t i = 0; i < times.size(); ++i) {
    StepTime& time = times[i];
    time.min_ns = time.runs == 0 ? run_ns[i] : std::min(time.min_ns, run_ns[i]);
    time.total_ns += run_ns[i];
    ++time.runs;
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
  OCTET_ASSIGN(impl->source.level, options.cpu.empty()
                                       ? ChooseCpuLevel()
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

int64_t Session::batch() const { return impl_->batch(); }

std::span<std::byte> Session::input(int i) {
  return impl_->Bytes(impl_->profile->inputs, impl_->source.borders.inputs(),
                      i);
}
std::span<const std::byte> Session::output(int i) const {
  return impl_->Bytes(impl_->profile->outputs, impl_->source.borders.outputs(),
                      i);
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
  Status status = run();
  running.store(false, std::memory_order_release);
  return status;
}

Status Session::Run() {
  if (impl_ == nullptr) return Usage("Run of a session that was moved away");
  return impl_->Exclusively([this] { return impl_->Run(); });
}

Status Session::RunSteps(std::span<const int> steps) {
  if (impl_ == nullptr) return Usage("Run of a session that was moved away");
  if (impl_->batch() > 1) {
    return Usage("steps cannot be run alone where a batch is run by samples");
  }
  return impl_->Exclusively([&]() -> Status {
    const Lane& lane = *impl_->lane;
    for (int step : steps) {
      if (step < 0 || size_t(step) >= lane.steps()) {
        return Usage("step {} was asked for; the engine has {}", step,
                     lane.steps());
      }
      OCTET_RETURN_IF_ERROR(lane.step(size_t(step), 0).CheckData());
      lane.RunStep(size_t(step), 0, impl_->pool.get());
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

std::string_view Session::cpu() const { return Name(impl_->source.level); }
int Session::threads() const { return impl_->pool->threads(); }

MemoryUse Session::memory() const {
  const Impl& impl = *impl_;
  const auto arena = int64_t(impl.profile->arena_bytes);
  const int64_t borders = impl.source.borders.bytes();
  const auto live = int64_t(impl.profile->live_bytes);
  MemoryUse use;
  use.weight_bytes = int64_t(impl.engine->loaded.constants().size());
  use.arena_bytes = impl.lanes() * arena + borders;
  use.scratch_bytes = impl.lanes() * (impl.lane_bytes - arena);
  use.live_bytes = live == 0 ? 0 : impl.lanes() * live + borders;
  return use;
}

}  // namespace octet
