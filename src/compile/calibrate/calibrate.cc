#include "compile/calibrate/calibrate.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <mutex>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/error.h"
#include "base/thread_pool.h"
#include "compile/calibrate/observer.h"
#include "compile/calibrate/structure_key.h"
#include "compile/lower/lower.h"
#include "compile/plan/move_quant.h"
#include "runtime/engine.h"

namespace octet::compile {
namespace {

// How often what is done is saved.
constexpr std::chrono::seconds kSaveEvery(10);
// Samples that each worker takes between two looks at the clock and `stop`.
constexpr int64_t kBatchPerWorker = 4;

uint64_t Fingerprint(const std::vector<Tensor>& inputs) {
  uint64_t key = 0;
  for (const Tensor& t : inputs) {
    key = XXH3_64bits_withSeed(t.raw(), size_t(t.bytes()), key);
  }
  return key;
}

Ranges EmptyRanges(const Graph& graph, const CalibrateOptions& options) {
  Ranges ranges;
  ranges.preprocess = options.preprocess;
  ranges.structure = GraphKey(graph);
  ranges.ordered = options.ordered;
  const std::vector<uint64_t> keys = StructureKeys(graph);
  for (ValueId v : ObservedValues(graph)) {
    ValueRange& value = ranges.values.emplace_back();
    const Value& from = graph.values[size_t(v)];
    value.name = from.name;
    value.structure = keys[size_t(v)];
    const int rank = from.shape.rank();
    if (rank >= 2) {
      value.channel_low.assign(size_t(from.shape[rank - 1]), 0.0f);
      value.channel_high = value.channel_low;
    }
  }
  std::ranges::sort(ranges.values, {}, &ValueRange::name);
  return ranges;
}

// One thread's engine and what it has seen since the last merge.
class Worker {
 public:
  Worker(Session session, Ranges empty)
      : session_(std::move(session)), empty_(std::move(empty)) {}

  void Start() { StartFrom(empty_); }
  void StartFrom(const Ranges& ranges) {
    ranges_ = ranges;
    observer_ = std::make_unique<Observer>(ranges_);
    session_.SetTap(
        [this](int, const TensorView& view) { observer_->See(view); });
  }

  // A sample that cannot be read is noted as skipped; another failure ends it
  // all.
  Status Take(const SampleSource& samples, int64_t index) {
    const Result<std::vector<Tensor>> inputs = samples.Get(index);
    if (!inputs.ok()) {
      ranges_.skipped.push_back(samples.Name(index));
      return {};
    }
    if (inputs->size() != session_.inputs().size()) {
      return BadInput("{}: {} tensors, the model has {} inputs",
                      samples.Name(index), inputs->size(),
                      session_.inputs().size());
    }
    for (size_t i = 0; i < inputs->size(); ++i) {
      const Status set = session_.SetInput(int(i), (*inputs)[i]);
      if (!set.ok()) {
        return BadInput("{}: {}", samples.Name(index), set.message());
      }
    }
    OCTET_RETURN_IF_ERROR(session_.Run());
    observer_->EndSample(index, Fingerprint(*inputs));
    return {};
  }

  const Ranges& ranges() const { return ranges_; }

 private:
  Session session_;
  Ranges empty_, ranges_;
  std::unique_ptr<Observer> observer_;
};

class Run {
 public:
  Run(const Graph& graph, const SampleSource& samples,
      const CalibrateOptions& options)
      : graph_(graph), samples_(samples), options_(options) {}

  Result<Ranges> Go() {
    const int64_t of_shard =
        (samples_.size() - options_.shard + options_.shards) / options_.shards;
    if (samples_.size() <= 0 || of_shard <= 0) {
      return BadInput("no samples to calibrate with{}",
                      options_.shards > 1 ? " in this shard" : "");
    }
    OCTET_RETURN_IF_ERROR(Start(of_shard));
    auto saved = std::chrono::steady_clock::now();
    while (next_ < of_shard) {
      const int64_t batch = std::min(
          of_shard - next_, kBatchPerWorker * int64_t(workers_.size()));
      OCTET_RETURN_IF_ERROR(TakeBatch(batch, of_shard));
      const bool stop = options_.stop && options_.stop();
      const auto now = std::chrono::steady_clock::now();
      if (stop || now - saved > kSaveEvery) {
        OCTET_RETURN_IF_ERROR(Save());
        saved = now;
      }
      if (stop && next_ < of_shard) return Stopped(of_shard);
    }
    OCTET_RETURN_IF_ERROR(CheckSkipped(of_shard));
    if (!options_.partial_path.empty()) {
      std::error_code ignored;  // that there is none is fine
      std::filesystem::remove(options_.partial_path, ignored);
    }
    return std::move(total_);
  }

 private:
  Status Start(int64_t of_shard) {
    total_ = EmptyRanges(graph_, options_);
    OCTET_ASSIGN(Lowered lowered,
                 Lower(graph_, FloatPlan(graph_), {.in_place = false}));
    OCTET_ASSIGN(const Engine engine,
                 runtime::MakeEngine(std::move(lowered.program),
                                     lowered.constants.bytes()));
    OCTET_ASSIGN(pool_,
                 ThreadPool::Create(options_.ordered ? 1 : options_.threads));
    for (int i = 0; i < pool_->threads(); ++i) {
      OCTET_ASSIGN(Session session, Session::Create(engine));
      workers_.push_back(std::make_unique<Worker>(std::move(session), total_));
    }
    return Resume(of_shard);
  }

