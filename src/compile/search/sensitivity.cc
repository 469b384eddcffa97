#include "compile/search/sensitivity.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <mutex>
#include <optional>

#include "base/error.h"
#include "base/thread_pool.h"
#include "compile/calibrate/read_sample.h"
#include "compile/calibrate/sample_worker.h"
#include "compile/calibrate/structure_key.h"
#include "compile/search/boundary_error.h"
#include "compile/search/engine_loss.h"
#include "compile/search/metric_gain.h"
#include "compile/search/replay.h"
#include "compile/search/sensitivity_result.h"
#include "compile/search/trial_engine.h"
#include "engine/checksum.h"

namespace octet::compile {
namespace {

using Cell = SensitivityState::Cell;

// A value with less of the first sample's noise is not replayed on the others.
constexpr double kNegligible = 1e-3;
// Between two questions whether to stop, by one thread.
constexpr size_t kUnitsAtOnce = 4;
// What engines are compared on is kept in memory.
constexpr int64_t kMostFloatBytes = int64_t{384} << 20;

class Replaying {
 public:
  Replaying(const Graph& graph, const Plan& plan, const Protection& protect,
            const SampleSource& samples, const SensitivityOptions& options)
      : graph_(graph),
        plan_(plan),
        protect_(protect),
        samples_(samples),
        options_(options),
        stored_(FindStoredValues(graph, plan)),
        nodes_(options.nodes ? FindInt8Nodes(graph, plan)
                             : std::vector<NodeId>()),
        units_(Names()),
        indices_(SpreadOver(samples.size(), options.samples)) {}

  Result<Sensitivity> Run() {
    const auto start = std::chrono::steady_clock::now();
    if (stored_.empty()) {
      return BadInput("nothing is stored in int8 in this plan");
    }
    OCTET_RETURN_IF_ERROR(Prepare());
    OCTET_RETURN_IF_ERROR(TakeFirst());
    OCTET_RETURN_IF_ERROR(TakeOthers());
    Sensitivity result = SummedUp(units_, first_, state_);
    OCTET_RETURN_IF_ERROR(TakeEngines(result));
    AddGains(units_, state_, result);
    if (options_.accuracy) {
      OCTET_RETURN_IF_ERROR(AddMetricGains(graph_, plan_, stored_, protect_,
                                           options_, state_, result));
    }
    for (size_t s = 0; s < indices_.size(); ++s) {
      if (!state_.samples[s].is_skipped) continue;
      result.skipped.push_back(samples_.Name(indices_[s]));
    }
    result.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start)
            .count();
    return result;
  }

 private:
  Status Prepare() {
    looks_ = BoundaryValues(graph_, plan_);
    boundary_ = looks_.size();
    for (ValueId v : graph_.outputs) {
      const Value& value = graph_.values[size_t(v)];
      if (value.dtype == DType::kF32 && !value.is_constant()) {
        looks_.push_back(value.name);
      }
    }
    OCTET_ASSIGN(program_,
                 ReplayProgram::Create(graph_, plan_, stored_, nodes_, looks_));
    OCTET_ASSIGN(pool_, ThreadPool::Create(options_.threads));
    OCTET_ASSIGN(workers_, ReplaysOf(*program_, pool_->threads()));
    state_.samples.resize(indices_.size());
    state_.key = Key();
    std::error_code ignored;  // reading it says what is wrong
    if (!options_.resume || options_.state_path.empty() ||
        !std::filesystem::exists(options_.state_path, ignored)) {
      return {};
    }
    return Load(options_.state_path, units_.size(), state_);
  }

  // What a state that may be resumed has in common with this run.
  std::string Key() const {
    std::string text = ToJson(plan_);
    for (int64_t i : indices_) {
      text += fmt::format(" {} {:016x}", samples_.Name(i),
                          SampleFingerprint(samples_, i));
    }
    text += fmt::format(" {} {} {}", Name(protect_.precision), options_.nodes,
                        options_.accuracy_of);
    return fmt::format("{:016x}-{:016x}", GraphKey(graph_),
                       engine::Checksum(std::as_bytes(std::span(text))));
  }

  Status Saved() const {
    if (options_.state_path.empty()) return {};
    return Save(state_, options_.state_path);
  }

  Status Stopped(std::string_view what, size_t done, size_t all) const {
    return Failed(
        "stopped after {} of {} {}{}", done, all, what,
        options_.state_path.empty() ? "" : "; --resume goes on from there");
  }

  bool AskedToStop() const { return options_.stop && options_.stop(); }

  void Show(std::string_view what, size_t done, size_t all) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (options_.progress) options_.progress(what, int64_t(done), int64_t(all));
  }

