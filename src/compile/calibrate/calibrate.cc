#include "compile/calibrate/calibrate.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <mutex>

#include "base/error.h"
#include "base/thread_pool.h"
#include "compile/calibrate/sample_worker.h"
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

class Run {
 public:
  Run(const Graph& graph, const SampleSource& samples,
      const CalibrateOptions& options)
      : graph_(graph), samples_(samples), options_(options) {}

  Result<Ranges> Go() {
    const int64_t of_shard =
        (samples_.size() - options_.shard + options_.shards) / options_.shards;
    if (of_shard <= 0) return BadInput("no samples to calibrate with");
    OCTET_RETURN_IF_ERROR(Start(of_shard));
    auto saved = std::chrono::steady_clock::now();
    while (Next() < of_shard) {
      const int64_t batch = std::min(
          of_shard - Next(), kBatchPerWorker * int64_t(workers_.size()));
      OCTET_RETURN_IF_ERROR(TakeBatch(batch, of_shard));
      const bool stop = options_.stop && options_.stop();
      const auto now = std::chrono::steady_clock::now();
      if (stop || now - saved > kSaveEvery) {
        OCTET_RETURN_IF_ERROR(Save());
        saved = now;
      }
      if (stop && Next() < of_shard) return Stopped(of_shard);
    }
    OCTET_RETURN_IF_ERROR(CheckSkipped(of_shard));
    total_.shards = {{uint64_t(samples_.size()), uint32_t(options_.shards),
                      uint32_t(options_.shard), done_}};
    if (!options_.partial_path.empty()) {
      std::error_code ignored;  // that there is none is fine
      std::filesystem::remove(options_.partial_path, ignored);
    }
    return std::move(total_);
  }