  Status Resume(int64_t of_shard) {
    std::error_code ignored;  // reading it says what is wrong
    if (!options_.resume || options_.partial_path.empty() ||
        !std::filesystem::exists(options_.partial_path, ignored)) {
      return {};
    }
    OCTET_ASSIGN(RangesFile file, ReadRanges(options_.partial_path));
    if (file.progress.shard != uint32_t(options_.shard) ||
        file.progress.shards != uint32_t(options_.shards) ||
        file.ranges.ordered != options_.ordered) {
      return BadInput(
          "{}: is of shard {}/{}; resume with that one, or delete "
          "the file",
          options_.partial_path, file.progress.shard, file.progress.shards);
    }
    if (file.progress.next_sample > uint64_t(of_shard)) {
      return BadInput(
          "{}: has {} samples done of what are now {}; resume with the same "
          "samples, or delete the file",
          options_.partial_path, file.progress.next_sample, of_shard);
    }
    next_ = int64_t(file.progress.next_sample);
    if (options_.ordered) {
      const bool same = file.ranges.structure == total_.structure &&
                        file.ranges.preprocess == total_.preprocess &&
                        file.ranges.values.size() == total_.values.size();
      if (!same) {
        return BadInput("{}: is of another model or preprocessing; delete it",
                        options_.partial_path);
      }
      total_ = std::move(file.ranges);
      return {};
    }
    return Merge(total_, file.ranges);
  }

  Status TakeBatch(int64_t batch, int64_t of_shard) {
    std::vector<Status> status;
    status.resize(size_t(batch));
    if (options_.ordered) return TakeInOrder(batch, of_shard);
    for (auto& worker : workers_) worker->Start();
    pool_->ParallelFor(batch, [&](int64_t i, int worker) {
      status[size_t(i)] = workers_[size_t(worker)]->Take(samples_, IndexOf(i));
      const std::lock_guard<std::mutex> lock(mutex_);
      ++done_;
      if (options_.progress) options_.progress(next_ + done_, of_shard);
    });
    done_ = 0;
    for (const Status& s : status) OCTET_RETURN_IF_ERROR(s);
    for (auto& worker : workers_) {
      OCTET_RETURN_IF_ERROR(Merge(total_, worker->ranges()));
    }
    next_ += batch;
    return {};
  }

  // A moving average goes on from sample to sample in one place.
  Status TakeInOrder(int64_t batch, int64_t of_shard) {
    Worker& worker = *workers_[0];
    if (!started_) worker.StartFrom(total_);
    started_ = true;
    for (int64_t i = 0; i < batch; ++i) {
      OCTET_RETURN_IF_ERROR(worker.Take(samples_, IndexOf(i)));
      if (options_.progress) options_.progress(next_ + i + 1, of_shard);
    }
    total_ = worker.ranges();
    next_ += batch;
    return {};
  }

  // Sample number `i` of the batch, in the whole set.
  int64_t IndexOf(int64_t i) const {
    return (next_ + i) * options_.shards + options_.shard - 1;
  }

  Status Save() const {
    if (options_.partial_path.empty()) return {};
    RangesFile file;
    file.ranges = total_;
    file.progress = {uint64_t(next_), uint32_t(options_.shard),
                     uint32_t(options_.shards)};
    return WriteRanges(options_.partial_path, file);
  }

  Status Stopped(int64_t of_shard) const {
    return Failed(
        "stopped after {} of {} samples{}", next_, of_shard,
        options_.partial_path.empty() ? "" : "; --resume goes on from there");
  }

  Status CheckSkipped(int64_t of_shard) const {
    const size_t skipped = total_.skipped.size();
    if (double(skipped) <= options_.max_skipped * double(of_shard) &&
        total_.samples > 0) {
      return {};
    }
    std::string names;
    for (size_t i = 0; i < std::min<size_t>(skipped, 10); ++i) {
      names += "\n  " + total_.skipped[i];
    }
    return BadInput(
        "{} of {} samples cannot be read, at most {:.0f} % may be; "
        "mend or remove them:{}{}",
        skipped, of_shard, options_.max_skipped * 100, names,
        skipped > 10 ? "\n  ..." : "");
  }

  const Graph& graph_;
  const SampleSource& samples_;
  const CalibrateOptions& options_;
  Ranges total_;
  std::unique_ptr<ThreadPool> pool_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::mutex mutex_;  // of done_ and progress
  int64_t next_ = 0, done_ = 0;
  bool started_ = false;
};

}  // namespace

std::vector<ValueId> ObservedValues(const Graph& graph) {
  std::vector<ValueId> observed;
  for (ValueId v : graph.inputs) {
    if (graph.values[size_t(v)].dtype == DType::kF32) observed.push_back(v);
  }
  for (const Node& node : graph.nodes) {
    const ValueId v = node.outputs[0];
    if (graph.values[size_t(v)].dtype != DType::kF32) continue;
    if (IsMover(node) && !std::holds_alternative<Concat>(node.op)) continue;
    observed.push_back(v);
  }
  return observed;
}

Result<Ranges> Calibrate(const Graph& graph, const SampleSource& samples,
                         const CalibrateOptions& options) {
  if (options.shard < 1 || options.shard > options.shards) {
    return Usage("--shard {}/{}: shards count from 1", options.shard,
                 options.shards);
  }
  if (options.ordered && options.shards > 1) {
    return Usage(
        "a moving average depends on the order of the samples: it "
        "cannot be sharded");
  }
  return Run(graph, samples, options).Go();
}

}  // namespace octet::compile
