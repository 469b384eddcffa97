#include "doctor/observe.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <mutex>

#include "base/error.h"
#include "base/thread_pool.h"

namespace octet::doctor {
namespace {

struct Ends {
  float low = 0, high = 0;
};

Ends EndsOf(const TensorView& view) {
  const int rank = view.shape.rank();
  const int64_t columns = rank == 0 ? 1 : view.shape[rank - 1];
  const int64_t rows = columns == 0 ? 0 : view.shape.elements() / columns;
  const auto* x = reinterpret_cast<const float*>(view.data);
  Ends ends;
  for (int64_t row = 0; row < rows; ++row) {
    for (int64_t i = 0; i < columns; ++i) {
      const float v = x[row * view.pixel_stride + i];
      if (!std::isfinite(v)) continue;
      ends.low = std::min(ends.low, v);
      ends.high = std::max(ends.high, v);
    }
  }
  return ends;
}

// One thread's session, and what it has seen of the sample that is running.
class Watcher {
 public:
  explicit Watcher(Session session) : session_(std::move(session)) {}

  Status Run(const std::vector<Tensor>& inputs, const std::string& name) {
    seen_.clear();
    session_.SetTap([this](int step, const TensorView& view) {
      if (view.dtype != DType::kF32) return;
      const auto& steps = session_.steps();
      if (step >= 0 && steps[size_t(step)].precision == "move") return;
      See(view);
    });
    return RunSample(session_, inputs, name);
  }

  const std::vector<std::pair<std::string, Ends>>& seen() const {
    return seen_;
  }

 private:
  // The parts of a batch that is run sample by sample are one value.
  void See(const TensorView& view) {
    const Ends ends = EndsOf(view);
    const auto known = std::ranges::find(seen_, view.name,
                                         &std::pair<std::string, Ends>::first);
    if (known == seen_.end()) {
      seen_.emplace_back(std::string(view.name), ends);
      return;
    }
    Ends& whole = known->second;
    whole.low = std::min(whole.low, ends.low);
    whole.high = std::max(whole.high, ends.high);
  }

  Session session_;
  std::vector<std::pair<std::string, Ends>> seen_;
};

// From samples by values to values by samples; the order is that of the first.
Extremes Transpose(
    const std::vector<int64_t>& indices,
    const std::vector<std::vector<std::pair<std::string, Ends>>>& seen) {
  Extremes extremes;
  extremes.samples = indices;
  std::map<std::string, size_t> rows;
  for (size_t i = 0; i < seen.size(); ++i) {
    for (const auto& [name, ends] : seen[i]) {
      const auto [row, is_new] = rows.emplace(name, rows.size());
      if (is_new) {
        extremes.values.push_back(name);
        extremes.low.emplace_back(seen.size());
        extremes.high.emplace_back(seen.size());
      }
      extremes.low[row->second][i] = ends.low;
      extremes.high[row->second][i] = ends.high;
    }
  }
  return extremes;
}

}  // namespace

Status RunSample(Session& session, const std::vector<Tensor>& inputs,
                 const std::string& name) {
  if (inputs.size() != session.inputs().size()) {
    return BadInput("{}: {} tensors, the model has {} inputs", name,
                    inputs.size(), session.inputs().size());
  }
  for (size_t i = 0; i < inputs.size(); ++i) {
    const Status set = session.SetInput(int(i), inputs[i]);
    if (!set.ok()) return BadInput("{}: {}", name, set.message());
  }
  return session.Run();
}

Result<Extremes> ObserveExtremes(const Engine& engine,
                                 const SampleSource& samples,
                                 const std::vector<int64_t>& indices,
                                 int threads, const ProgressFn& progress) {
  OCTET_ASSIGN(const auto pool, ThreadPool::Create(threads));
  std::vector<std::unique_ptr<Watcher>> watchers;
  for (int i = 0; i < pool->threads(); ++i) {
    OCTET_ASSIGN(Session session, Session::Create(engine));
    watchers.push_back(std::make_unique<Watcher>(std::move(session)));
  }
  const auto n = int64_t(indices.size());
  std::vector<std::vector<std::pair<std::string, Ends>>> seen(indices.size());
  std::vector<Status> status(indices.size());
  std::mutex mutex;
  int64_t done = 0;
  pool->ParallelFor(n, [&](int64_t i, int worker) {
    const int64_t index = indices[size_t(i)];
    Watcher& watcher = *watchers[size_t(worker)];
    const Result<std::vector<Tensor>> inputs = samples.Get(index);
    status[size_t(i)] = inputs.ok() ? watcher.Run(*inputs, samples.Name(index))
                                    : inputs.status();
    seen[size_t(i)] = watcher.seen();
    const std::lock_guard<std::mutex> lock(mutex);
    if (progress) progress(++done, n);
  });
  for (const Status& one : status) OCTET_RETURN_IF_ERROR(one);
  return Transpose(indices, seen);
}

}  // namespace octet::doctor