 private:
  Status Start(int64_t of_shard) {
    total_ = NothingSeen(graph_);
    total_.preprocess = options_.preprocess;
    total_.ordered = options_.ordered;
    OCTET_ASSIGN(Lowered lowered,
                 Lower(graph_, FloatPlan(graph_), {.in_place = false}));
    OCTET_ASSIGN(const Engine engine,
                 runtime::MakeEngine(std::move(lowered.program),
                                     lowered.constants.bytes()));
    OCTET_ASSIGN(pool_,
                 ThreadPool::Create(options_.ordered ? 1 : options_.threads));
    for (int i = 0; i < pool_->threads(); ++i) {
      OCTET_ASSIGN(Session session, Session::Create(engine));
      workers_.push_back(
          std::make_unique<SampleWorker>(std::move(session), total_));
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
    OCTET_RETURN_IF_ERROR(CheckSameRun(file, of_shard));
    const bool ordered = std::exchange(file.ranges.ordered, false);
    total_.ordered = false;
    const Status merged = MergePiece(total_, file.ranges);
    if (!merged.ok()) return CannotResume(merged.message());
    total_.ordered = ordered;
    // A moving average does not merge: it goes on from where it was.
    if (ordered) total_.values = std::move(file.ranges.values);
    done_ = std::move(file.progress.done);
    return CheckSameSamples();
  }

  Status CheckSameRun(const RangesFile& file, int64_t of_shard) const {
    const Progress& progress = file.progress;
    if (progress.shard != uint32_t(options_.shard) ||
        progress.shards != uint32_t(options_.shards)) {
      return CannotResume(fmt::format("it is of shard {}/{}, this run of {}/{}",
                                      progress.shard, progress.shards,
                                      options_.shard, options_.shards));
    }
    if (file.ranges.ordered != options_.ordered) {
      return CannotResume(options_.ordered
                              ? "it has no moving averages"
                              : "it is of a run with --method moving-average");
    }
    if (progress.set_samples != uint64_t(samples_.size()) ||
        progress.next_sample > uint64_t(of_shard)) {
      return CannotResume(fmt::format("it is of {} samples, there are now {}",
                                      progress.set_samples, samples_.size()));
    }
    return {};
  }

  // Reads what is done once more: other samples under the same names would
  // otherwise go in beside it.
  Status CheckSameSamples() const {
    std::vector<uint8_t> differs(done_.size());
    pool_->ParallelFor(int64_t(done_.size()), [&](int64_t i, int) {
      differs[size_t(i)] =
          SampleFingerprint(samples_, IndexOf(i)) != done_[size_t(i)];
    });
    const auto first = std::ranges::find(differs, 1);
    if (first == differs.end()) return {};
    return CannotResume(
        fmt::format("{} is not the sample that it was",
                    samples_.Name(IndexOf(first - differs.begin()))));
  }

  Status CannotResume(std::string_view why) const {
    return BadInput(
        "{}: {}; resume with the same model and samples, or delete the file",
        options_.partial_path, why);
  }

  Status TakeBatch(int64_t batch, int64_t of_shard) {
    if (options_.ordered) return TakeInOrder(batch, of_shard);
    std::vector<Result<uint64_t>> taken(size_t(batch), kSkipped);
    for (auto& worker : workers_) worker->Start();
    const int64_t first = Next();
    int64_t finished = first;
    pool_->ParallelFor(batch, [&](int64_t i, int worker) {
      taken[size_t(i)] =
          workers_[size_t(worker)]->Take(samples_, IndexOf(first + i));
      const std::lock_guard<std::mutex> lock(mutex_);
      ++finished;
      if (options_.progress) options_.progress(finished, of_shard);
    });
    for (const Result<uint64_t>& fingerprint : taken) {
      if (!fingerprint.ok()) return fingerprint.status();
      done_.push_back(*fingerprint);
    }
    for (auto& worker : workers_) {
      OCTET_RETURN_IF_ERROR(MergePiece(total_, worker->ranges()));
    }
    return {};
  }

  // A moving average goes on from sample to sample in one place.
  Status TakeInOrder(int64_t batch, int64_t of_shard) {
    SampleWorker& worker = *workers_[0];
    if (!started_) worker.StartFrom(total_);
    started_ = true;
    for (int64_t i = 0; i < batch; ++i) {
      OCTET_ASSIGN(const uint64_t fingerprint,
                   worker.Take(samples_, IndexOf(Next())));
      done_.push_back(fingerprint);
      if (options_.progress) options_.progress(Next(), of_shard);
    }
    total_ = worker.ranges();
    std::ranges::sort(total_.skipped);
    const auto again = std::ranges::unique(total_.skipped);
    total_.skipped.erase(again.begin(), again.end());
    return {};
  }

  // The next sample of the shard.
  int64_t Next() const { return int64_t(done_.size()); }

  // Sample `i` of the shard, in the whole set.
  int64_t IndexOf(int64_t i) const {
    return i * options_.shards + options_.shard - 1;
  }

  Status Save() const {
    if (options_.partial_path.empty()) return {};
    RangesFile file;
    file.ranges = total_;
    file.progress = {uint64_t(Next()), uint32_t(options_.shard),
                     uint32_t(options_.shards), uint64_t(samples_.size()),
                     done_};
    return WriteRanges(options_.partial_path, file);
  }

  Status Stopped(int64_t of_shard) const {
    return Failed(
        "stopped after {} of {} samples{}", Next(), of_shard,
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
        "{} of {} samples cannot be read or are no numbers (NaN, or infinite "
        "throughout), at most {:.0f} % may be; mend or remove them:{}{}{}",
        skipped, of_shard, options_.max_skipped * 100, names,
        skipped > 10 ? "\n  ..." : "", WhyFirst());
  }

  // What reading the first skipped sample again says.
  std::string WhyFirst() const {
    if (total_.skipped.empty()) return "";
    for (int64_t i = 0; i < samples_.size(); ++i) {
      if (samples_.Name(i) != total_.skipped[0]) continue;
      const auto sample = samples_.Get(i);
      return sample.ok() ? "" : "\nthe first: " + sample.status().message();
    }
    return "";
  }

  const Graph& graph_;
  const SampleSource& samples_;
  const CalibrateOptions& options_;
  Ranges total_;
  std::unique_ptr<ThreadPool> pool_;
  std::vector<std::unique_ptr<SampleWorker>> workers_;
  std::mutex mutex_;  // of options_.progress
  // Fingerprints of the samples that are done, in the order of the shard.
  std::vector<uint64_t> done_;
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
    // What moves a constant is the first that can be seen of it.
    const bool moved = IsMover(node) &&
                       !std::holds_alternative<Concat>(node.op) &&
                       !graph.values[size_t(node.inputs[0])].is_constant();
    if (moved) continue;
    observed.push_back(v);
  }
  return observed;
}

Ranges NothingSeen(const Graph& graph) {
  Ranges ranges;
  ranges.structure = GraphKey(graph);
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

Result<Ranges> Calibrate(const Graph& graph, const SampleSource& samples,
                         const CalibrateOptions& options) {
  if (options.shard < 1 || options.shard > options.shards) {
    return Usage("--shard {}/{}: shards count from 1", options.shard,
                 options.shards);
  }
  if (options.shards > 1 && options.shards > samples.size()) {
    return Usage(
        "--shard {}/{}: there are {} samples only; use as many shards at most",
        options.shard, options.shards, samples.size());
  }
  if (samples.size() > int64_t(kMostSamples)) {
    return BadInput("{} samples, at most {} may be; use --limit",
                    samples.size(), kMostSamples);
  }
  if (options.ordered && options.shards > 1) {
    return Usage(
        "a moving average depends on the order of the samples: it "
        "cannot be sharded");
  }
  return Run(graph, samples, options).Go();
}

}  // namespace octet::compile