  // All units on the first sample that can be read, both cores at once.
  Status TakeFirst() {
    for (size_t s = 0; s < indices_.size(); ++s) {
      if (state_.samples[s].is_skipped) continue;
      first_ = s;
      if (state_.samples[s].is_done(units_.size())) return {};
      const Result<std::vector<Tensor>> inputs =
          ReadSample(samples_, indices_[s]);
      if (!inputs.ok()) {
        state_.samples[s].is_skipped = true;
        unread_ = inputs.status();
        continue;
      }
      for (auto& worker : workers_) {
        OCTET_RETURN_IF_ERROR(
            worker->Load(*inputs, samples_.Name(indices_[s])));
      }
      return TakeUnits(state_.samples[s].cells);
    }
    return BadInput("none of {} samples can be read: {}", indices_.size(),
                    unread_.message());
  }

  // Each unit on the sample that the workers have loaded; what is done is kept.
  Status TakeUnits(std::vector<Cell>& cells) {
    const size_t batch = kUnitsAtOnce * workers_.size();
    while (cells.size() < units_.size()) {
      const size_t begin = cells.size();
      if (AskedToStop()) {
        return Stopped("values and nodes on the first sample", begin,
                       units_.size());
      }
      const size_t count = std::min(batch, units_.size() - begin);
      std::vector<Result<Cell>> taken(count, Cell());
      pool_->ParallelFor(int64_t(count), [&](int64_t i, int worker) {
        taken[size_t(i)] =
            Replayed(*workers_[size_t(worker)], begin + size_t(i));
      });
      for (const Result<Cell>& cell : taken) {
        OCTET_RETURN_IF_ERROR(cell.status());
        cells.push_back(*cell);
      }
      OCTET_RETURN_IF_ERROR(Saved());
      Show("values and nodes", cells.size(), units_.size());
    }
    return {};
  }

  // Units that matter on the first sample, on all others.
  Status TakeOthers() {
    const std::vector<bool> matters = Matters();
    std::vector<size_t> open;
    for (size_t s = 0; s < indices_.size(); ++s) {
      if (!state_.samples[s].is_done(units_.size())) open.push_back(s);
    }
    const size_t batch = 2 * workers_.size();
    for (size_t begin = 0; begin < open.size(); begin += batch) {
      const size_t done = indices_.size() - open.size() + begin;
      if (AskedToStop()) return Stopped("samples", done, indices_.size());
      const size_t count = std::min(batch, open.size() - begin);
      std::vector<Status> status(count);
      pool_->ParallelFor(int64_t(count), [&](int64_t i, int worker) {
        status[size_t(i)] = TakeSample(open[begin + size_t(i)], matters,
                                       *workers_[size_t(worker)]);
      });
      for (const Status& one : status) OCTET_RETURN_IF_ERROR(one);
      OCTET_RETURN_IF_ERROR(Saved());
      Show("samples", done + count, indices_.size());
    }
    return {};
  }

  std::vector<bool> Matters() const {
    const std::vector<Cell>& cells = state_.samples[first_].cells;
    double all = 0;
    for (size_t i = 0; i < stored_.size(); ++i) all += cells[i].loss->noise;
    std::vector<bool> matters;
    for (const Cell& cell : cells) {
      matters.push_back(cell.loss->noise >= kNegligible * all);
    }
    return matters;
  }

  Status TakeSample(size_t s, const std::vector<bool>& matters,
                    Replay& replay) {
    const Result<std::vector<Tensor>> inputs =
        ReadSample(samples_, indices_[s]);
    if (!inputs.ok()) {
      state_.samples[s].is_skipped = true;
      return {};
    }
    OCTET_RETURN_IF_ERROR(replay.Load(*inputs, samples_.Name(indices_[s])));
    std::vector<Cell> cells(units_.size());
    for (size_t cut = 0; cut < units_.size(); ++cut) {
      if (matters[cut]) {
        OCTET_ASSIGN(cells[cut], Replayed(replay, cut));
      } else {
        OCTET_ASSIGN(cells[cut].own, replay.OwnError(cut));
      }
    }
    state_.samples[s].cells = std::move(cells);
    return {};
  }

  Result<Cell> Replayed(Replay& replay, size_t cut) const {
    Cell cell;
    OCTET_ASSIGN(cell.own, replay.Store(cut));
    SampleLoss& loss = cell.loss.emplace();
    loss.noise = replay.NoiseAt(boundary_);
    OutputLoss outputs;
    bool any = false;
    for (size_t look = boundary_; look < looks_.size(); ++look) {
      const auto changed = replay.Changed(look);
      any = any || !changed.empty();
      outputs.Add(replay.Exact(look),
                  changed.empty() ? replay.Exact(look) : changed);
    }
    outputs.WriteTo(loss);
    if (!any || !options_.changed) return cell;
    OCTET_ASSIGN(loss.changed,
                 options_.changed(Outputs(replay, /*exact=*/true),
                                  Outputs(replay, /*exact=*/false)));
    return cell;
  }

  std::vector<Tensor> Outputs(const Replay& replay, bool exact) const {
    std::vector<Tensor> tensors;
    for (size_t look = boundary_; look < looks_.size(); ++look) {
      std::span<const float> data = replay.Changed(look);
      if (exact || data.empty()) data = replay.Exact(look);
      Tensor& tensor =
          tensors.emplace_back(DType::kF32, program_->look_shapes()[look]);
      std::ranges::copy(data, tensor.as<float>().begin());
    }
    return tensors;
  }

