#include "doctor/feeding_trial.h"

#include <algorithm>
#include <cmath>
#include <mutex>

#include "base/error.h"
#include "base/thread_pool.h"
#include "doctor/observe.h"

namespace octet::doctor {
namespace {

// What one run in one feeding leaves.
struct OneRun {
  std::optional<Chances> chances;
  std::vector<double> sums, squares;  // of the first layer, by channel
  double pixels = 0;
};

// The step that multiplies the input, or -1.
int FirstLayer(const Session& session) {
  const auto& steps = session.steps();
  for (size_t i = 0; i < steps.size(); ++i) {
    if (steps[i].macs > 0) return int(i);
  }
  return -1;
}

void AddChannels(const TensorView& view, OneRun& run) {
  const int rank = view.shape.rank();
  const int64_t channels = view.shape[rank - 1];
  const auto* x = reinterpret_cast<const float*>(view.data);
  run.sums.assign(size_t(channels), 0);
  run.squares.assign(size_t(channels), 0);
  const int64_t pixels = view.shape.elements() / channels;
  for (int64_t p = 0; p < pixels; ++p) {
    for (int64_t c = 0; c < channels; ++c) {
      const auto v = double(x[p * view.pixel_stride + c]);
      run.sums[size_t(c)] += v;
      run.squares[size_t(c)] += v * v;
    }
  }
  run.pixels = double(pixels);
}

double MedianDeviation(const std::vector<OneRun>& runs) {
  const size_t channels = runs.empty() ? 0 : runs[0].sums.size();
  std::vector<double> deviations;
  for (size_t c = 0; c < channels; ++c) {
    double sum = 0, squares = 0, pixels = 0;
    for (const OneRun& run : runs) {
      sum += run.sums[c];
      squares += run.squares[c];
      pixels += run.pixels;
    }
    const double mean = sum / pixels;
    deviations.push_back(
        std::sqrt(std::max(0.0, squares / pixels - mean * mean)));
  }
  if (deviations.empty()) return 0;
  std::ranges::sort(deviations);
  return deviations[deviations.size() / 2];
}

class Trials {
 public:
  Trials(const Engine& engine, const SampleSource& samples,
         const FeedingOptions& options)
      : engine_(engine), samples_(samples), options_(options) {}

  // Every sample in every feeding.
  Result<std::vector<FeedingTrial>> Run(const std::vector<int64_t>& indices,
                                        const std::vector<Feeding>& feedings) {
    OCTET_ASSIGN(const auto pool, ThreadPool::Create(options_.threads));
    std::vector<Session> sessions;
    for (int i = 0; i < pool->threads(); ++i) {
      OCTET_ASSIGN(Session session, Session::Create(engine_));
      sessions.push_back(std::move(session));
    }
    std::vector<std::vector<OneRun>> runs(feedings.size(),
                                          std::vector<OneRun>(indices.size()));
    std::vector<Status> status(indices.size());
    std::mutex mutex;
    int64_t done = 0;
    pool->ParallelFor(int64_t(indices.size()), [&](int64_t i, int worker) {
      status[size_t(i)] =
          RunOne(sessions[size_t(worker)], indices[size_t(i)], feedings,
                 [&](size_t f) -> OneRun& { return runs[f][size_t(i)]; });
      const std::lock_guard<std::mutex> lock(mutex);
      if (options_.progress) options_.progress(++done, int64_t(indices.size()));
    });
    for (const Status& one : status) OCTET_RETURN_IF_ERROR(one);
    std::vector<FeedingTrial> trials;
    for (size_t f = 0; f < feedings.size(); ++f) {
      trials.push_back(Summary(feedings[f], runs[f]));
    }
    return trials;
  }

 private:
  template <typename RunOf>
  Status RunOne(Session& session, int64_t index,
                const std::vector<Feeding>& feedings, RunOf run_of) {
    OCTET_ASSIGN(const std::vector<Tensor> inputs, samples_.Get(index));
    const auto form = PictureInput(inputs[0]);
    if (!form) return BadInput("{}: is no picture", samples_.Name(index));
    const int first = FirstLayer(session);
    for (size_t f = 0; f < feedings.size(); ++f) {
      OneRun& run = run_of(f);
      session.SetTap([&](int step, const TensorView& view) {
        const bool wanted = step == first && first >= 0 &&
                            view.dtype == DType::kF32 && view.shape.rank() > 0;
        if (wanted && run.sums.empty()) AddChannels(view, run);
      });
      OCTET_RETURN_IF_ERROR(RunSample(
          session,
          {Refeed(inputs[0], form->layout, options_.current, feedings[f])},
          samples_.Name(index)));
      session.SetTap(nullptr);
      if (!options_.answers) continue;
      std::vector<Tensor> outputs;
      for (size_t i = 0; i < session.outputs().size(); ++i) {
        OCTET_ASSIGN(outputs.emplace_back(), session.GetOutput(int(i)));
      }
      OCTET_ASSIGN(run.chances, options_.answers->Read(outputs));
    }
    return {};
  }

  FeedingTrial Summary(const Feeding& feeding,
                       const std::vector<OneRun>& runs) const {
    FeedingTrial trial;
    trial.feeding = feeding;
    trial.first_layer = MedianDeviation(runs);
    if (!options_.answers) return trial;
    std::vector<Chances> answers;
    for (const OneRun& run : runs) answers.push_back(*run.chances);
    trial.answers = Measure(answers, options_.answers->is_detection());
    return trial;
  }

  const Engine& engine_;
  const SampleSource& samples_;
  const FeedingOptions& options_;
};

}  // namespace

Result<std::vector<FeedingTrial>> TryFeedings(
    const Engine& engine, const SampleSource& samples,
    const std::vector<int64_t>& indices, const std::vector<Feeding>& feedings,
    const FeedingOptions& options) {
  return Trials(engine, samples, options).Run(indices, feedings);
}

}  // namespace octet::doctor