  // The samples that engines are run on: readable ones, as many as fit.
  std::vector<int64_t> EngineSamples() const {
    int64_t floats = 0;
    for (ValueId v : graph_.inputs) {
      floats += graph_.values[size_t(v)].shape.elements();
    }
    for (const Shape& shape : program_->look_shapes()) {
      floats += shape.elements();
    }
    const int64_t most =
        std::max<int64_t>(4, kMostFloatBytes / (floats * 4 + 1));
    std::vector<int64_t> chosen;
    for (size_t s = 0; s < indices_.size(); ++s) {
      if (!state_.samples[s].is_skipped) chosen.push_back(indices_[s]);
    }
    std::vector<int64_t> spread;
    for (int64_t i : SpreadOver(int64_t(chosen.size()), most)) {
      spread.push_back(chosen[size_t(i)]);
    }
    return spread;
  }

  // The int8 engine, and those with one of the worst units kept out, by index;
  // the number of units stands for none.
  std::vector<size_t> OpenEngines(const Sensitivity& result) const {
    std::vector<size_t> open;
    if (!state_.engines.contains("")) open.push_back(units_.size());
    for (size_t i = 0; i < units_.size(); ++i) {
      const UnitNames& unit = units_[i];
      const auto& rows = unit.is_node ? result.nodes : result.values;
      const int rank =
          std::ranges::find(rows, unit.name, &UnitSensitivity::name)->rank;
      const bool wanted = options_.gains < 0 || rank <= options_.gains;
      if (wanted && !state_.engines.contains(unit.key())) open.push_back(i);
    }
    return open;
  }

  Status TakeEngines(const Sensitivity& result) {
    const std::vector<size_t> open = OpenEngines(result);
    if (open.empty()) return {};
    const std::vector<std::string> values(looks_.begin(),
                                          looks_.begin() + int64_t(boundary_));
    OCTET_ASSIGN(const FloatRuns runs,
                 FloatRuns::Observe(graph_, values, samples_, EngineSamples(),
                                    options_.threads));
    const size_t batch = workers_.size();
    workers_.clear();  // their memory is needed no more
    for (size_t begin = 0; begin < open.size(); begin += batch) {
      if (AskedToStop()) return Stopped("engines", begin, open.size());
      const size_t count = std::min(batch, open.size() - begin);
      std::vector<Result<std::vector<SampleLoss>>> losses(
          count, std::vector<SampleLoss>());
      pool_->ParallelFor(int64_t(count), [&](int64_t i, int) {
        losses[size_t(i)] = EngineLoss(runs, open[begin + size_t(i)]);
      });
      for (size_t i = 0; i < count; ++i) {
        const size_t unit = open[begin + i];
        OCTET_ASSIGN(
            state_.engines[unit == units_.size() ? "" : units_[unit].key()],
            losses[i]);
      }
      OCTET_RETURN_IF_ERROR(Saved());
      Show("engines", begin + count, open.size());
    }
    return {};
  }

  Result<std::vector<SampleLoss>> EngineLoss(const FloatRuns& runs,
                                             size_t unit) const {
    Plan plan = plan_;
    if (unit < stored_.size()) {
      ProtectValue(graph_, stored_[unit], protect_, {}, plan);
    } else if (unit < units_.size()) {
      ProtectNode(graph_, nodes_[unit - stored_.size()], protect_, {}, plan);
    }
    return runs.LossOf(graph_, plan, options_.changed, /*threads=*/1);
  }

  std::vector<UnitNames> Names() const {
    std::vector<UnitNames> all;
    for (const StoredValue& stored : stored_) {
      UnitNames& unit = all.emplace_back();
      unit.name = graph_.values[size_t(stored.value)].name;
      for (NodeId n : stored.readers) {
        unit.readers.push_back(graph_.nodes[size_t(n)].name);
      }
    }
    for (NodeId n : nodes_) {
      all.push_back({true, graph_.nodes[size_t(n)].name, {}});
    }
    return all;
  }

  const Graph& graph_;
  const Plan& plan_;
  const Protection& protect_;
  const SampleSource& samples_;
  const SensitivityOptions& options_;
  const std::vector<StoredValue> stored_;
  const std::vector<NodeId> nodes_;
  const std::vector<UnitNames> units_;  // of both, in this order
  const std::vector<int64_t> indices_;
  std::vector<std::string> looks_;  // where int8 ends, then the outputs
  size_t boundary_ = 0;
  std::optional<ReplayProgram> program_;
  std::unique_ptr<ThreadPool> pool_;
  std::vector<std::unique_ptr<Replay>> workers_;
  SensitivityState state_;
  size_t first_ = 0;
  Status unread_;
  std::mutex mutex_;  // of options_.progress
};

}  // namespace

Result<Sensitivity> MeasureSensitivity(const Graph& graph, const Plan& plan,
                                       const Protection& protect,
                                       const SampleSource& samples,
                                       const SensitivityOptions& options) {
  return Replaying(graph, plan, protect, samples, options).Run();
}

}  // namespace octet::compile
